// Package docs holds no code: its tests hold the documents against the source.
package docs

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"go/ast"
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
	"unicode"

	"mps/config"
	"mps/gbk"
	"mps/protocol"
)

const (
	root      = ".."
	messages  = "错误信息.md"
	reference = "接口说明.md"
	guide     = "接入指南.md"
)

// How the Chinese texts of a folder's Go files count. In folders that are not
// named here or above, all of them are messages, so that a new package is not
// forgotten.
var folders = map[string]counting{
	"cmd/mps":  onlyErrors, // the rest is what commands print
	"journal":  onlyErrors,
	"database": onlyErrors,

	"sandbox":  nothing, // what a centre says, and people who do not exist
	"bench":    nothing,
	"test":     nothing,
	"examples": nothing,
	"docs":     nothing,
}

type counting int

const (
	everything counting = iota
	onlyErrors          // what errors.New and fmt.Errorf make
	nothing
)

// A text is a message of the product as its source has it, in the form of
// plain.
type text struct {
	plain string
	where token.Position
}

// Every message of the source stands in 错误信息.md as a code span, and what
// its tables call a message is one. The titles of the function table may stand
// in 接口说明.md instead.
func TestMessagesAreComplete(t *testing.T) {
	document := read(t, messages)
	spans := codeSpans(document)
	inReference := read(t, reference)
	known := map[string]bool{}
	for _, m := range append(goTexts(t), libraryTexts(t)...) {
		known[m.plain] = true
		isTitle := filepath.Base(m.where.Filename) == "function.go" && strings.Contains(inReference, m.plain)
		if !spans[m.plain] && !isTitle {
			t.Errorf("%s:%d: not in %s: `%s`", m.where.Filename, m.where.Line, messages, m.plain)
		}
	}
	for i, line := range strings.Split(document, "\n") {
		if !strings.HasPrefix(line, "| `") {
			continue
		}
		cell, _, _ := strings.Cut(line[len("| "):], " | ")
		for span := range codeSpans(cell) {
			if !known[span] {
				t.Errorf("%s:%d: not in the source: `%s`", messages, i+1, span)
			}
		}
	}
}

// The test must not become empty unnoticed.
func TestTextsAreFound(t *testing.T) {
	found := map[string]bool{}
	for _, m := range append(goTexts(t), libraryTexts(t)...) {
		found[m.plain] = true
	}
	for _, want := range []string{
		"接口… 失败:",                     // a concatenation
		"参数…（…）的值[…]不正确",              // a format
		"本用户的读卡服务已在运行",                // a variable's value
		"请求报文超过64KB：请软件厂商检查请求报文",      // the C library
		"请给出请求文件，或用 --card、--voucher", // an operator's
	} {
		if !found[want] {
			t.Errorf("not found: %s", want)
		}
	}
	for _, not := range []string{"调用", "读卡服务就绪", "请求文件与 --card", "演示完成。"} {
		if found[not] {
			t.Errorf("taken for a message: %s", not)
		}
	}
}

