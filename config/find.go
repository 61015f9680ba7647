package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/text/width"
)

// FileName is the name of the configuration file beside the program.
const FileName = "mps.toml"

// A Place says which configuration file is in force.
type Place struct {
	// Path is the full name of the file; where there is none and the defaults
	// are in force, of where it was looked for.
	Path  string
	Found bool // a file is there, or one was asked for by its name
	// Strays are the full names of files that are not read and look as if they
	// were meant to be: mps.toml.txt, because Windows hides how a name ends, or
	// an mps.toml in the working directory.
	Strays []string
}

// Find looks for the file: named, or else mps.toml in the folder of the program.
func Find(named, program string) Place {
	place := Place{Path: FullName(named), Found: true}
	if named == "" {
		place.Path = filepath.Join(program, FileName)
		// A link to nowhere is there, and is told when it is read.
		_, err := os.Lstat(place.Path)
		place.Found = !errors.Is(err, fs.ErrNotExist)
	}
	place.Strays = strays(place.Path)
	if here := FullName(FileName); named == "" && here != place.Path && isFile(here) && !sameFile(here, place.Path) {
		place.Strays = append(place.Strays, here)
	}
	return place
}

// Load reads the file that is in force, or returns the defaults.
func (p Place) Load() (Config, error) {
	if !p.Found {
		return Default(), nil
	}
	return Load(p.Path)
}

// Notices returns a failure for each stray file. A start and the doctor show them.
func (p Place) Notices() []error {
	var notices []error
	for _, file := range p.Strays {
		if p.Found {
			notices = append(notices, stray.With(file, p.Path))
		} else {
			notices = append(notices, strayed.With(file, p.Path))
		}
	}
	return notices
}

// strays returns the files beside path whose names differ from its own in what
// people do not see or do not mind: another ending behind it, letter case,
// blanks, full width.
func strays(path string) []string {
	dir, name := filepath.Split(path)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil // then the file itself cannot be read either, which is told
	}
	want := folded(name)
	var found []string
	for _, e := range entries {
		got := folded(e.Name())
		ending, _ := strings.CutPrefix(got, want)
		if e.Name() == name || got != want && !slices.Contains(endings, ending) {
			continue
		}
		if other := filepath.Join(dir, e.Name()); isFile(other) && !sameFile(other, path) {
			found = append(found, other)
		}
	}
	return found
}

// endings are what editors and browsers put behind a name. A copy that somebody
// keeps, mps.toml.bak, is no mistake.
var endings = []string{".txt", ".text", ".toml", ".doc", ".docx", ".rtf", ".download"}

// folded returns a name without the differences that people do not see.
func folded(name string) string {
	name = strings.ToLower(width.Narrow.String(name))
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '\u3000' || r == '\u00A0' || r == '\u200B' || r == '\uFEFF' {
			return -1
		}
		return r
	}, name)
}

// FullName returns the absolute name of a file, for people who look for it; path
// itself where that cannot be told.
func FullName(path string) string {
	if full, err := filepath.Abs(path); err == nil {
		return full
	}
	return path
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// sameFile is true on a file system that does not distinguish letter case.
func sameFile(a, b string) bool {
	x, errX := os.Stat(a)
	y, errY := os.Stat(b)
	return errX == nil && errY == nil && os.SameFile(x, y)
}

// hint names what lies beside a file that cannot be opened, "" for nothing.
func hint(path string) string {
	found := strays(FullName(path))
	if len(found) == 0 {
		return ""
	}
	return "；旁边有" + strings.Join(found, "、") + "，名称不同，请改名（Windows的资源管理器会隐藏扩展名）"
}
