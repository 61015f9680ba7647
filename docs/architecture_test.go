package docs

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

const architecture = "architecture.md"

// module is the import path of the repository's root, and the name of the room
// there.
const module = "mps"

// A plan is what architecture.md says about who may import whom.
type plan struct {
	floors map[string]int      // of each room, the top of the house first: the block "layers"
	tests  map[string][]string // what a room's tests import beside that: the block "tests"
}

func readPlan(t *testing.T) plan {
	t.Helper()
	p := plan{map[string]int{}, map[string][]string{}}
	for floor, line := range strings.Split(strings.TrimSpace(blocks(t, architecture, "layers")[0]), "\n") {
		for _, room := range strings.Fields(line) {
			if _, twice := p.floors[room]; twice {
				t.Errorf("%s has two floors in %s", room, architecture)
			}
			p.floors[room] = floor
		}
	}
	for line := range strings.Lines(blocks(t, architecture, "tests")[0]) {
		rooms := strings.Fields(line)
		p.tests[rooms[0]] = append(p.tests[rooms[0]], rooms[1:]...)
	}
	return p
}

// An arrow is an import of one room by another.
type arrow struct {
	from, to string
	file     string
	test     bool // the file is a test
}

// check returns what is wrong with an arrow: nothing when it goes to a lower
// floor. Tests also import what they test, what is in test/, and what the plan
// allows them.
func (p plan) check(a arrow) string {
	from, known := p.floors[a.from]
	if !known {
		return a.from + " has no floor"
	}
	to, known := p.floors[a.to]
	switch {
	case a.test && (a.to == a.from || strings.HasPrefix(a.to, "test/") || slices.Contains(p.tests[a.from], a.to)):
		return ""
	case !known:
		return a.from + " imports " + a.to + ", which has no floor"
	case to <= from:
		return a.from + " imports " + a.to + ", which is not below it"
	}
	return ""
}

// outside are the folders that are no part of the house: they may import what
// they need of it.
var outside = []string{"test", "bench", "examples", "docs", "bin", "dist"}

// arrows returns the rooms of a tree and what they import of each other, for
// every system they are built for, by programs and by tests.
func arrows(tree fs.FS) (rooms []string, all []arrow, err error) {
	err = fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name != "." && (slices.Contains(outside, name) || strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata") {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		source, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, source, parser.ImportsOnly)
		if err != nil {
			return err
		}
		room := path.Dir(name)
		if room == "." {
			room = module
		}
		rooms = append(rooms, room)
		for _, spec := range file.Imports {
			p, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			below, inside := strings.CutPrefix(p, module+"/")
			if inside || p == module {
				all = append(all, arrow{room, below, name, strings.HasSuffix(name, "_test.go")})
			}
		}
		return nil
	})
	slices.Sort(rooms)
	return slices.Compact(rooms), all, err
}

// Imports go downwards only. Tests put a few rooms together that do not know
// each other, and those are named.
func TestImportsGoDownwards(t *testing.T) {
	p := readPlan(t)
	rooms, all, err := arrows(os.DirFS(root))
	if err != nil {
		t.Fatal(err)
	}
	if planned := slices.Sorted(maps.Keys(p.floors)); !slices.Equal(planned, rooms) {
		t.Errorf("%s has floors for\n%v, the packages are\n%v", architecture, planned, rooms)
	}
	needed := map[string]bool{}
	for _, a := range all {
		if wrong := p.check(a); wrong != "" {
			t.Errorf("%s: %s", a.file, wrong)
		}
		if a.test {
			needed[a.from+" "+a.to] = true
		}
	}
	for from, tests := range p.tests {
		for _, to := range tests {
			switch {
			case !needed[from+" "+to]:
				t.Errorf("%s: no test of %s imports %s", architecture, from, to)
			case p.floors[to] > p.floors[from]:
				t.Errorf("%s: the tests of %s may import %s anyhow", architecture, from, to)
			}
		}
	}
}

// The test above fails on an arrow upwards, wherever in a package it is.
func TestUpwardImportIsFound(t *testing.T) {
	p := readPlan(t)
	for _, tt := range []struct {
		file, imports string
		right         bool
	}{
		{"wiring/a.go", "agent", true},
		{"journal/a.go", "server", false},
		{"card/a.go", "agent", false},
		{"protocol/a.go", "card", false}, // neighbours
		{"agent/a.go", "wiring", false},
		{"journal/a.go", "database/sqlite", false},
		{"gbk/a.go", "gbk", false},
		{"nowhere/a.go", "gbk", false},
		{"card/deep/below/a.go", "gbk", false},
		{"gbk/a.go", "nowhere", false},
		{"card/a.go", "test/rig/port", false},
		{"card/a.go", "bench", false},
		{"a.go", "failure", false}, // the root
		{"gbk/a_windows.go", "agent", false},
		{"gbk/a_linux.go", "agent", false},
		{"gbk/a_windows_386.go", "agent", false},
		{"gbk/tagged.go", "agent", false},

		{"journal/a_test.go", "database/sqlite", true},
		{"journal/a_test.go", "journal", true},
		{"journal/a_test.go", "failure", true},
		{"journal/a_test.go", "test/rig/port", true},
		{"journal/a_test.go", "server", false},
		{"gbk/a_test.go", "agent", false},
		{"gbk/a_windows_test.go", "agent", false},
		{"nowhere/a_test.go", "gbk", false},
	} {
		source := fmt.Sprintf("//go:build some && tag\n\npackage a\n\nimport _ %q\n", module+"/"+tt.imports)
		_, all, err := arrows(fstest.MapFS{tt.file: {Data: []byte(source)}})
		if err != nil || len(all) != 1 {
			t.Fatalf("%s: %v, %v", tt.file, all, err)
		}
		if wrong := p.check(all[0]); (wrong == "") != tt.right {
			t.Errorf("%s imports %s: %q", tt.file, tt.imports, wrong)
		}
	}
}

// CONTRIBUTING.md has a row for each folder with something in it, and for no
// other.
func TestFolders(t *testing.T) {
	const contributing = root + "/CONTRIBUTING.md"
	table := regexp.MustCompile("(?m)^\\| `([^`]+)/` \\|.*$").FindAllStringSubmatch(read(t, contributing), -1)
	folders := map[string]bool{}
	for _, row := range table {
		folders[row[1]] = true
		if _, err := os.Stat(root + "/" + row[1]); err != nil {
			t.Error(err)
		}
		for _, m := range regexp.MustCompile("`([a-z0-9/]+)/`").FindAllStringSubmatch(row[0], -1) {
			if _, err := os.Stat(root + "/" + m[1]); err != nil {
				t.Error(err)
			}
		}
	}
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if name := e.Name(); e.IsDir() && !strings.HasPrefix(name, ".") && name != "bin" && name != "dist" && name != "cmd" && !folders[name] {
			t.Errorf("%s has no row for %s/", contributing, name)
		}
	}
	rooms, _, err := arrows(os.DirFS(root))
	if err != nil {
		t.Fatal(err)
	}
	for _, room := range rooms {
		if room != module && !strings.Contains(read(t, contributing), "`"+room+"/`") {
			t.Errorf("%s does not say what %s/ holds", contributing, room)
		}
	}
}
