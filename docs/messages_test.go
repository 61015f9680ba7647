package docs

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"mps/protocol"
)

// A message is a failure as its source defines it, or as 错误信息.md has it.
type message struct {
	code  string
	text  string // as a person reads it, with "…" for every value
	where string
}

// 错误信息.md has one row for each failure, with its code and its text, and no
// others.
func TestMessages(t *testing.T) {
	defined := append(goMessages(t), libraryMessages(t)...)
	if len(defined) < 150 {
		t.Errorf("only %d failures are found in the source", len(defined))
	}
	rows := map[string]message{}
	for _, m := range documented(t) {
		if _, twice := rows[m.code]; twice {
			t.Errorf("%s: `%s` has two rows", m.where, m.code)
		}
		rows[m.code] = m
	}
	first := map[string]string{}
	for _, m := range defined {
		row, ok := rows[m.code]
		switch {
		case first[m.code] != "":
			t.Errorf("%s: code %q is that of %s, too", m.where, m.code, first[m.code])
		case !codePattern.MatchString(m.code):
			t.Errorf("%s: %q is no code", m.where, m.code)
		case !ok:
			t.Errorf("%s: %s has no row | `%s` | `%s` |", m.where, messages, m.code, m.text)
		case row.text != m.text:
			t.Errorf("%s: `%s` is documented as\n\t%s\nbut reads\n\t%s", row.where, m.code, row.text, m.text)
		}
		first[m.code] = m.where
		delete(rows, m.code)
	}
	for code, row := range rows {
		if first[code] == "" {
			t.Errorf("%s: no failure has the code `%s`", row.where, code)
		}
	}
}

var codePattern = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

var row = regexp.MustCompile("^\\| `([^`]+)` \\| `([^`]+)` \\|")

// documented returns the rows of 错误信息.md that begin with a code and a text.
func documented(t *testing.T) []message {
	t.Helper()
	var all []message
	for i, line := range strings.Split(read(t, messages), "\n") {
		if m := row.FindStringSubmatch(line); m != nil {
			all = append(all, message{m[1], m[2], messages + ":" + strconv.Itoa(i+1)})
		}
	}
	return all
}

// goMessages returns the failures that the Go source defines, and fails where a
// Chinese error is made in any other way: it would have no code.
func goMessages(t *testing.T) []message {
	t.Helper()
	var all []message
	set := token.NewFileSet()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata"):
			return fs.SkipDir
		case !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			where := set.Position(call.Pos()).String()
			switch called(call) {
			case "failure.New", "failure.Terse":
				m, ok := definition(call)
				if !ok {
					t.Errorf("%s: a failure is defined by three texts, in literals", where)
				}
				m.where = where
				all = append(all, m)
			case "errors.New", "fmt.Errorf":
				if text, _ := literal(call.Args[0]); isChinese(text) && !strings.HasSuffix(text, "%w") {
					t.Errorf("%s: %q is no failure with a code", where, text)
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// definition reads the arguments of failure.New or failure.Terse. Every failure
// says what to do.
func definition(call *ast.CallExpr) (m message, ok bool) {
	if len(call.Args) != 3 {
		return message{}, false
	}
	var texts [3]string
	for i, arg := range call.Args {
		if texts[i], ok = literal(arg); !ok {
			return message{}, false
		}
	}
	m = message{code: texts[0], text: texts[1]}
	if called(call) == "failure.New" {
		m.text += texts[2]
	}
	m.text = verb.ReplaceAllString(m.text, "…")
	return m, texts[2] != ""
}

// called returns the name of the function that is called, with its package.
func called(call *ast.CallExpr) string {
	if selector, ok := call.Fun.(*ast.SelectorExpr); ok {
		if x, ok := selector.X.(*ast.Ident); ok {
			return x.Name + "." + selector.Sel.Name
		}
	}
	return ""
}

// literal returns the value of a string literal or of a sum of them.
func literal(e ast.Expr) (value string, ok bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		s, err := strconv.Unquote(e.Value)
		return s, e.Kind == token.STRING && err == nil
	case *ast.BinaryExpr:
		left, leftOK := literal(e.X)
		right, rightOK := literal(e.Y)
		return left + right, leftOK && rightOK
	}
	return "", false
}

var verb = regexp.MustCompile(`%[-+# 0-9.]*(\[\d+\])?[a-zA-Z]`)

func isChinese(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// What the function table says about fields stands in 接口说明.md.
func TestFunctionTableInReference(t *testing.T) {
	document := read(t, reference)
	for _, f := range protocol.Functions() {
		texts := []string{f.ID, f.Name}
		for _, p := range f.Params {
			texts = append(texts, p.Name, p.Title)
			for _, v := range p.Values {
				texts = append(texts, v.Code+" "+v.Meaning)
			}
		}
		for _, form := range f.Forms {
			for _, field := range form.Fields {
				texts = append(texts, field.Name, field.Title)
			}
		}
		for _, text := range texts {
			if !strings.Contains(document, text) {
				t.Errorf("%s lacks %q of function %s", reference, text, f.ID)
			}
		}
	}
}

// libraryMessage matches a line of capi/messages.c: the name of a message, which
// is its code, and its text, in which % stands for a number and $ for a
// reason.
var libraryMessage = regexp.MustCompile(`\[MESSAGE_([A-Z_]+)\] = TEXT\(("(?:[^"\\]|\\.)+")\)`)

// libraryMessages returns the failures of the client library.
func libraryMessages(t *testing.T) []message {
	t.Helper()
	const name = root + "/capi/messages.c"
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var all []message
	for i, line := range strings.Split(string(b), "\n") {
		m := libraryMessage.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		text, err := strconv.Unquote(m[2])
		if err != nil {
			t.Fatalf("%s:%d: %v", name, i+1, err)
		}
		all = append(all, message{
			code:  "client_" + strings.ToLower(m[1]),
			text:  strings.NewReplacer("%", "…", "$", "…").Replace(text),
			where: name + ":" + strconv.Itoa(i+1),
		})
	}
	if len(all) == 0 {
		t.Errorf("no message is found in %s", name)
	}
	return all
}
