// Package docs holds no code: its tests hold the documents against the source.
package docs

import (
	"bytes"
	"encoding/hex"
	"fmt"
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

func read(t *testing.T, name string) string {
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
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
		var c protocol.Codec
		var again []byte
		if strings.Contains(block, "<request>") {
			r, err := c.Decode(wire)
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
			again = c.EncodeRequest(r)
		} else {
			r, err := protocol.DecodeResponse(wire)
			if err != nil {
				t.Errorf("%v in\n%s", err, block)
				continue
			}
			again = c.EncodeResponse(r)
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