// goTexts returns the messages of the Go source.
func goTexts(t *testing.T) []text {
	var all []text
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() {
			hidden := strings.HasPrefix(name, ".") && path != root
			if hidden || name == "testdata" || countingOf(path) == nothing {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, nil, 0)
		if err != nil {
			return err
		}
		for _, at := range chinese(file, countingOf(filepath.Dir(path)) == onlyErrors) {
			all = append(all, text{at.text, set.Position(at.pos)})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func countingOf(dir string) counting {
	name, err := filepath.Rel(root, dir)
	if err != nil {
		panic(err) // both are relative
	}
	return folders[filepath.ToSlash(name)]
}

type positioned struct {
	pos  token.Pos
	text string
}

// chinese returns the Chinese texts of a file: string literals, and sums of
// strings as one text. Struct tags, arguments of log calls and
// what is printed are left out; with onlyErrors everything but the arguments
// of errors.New and fmt.Errorf.
func chinese(file *ast.File, onlyErrors bool) []positioned {
	var found []positioned
	var visit func(n ast.Node, inError bool)
	visit = func(n ast.Node, inError bool) {
		ast.Inspect(n, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Field:
				return n.Tag == nil
			case *ast.CallExpr:
				switch name := called(n); {
				case isOutput(name):
					return false
				case onlyErrors && !inError && (name == "errors.New" || name == "fmt.Errorf"):
					visit(n, true)
					return false
				}
			case ast.Expr:
				s, isText := literal(n)
				if isText && (inError || !onlyErrors) && isChinese(s) {
					found = append(found, positioned{n.Pos(), plain(verb.ReplaceAllString(s, "…"))})
				}
				return !isText
			}
			return true
		})
	}
	visit(file, false)
	return found
}

// called returns the last two parts of the name of the function that is
// called, such as fmt.Errorf or Log.Warn.
func called(call *ast.CallExpr) string {
	selector, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	switch x := selector.X.(type) {
	case *ast.Ident:
		return x.Name + "." + selector.Sel.Name
	case *ast.SelectorExpr:
		return x.Sel.Name + "." + selector.Sel.Name
	}
	return ""
}

func isOutput(called string) bool {
	receiver, _, _ := strings.Cut(called, ".")
	return strings.EqualFold(receiver, "log") || strings.HasPrefix(called, "fmt.Fprint")
}

// literal returns the value of a string literal, or of a sum in which there is
// one: what is only known at run time becomes "…".
func literal(e ast.Expr) (value string, isText bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		s, err := strconv.Unquote(e.Value)
		return s, e.Kind == token.STRING && err == nil
	case *ast.BinaryExpr:
		if e.Op != token.ADD {
			return "", false
		}
		left, leftIsText := literal(e.X)
		right, rightIsText := literal(e.Y)
		if !leftIsText {
			left = "…"
		}
		if !rightIsText {
			right = "…"
		}
		return left + right, leftIsText || rightIsText
	}
	return "", false
}

var verb = regexp.MustCompile(`%[-+# 0-9.]*[a-zA-Z]`)

// plain brings a text into the form in which source and document are
// compared: "…" for every value, no blanks or values at the ends.
func plain(s string) string {
	s = strings.ReplaceAll(s, "\n", " ")
	for strings.Contains(s, "……") {
		s = strings.ReplaceAll(s, "……", "…")
	}
	return strings.Trim(s, "… ")
}

func isChinese(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

var (
	libraryText = regexp.MustCompile(`TEXT\(((?:\s*"(?:[^"\\]|\\.)*")+)\s*\)`)
	cString     = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)
	cComment    = regexp.MustCompile(`(?s)/\*.*?\*/|//[^\n]*`)
)

// libraryTexts returns the messages of the client library, and fails when some
// other file of it has any.
func libraryTexts(t *testing.T) []text {
	const name = root + "/capi/messages.c"
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var all []text
	for _, m := range libraryText.FindAllSubmatchIndex(b, -1) {
		var joined strings.Builder
		for _, part := range cString.FindAllString(string(b[m[2]:m[3]]), -1) {
			s, err := strconv.Unquote(part)
			if err != nil {
				t.Fatalf("%s: %s: %v", name, part, err)
			}
			joined.WriteString(s)
		}
		if isChinese(joined.String()) {
			line := 1 + bytes.Count(b[:m[0]], []byte("\n"))
			all = append(all, text{
				plain(strings.ReplaceAll(joined.String(), "%", "…")),
				token.Position{Filename: name, Line: line},
			})
		}
	}
	sources, err := filepath.Glob(root + "/capi/*.[ch]")
	if err != nil {
		t.Fatal(err)
	}
	for _, source := range sources {
		b, err := os.ReadFile(source)
		if err != nil {
			t.Fatal(err)
		}
		if source != name && isChinese(string(cComment.ReplaceAll(b, nil))) {
			t.Errorf("%s has Chinese texts, which belong into messages.c", source)
		}
	}
	return all
}

