package config

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// untranslated are texts of go-toml that no file can lead to: they are about the
// Go types that a program gives it, or about itself.
var untranslated = []string{
	"toml: internal error", "toml: decoding can only be performed", "toml: decoding pointer target", "toml: cannot store ", "toml: cannot set embedded",
	"map key", "key into a map with key type", "not a slice of the data", "KeyValue should have", "Key() is not supported", "Kind.String() not implemented",
	"unsupported", "invalid base", "highlight is not", "toml: unexpected expression kind", "toml: %w", "%s", "unmarshaling map key",
}

// Every text of go-toml has a translation, so that a new version of it does not
// bring English back unnoticed.
func TestTranslationsAreComplete(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-m", "-f", "{{.Dir}}", "github.com/pelletier/go-toml/v2").Output()
	if err != nil {
		t.Fatal(err)
	}
	root := strings.TrimSpace(string(out))
	found := 0
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(root, path)
		switch rel := filepath.ToSlash(rel); {
		case d.IsDir() && (rel == "benchmark" || rel == "cmd" || rel == "ossfuzz" || rel == "testdata" || rel == "internal/testsuite"):
			return fs.SkipDir
		case d.IsDir(), !strings.HasSuffix(rel, ".go"), strings.HasSuffix(rel, "_test.go"), rel == "marshaler.go", rel == "marshaler_raw.go":
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			for _, text := range messages(n) {
				found++
				if !hasAny(text, untranslated) && !isTranslated(text) {
					t.Errorf("%s: no translation of %q", rel, text)
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if found < 100 {
		t.Errorf("only %d texts are found in %s", found, root)
	}
}

// messages returns the formats of the errors that a call makes.
func messages(n ast.Node) []string {
	call, ok := n.(*ast.CallExpr)
	if !ok {
		return nil
	}
	name := ""
	switch f := call.Fun.(type) {
	case *ast.Ident:
		name = f.Name
	case *ast.SelectorExpr:
		name = f.Sel.Name
	}
	if name != "NewParserError" && name != "Errorf" && name != "New" && name != "Sprintf" {
		return nil
	}
	var texts []string
	for _, arg := range call.Args {
		if l, ok := arg.(*ast.BasicLit); ok && l.Kind == token.STRING {
			if s, err := strconv.Unquote(l.Value); err == nil && strings.Contains(s, " ") {
				texts = append(texts, strings.ReplaceAll(s, "%q", "\"inf\""))
			}
			break
		}
	}
	return texts
}

func isTranslated(text string) bool {
	for _, tr := range translations {
		if strings.Contains(text, tr.text) {
			return true
		}
	}
	return false
}

func hasAny(text string, parts []string) bool {
	for _, p := range parts {
		if p == "%s" && text == p || p != "%s" && strings.Contains(text, p) {
			return true
		}
	}
	return false
}
