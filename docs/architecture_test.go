package docs

import (
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const architecture = "architecture.md"

// module is the import path of the repository's root.
const module = "mps"

// A layering is the block "layers" of architecture.md: one line for each floor
// of the house, the top first.
type layering map[string]int

func layers(t *testing.T) layering {
	t.Helper()
	m := regexp.MustCompile("(?ms)^```layers\n(.*?)^```$").FindStringSubmatch(read(t, architecture))
	if m == nil {
		t.Fatalf("%s has no block of layers", architecture)
	}
	l := layering{}
	for floor, line := range strings.Split(strings.TrimSpace(m[1]), "\n") {
		for _, room := range strings.Fields(line) {
			if _, twice := l[room]; twice {
				t.Errorf("%s has two floors in %s", room, architecture)
			}
			l[room] = floor
		}
	}
	return l
}

// check returns what is wrong with an import: nothing when it goes to a lower
// floor.
func (l layering) check(importer, imported string) string {
	from, known := l[importer]
	if !known {
		return importer + " has no floor"
	}
	to, known := l[imported]
	switch {
	case !known:
		return importer + " imports " + imported + ", which has no floor"
	case to <= from:
		return importer + " imports " + imported + ", which is not below it"
	}
	return ""
}

// Imports go downwards only. Tests are free: they put rooms together that do not
// know each other, a journal with SQLite, a reader with a card in software.
func TestImportsGoDownwards(t *testing.T) {
	l := layers(t)
	found := imports(t)
	for room := range l {
		if _, ok := found[room]; !ok {
			t.Errorf("%s: no package %s", architecture, room)
		}
	}
	for _, importer := range slices.Sorted(maps.Keys(found)) {
		for _, i := range found[importer] {
			if wrong := l.check(importer, i.path); wrong != "" {
				t.Errorf("%s: %s", i.file, wrong)
			}
		}
	}
}

// The test above fails on an arrow upwards.
func TestUpwardImportIsFound(t *testing.T) {
	l := layers(t)
	for _, tt := range []struct{ importer, imported string }{
		{"journal", "server"}, {"card", "agent"}, {"protocol", "card"}, {"card", "protocol"}, {"voucher", "protocol"},
		{"agent", "wiring"}, {"journal", "database/sqlite"}, {"gbk", "gbk"}, {"nowhere", "gbk"}, {"gbk", "nowhere"},
	} {
		if l.check(tt.importer, tt.imported) == "" {
			t.Errorf("%s may import %s", tt.importer, tt.imported)
		}
	}
	if wrong := l.check("wiring", "agent"); wrong != "" {
		t.Error(wrong)
	}
}

type imported struct {
	path string // below the module
	file string
}

// imports returns what the packages of the house import of each other, for
// every system they are built for. What lies in test/, bench/, examples/ and
// docs/ is not part of the house.
func imports(t *testing.T) map[string][]imported {
	t.Helper()
	found := map[string][]imported{}
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		if d.IsDir() {
			outside := slices.Contains([]string{"test", "bench", "examples", "docs", "bin", "dist"}, rel)
			if rel != "." && (outside || strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata") {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(rel, ".go") || strings.HasSuffix(rel, "_test.go") || path.Dir(rel) == "." {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		room := path.Dir(rel)
		found[room] = append(found[room], nil...)
		for _, spec := range file.Imports {
			p, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if below, ok := strings.CutPrefix(p, module+"/"); ok {
				found[room] = append(found[room], imported{below, rel})
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