func read(t *testing.T, name string) string {
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

var span = regexp.MustCompile("`[^`\n]+`")

// codeSpans returns the Chinese code spans of Markdown, plain.
func codeSpans(markdown string) map[string]bool {
	spans := map[string]bool{}
	for _, s := range span.FindAllString(markdown, -1) {
		if isChinese(s) {
			spans[plain(strings.Trim(s, "`"))] = true
		}
	}
	return spans
}

// blocks returns the fenced code blocks of a document in the given language.
func blocks(t *testing.T, name, language string) []string {
	fence := regexp.MustCompile("(?ms)^```" + language + "\n(.*?)^```$")
	var all []string
	for _, m := range fence.FindAllStringSubmatch(read(t, name), -1) {
		all = append(all, m[1])
	}
	if len(all) == 0 {
		t.Errorf("%s has no block of %s", name, language)
	}
	return all
}

// Every message that 接口说明.md shows is one, in the bytes that mps writes.
func TestMessagesInReference(t *testing.T) {
	for _, block := range blocks(t, reference, "xml") {
		wire := gbk.Append(nil, strings.TrimSuffix(block, "\n"), gbk.Reference)
		var e protocol.Encoder
		var again []byte
		if strings.Contains(block, "<request>") {
			r, err := protocol.DecodeRequest(wire)
			if err != nil {
				t.Errorf("%v in\n%s", err, block)
				continue
			}
			f, err := protocol.Lookup(r.Funid)
			if err == nil {
				err = f.Check(r)
			}
			if err != nil {
				t.Errorf("%v in\n%s", err, block)
			}
			again = e.EncodeRequest(r)
		} else {
			r, err := protocol.DecodeResponse(wire)
			if err != nil {
				t.Errorf("%v in\n%s", err, block)
				continue
			}
			again = e.Append(nil, r)
		}
		if !bytes.Equal(again, wire) {
			t.Errorf("mps writes\n%s\nnot\n%s", again, wire)
		}
	}
}

// The worked example of the sign is right: the bytes are those of the first
// request, and their sign is what the code computes.
func TestSignExample(t *testing.T) {
	document := read(t, reference)
	row := func(name string) string {
		m := regexp.MustCompile(`(?m)^\| ` + name + ` \| ` + "`(.+)`" + ` \|$`).FindStringSubmatch(document)
		if m == nil {
			t.Fatalf("%s has no row %q", reference, name)
		}
		return m[1]
	}
	_, body, _ := strings.Cut(blocks(t, reference, "xml")[0], "<Body>")
	body, _, _ = strings.Cut(body, "</Body>")
	if got := row("字节"); got != fmt.Sprintf("% X", body) {
		t.Errorf("bytes are\n%s\nshould be\n% X", got, body)
	}
	if got := row("字节数"); got != strconv.Itoa(len(body)) {
		t.Errorf("%s bytes, should be %d", got, len(body))
	}
	key := protocol.Key(row("密钥"))
	sign := key.Sign([]byte(body))
	if got := row("sign"); got != sign {
		t.Errorf("sign is %s, should be %s", got, sign)
	}
	whole := row("HMAC-SM3")
	if b, err := hex.DecodeString(whole); err != nil || len(b) != 32 || !strings.HasPrefix(whole, sign) {
		t.Errorf("HMAC-SM3 is %s", whole)
	}
}

// Every configuration that the guide shows can be loaded.
func TestConfigurationsInGuide(t *testing.T) {
	for _, block := range blocks(t, guide, "toml") {
		if _, err := config.Parse([]byte(block)); err != nil {
			t.Errorf("%v in\n%s", err, block)
		}
	}
}

var link = regexp.MustCompile(`\]\(([^)\s]+)\)`)

// What a document refers to is there.
func TestLinks(t *testing.T) {
	documents := map[string]bool{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "dist" || d.Name() == "bin") {
			return fs.SkipDir
		}
		if strings.HasSuffix(path, ".md") {
			documents[path] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, document := range slices.Sorted(maps.Keys(documents)) {
		for _, m := range link.FindAllStringSubmatch(read(t, document), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			target, anchor, _ := strings.Cut(m[1], "#")
			path := document
			if target != "" {
				path = filepath.Join(filepath.Dir(document), target)
			}
			if _, err := os.Stat(path); err != nil {
				t.Errorf("%s: %v", document, err)
			} else if anchor != "" && !slices.Contains(anchors(read(t, path)), anchor) {
				t.Errorf("%s: %s has no heading #%s", document, path, anchor)
			}
		}
	}
}

var heading = regexp.MustCompile(`(?m)^#+ (.+)$`)

// anchors returns what the headings of a document are called in links: small
// letters, "-" for blanks, and no punctuation.
func anchors(markdown string) []string {
	var all []string
	for _, m := range heading.FindAllStringSubmatch(markdown, -1) {
		all = append(all, strings.Map(func(r rune) rune {
			switch {
			case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
				return unicode.ToLower(r)
			case r == ' ':
				return '-'
			}
			return -1
		}, m[1]))
	}
	return all
}
