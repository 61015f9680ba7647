package config

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func write(t *testing.T, dir string, names ...string) {
	t.Helper()
	for _, name := range names {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("[agent]\nqueue = 3\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// A file that people take for the configuration is named, whether or not there is
// one in force.
func TestStrays(t *testing.T) {
	meant := []string{
		"mps.toml.txt", "MPS.TOML", "Mps.toml", "mps.toml ", " mps.toml", "mps.toml.toml", "ｍｐｓ.toml", "mps .toml", "MPS.toml.TXT",
		"mps.toml\u3000", "mps.toml\u200b", "\ufeffmps.toml", "mps.toml.docx",
	}
	other := []string{"mps.example.toml", "mps.toml.bak", "mps.toml~", "mps_client.ini", "mps", "amps.toml", "mps.toml2"}
	for _, there := range []bool{false, true} {
		for _, name := range append(slices.Clone(meant), other...) {
			t.Chdir(t.TempDir())
			dir := t.TempDir()
			write(t, dir, name)
			if there {
				write(t, dir, FileName)
			}
			p := Find("", dir)
			if p.Found != there || p.Path != filepath.Join(dir, FileName) {
				t.Errorf("%q: %+v", name, p)
			}
			want := []string{filepath.Join(dir, name)}
			if slices.Contains(other, name) {
				want = nil
			}
			if !slices.Equal(p.Strays, want) || len(p.Notices()) != len(want) {
				t.Errorf("%q beside mps.toml (%t): strays are %q", name, there, p.Strays)
			}
			for _, n := range p.Notices() {
				if !strings.Contains(n.Error(), want[0]) || !strings.Contains(n.Error(), p.Path) || strings.Contains(n.Error(), "默认值") == there {
					t.Errorf("%v", n)
				}
			}
			c, err := p.Load()
			if err != nil || (c.Agent.Queue == 3) != there {
				t.Errorf("%q: queue %d, %v", name, c.Agent.Queue, err)
			}
		}
	}
}

// An mps.toml in the working directory is not read, unless that is the program's
// folder or the file was named.
func TestFindHere(t *testing.T) {
	here, program := t.TempDir(), t.TempDir()
	t.Chdir(here)
	write(t, here, FileName)
	file := filepath.Join(here, FileName)
	if p := Find("", program); p.Found || !slices.Equal(p.Strays, []string{file}) {
		t.Errorf("beside: %+v", p)
	}
	if p := Find("", here); !p.Found || p.Path != file || p.Strays != nil {
		t.Errorf("the program's folder: %+v", p)
	}
	if p := Find(FileName, program); !p.Found || p.Path != file || p.Strays != nil {
		t.Errorf("named: %+v", p)
	}
	if err := os.Symlink(here, filepath.Join(program, "link")); err != nil {
		t.Fatal(err)
	}
	if p := Find("", filepath.Join(program, "link")); !p.Found || p.Strays != nil {
		t.Errorf("the same file by another name: %+v", p)
	}
}

// A file that is there and cannot be read is no reason for the defaults.
func TestFindUnreadable(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, make := range map[string]func(string) error{
		"link to nowhere": func(path string) error { return os.Symlink("/nowhere/mps.toml", path) },
		"folder":          func(path string) error { return os.Mkdir(path, 0o700) },
	} {
		dir := t.TempDir()
		if err := make(filepath.Join(dir, FileName)); err != nil {
			t.Fatal(err)
		}
		p := Find("", dir)
		if _, err := p.Load(); !p.Found || err == nil || !strings.Contains(err.Error(), p.Path) || latin.MatchString(strings.ReplaceAll(err.Error(), dir, "")) {
			t.Errorf("%s: %+v, %v", name, p, err)
		}
	}
}

// A file that was named and is not there is told together with what it may be.
func TestNamedFileIsAbsent(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "hospital.toml.txt", "mps.toml")
	_, err := Find(filepath.Join(dir, "hospital.toml"), dir).Load()
	if err == nil || !strings.Contains(err.Error(), "文件或文件夹不存在；旁边有"+filepath.Join(dir, "hospital.toml.txt")+"，名称不同") || strings.Contains(err.Error(), "mps.toml，") {
		t.Errorf("%v", err)
	}
}
