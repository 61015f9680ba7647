package docs

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const dependencies = "dependencies.md"

// A dependency is a row of dependencies.md.
type dependency struct {
	heading string // that it stands under
	names   []string
	row     string
}

var dependencyRow = regexp.MustCompile(`^\| ((?:Debian 12[^:|]*: )?)([^|]+) \|`)

// documentedDependencies returns the rows of dependencies.md. The names of those
// that list packages of Debian begin with what stands before the colon.
func documentedDependencies(t *testing.T) []dependency {
	t.Helper()
	var all []dependency
	heading := ""
	for line := range strings.Lines(read(t, dependencies)) {
		line = strings.TrimSuffix(line, "\n")
		if h, ok := strings.CutPrefix(line, "## "); ok {
			heading = h
		}
		m := dependencyRow.FindStringSubmatch(line)
		if m == nil || strings.HasPrefix(m[2], "module") || strings.HasPrefix(m[2], "---") {
			continue
		}
		d := dependency{heading: heading, row: line}
		if debian, ok := strings.CutSuffix(m[1], ": "); ok {
			for name := range strings.SplitSeq(m[2], ", ") {
				d.names = append(d.names, debian+" "+name)
			}
		} else {
			name, _, _ := strings.Cut(m[2], " ")
			d.names = append(d.names, name)
		}
		all = append(all, d)
	}
	return all
}

// Every dependency has one row, and every row is about one that is there.
func TestDependencies(t *testing.T) {
	used := map[string]string{} // the heading for each dependency
	versions := map[string]string{}
	for module, version := range required(t) {
		used[module], versions[module] = "In tests", version
	}
	for _, module := range importedByTheProgram(t, slices.Collect(maps.Keys(used))) {
		used[module] = "In the program"
	}
	for tool, version := range pinnedTools(t) {
		used[tool], versions[tool] = "In tests", version
	}
	for _, p := range packageList(t, "scripts/setup") {
		used["Debian 12 "+p] = "In tests"
	}
	for _, p := range packageList(t, "test/rig/guest32/build") {
		used["Debian 12 for i386 "+p] = "In tests"
	}
	if len(used) < 50 {
		t.Errorf("only %d dependencies are found: %v", len(used), used)
	}

	named := map[string]bool{}
	for _, d := range documentedDependencies(t) {
		for _, name := range d.names {
			switch heading, ok := used[name]; {
			case !ok:
				t.Errorf("%s: nothing depends on %s", dependencies, name)
			case named[name]:
				t.Errorf("%s: %s has two rows", dependencies, name)
			case heading != d.heading:
				t.Errorf("%s: %s stands under %q, not %q", dependencies, name, d.heading, heading)
			}
			named[name] = true
			for _, v := range regexp.MustCompile(`\b\d+\.\d+\.\d+\b`).FindAllString(d.row, -1) {
				if v != versions[name] {
					t.Errorf("%s: %s is at version %s, not %s", dependencies, name, versions[name], v)
				}
			}
		}
	}
	for name := range used {
		if !named[name] {
			t.Errorf("%s has no row for %s", dependencies, name)
		}
	}
}

// required returns the modules that go.mod requires directly, with their
// versions without the v.
func required(t *testing.T) map[string]string {
	t.Helper()
	modules := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^(?:require )?\s*(\S+\.\S+/\S+) v(\S+)( // indirect)?$`).FindAllStringSubmatch(read(t, root+"/go.mod"), -1) {
		if m[3] == "" {
			modules[m[1]] = m[2]
		}
	}
	return modules
}

// importedByTheProgram returns which of the modules the house imports outside of
// its tests.
func importedByTheProgram(t *testing.T, modules []string) []string {
	t.Helper()
	var all []string
	walkSource(t, func(name string) {
		folder, _, _ := strings.Cut(filepath.ToSlash(strings.TrimPrefix(name, root+string(filepath.Separator))), "/")
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || slices.Contains(outside, folder) {
			return
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range modules {
				if imported == m || strings.HasPrefix(imported, m+"/") {
					all = append(all, m)
				}
			}
		}
	})
	return all
}

var (
	pinned   = regexp.MustCompile(`\bgo (?:install|run|get) "?([\w.-]+\.[a-z]+/[\w./-]+)@([^\s"]+)`)
	toolRoot = regexp.MustCompile(`/cmd/.*$`)
)

// pinnedTools returns the modules of the programs that scripts fetch in source,
// with their versions without the v.
func pinnedTools(t *testing.T) map[string]string {
	t.Helper()
	tools := map[string]string{}
	walkSource(t, func(name string) {
		if filepath.Ext(name) == ".md" {
			return
		}
		text := read(t, name)
		for _, m := range pinned.FindAllStringSubmatch(text, -1) {
			tool, version := toolRoot.ReplaceAllString(m[1], ""), m[2]
			if variable, ok := strings.CutPrefix(version, "$"); ok {
				value := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(strings.Trim(variable, "{}")) + `=(\S+)`).FindStringSubmatch(text)
				if value == nil {
					t.Errorf("%s: %s is at no version", name, tool)
					continue
				}
				version = value[1]
			}
			if other, twice := tools[tool]; twice && other != strings.TrimPrefix(version, "v") {
				t.Errorf("%s: %s is at %s, elsewhere at %s", name, tool, version, other)
			}
			tools[tool] = strings.TrimPrefix(version, "v")
		}
	})
	return tools
}

// packageList returns the array "packages" of a script.
func packageList(t *testing.T, script string) []string {
	t.Helper()
	m := regexp.MustCompile(`(?ms)^packages=\(\n(.*?)^\)`).FindStringSubmatch(read(t, root+"/"+script))
	if m == nil {
		t.Fatalf("%s lists no packages", script)
	}
	var all []string
	for line := range strings.Lines(m[1]) {
		line, _, _ = strings.Cut(line, "#")
		all = append(all, strings.Fields(line)...)
	}
	return all
}

// walkSource visits the files of the repository, without what is built.
func walkSource(t *testing.T, visit func(name string)) {
	t.Helper()
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != root && (d.Name() == ".git" || d.Name() == ".cache" || filepath.Dir(name) == root && (d.Name() == "bin" || d.Name() == "dist")):
			return fs.SkipDir
		case d.Type().IsRegular():
			visit(name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// What the guides say is needed to build MPS is what go.mod says.
func TestGoVersion(t *testing.T) {
	m := regexp.MustCompile(`(?m)^go (\S+)$`).FindStringSubmatch(read(t, root+"/go.mod"))
	if m == nil {
		t.Fatal("go.mod names no version of Go")
	}
	for _, document := range []string{root + "/README.md", root + "/README.zh-CN.md", guide} {
		if want := fmt.Sprintf("Go %s ", m[1]); !strings.Contains(read(t, document), want) {
			t.Errorf("%s does not say %q", document, want)
		}
	}
	if _, err := os.Stat(root + "/vendor"); err == nil {
		t.Error("vendor/ holds dependencies that no test here sees")
	}
}
