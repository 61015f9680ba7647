package config

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"

	"mps/charset"
	"mps/failure"
)

// text returns the file as UTF-8 without a byte order mark. One that could be
// either is UTF-8, as TOML is: nobody's name is at stake.
func text(b []byte) ([]byte, error) {
	if wide, ok := utf16Text(b); ok {
		b = wide
	}
	if bytes.IndexByte(b, 0) >= 0 { // UTF-16 without a mark, or no text
		return nil, badEncoding.With()
	}
	for _, c := range []charset.Charset{charset.Auto, charset.UTF8, charset.GBK} {
		if s, err := c.Decode(b); err == nil {
			return []byte(s), nil
		}
	}
	return nil, badEncoding.With()
}

// utf16Text reads what Notepad calls Unicode: UTF-16 behind a byte order mark.
func utf16Text(b []byte) (text []byte, ok bool) {
	little := bytes.HasPrefix(b, []byte{0xFF, 0xFE})
	if len(b)%2 != 0 || !little && !bytes.HasPrefix(b, []byte{0xFE, 0xFF}) {
		return nil, false
	}
	units := make([]uint16, 0, len(b)/2)
	for i := 2; i < len(b); i += 2 {
		low, high := b[i], b[i+1]
		if !little {
			low, high = high, low
		}
		units = append(units, uint16(high)<<8|uint16(low))
	}
	return []byte(string(utf16.Decode(units))), true
}

// decode reads TOML over c. Every error is a failure that says in which line.
func decode(document []byte, c *Config) error {
	decoder := toml.NewDecoder(bytes.NewReader(document)).DisallowUnknownFields().EnableUnmarshalerInterface()
	err := decoder.Decode(c)
	if err == nil {
		return nil
	}
	if unknown, ok := errors.AsType[*toml.StrictMissingError](err); ok && len(unknown.Errors) > 0 {
		first := unknown.Errors[0]
		row, _ := first.Position()
		return unknownKey.Because(err, row, strings.Join(first.Key(), "."), nearest(first.Key()))
	}
	if d, ok := errors.AsType[*toml.DecodeError](err); ok {
		row, column := d.Position()
		return badLine.Because(err, row, explain(document, d, row, column))
	}
	// A section of the name of a value, which go-toml reports without its place.
	return badFile.Because(err, cmp.Or(own(err.Error()), error(badForm.With())))
}

// own returns what this package had go-toml report, nil when text is go-toml's.
func own(text string) error {
	if s, ok := strings.CutPrefix(strings.TrimPrefix(text, "toml: "), ours); ok {
		return errors.New(s)
	}
	return nil
}

// explain says in Chinese what is wrong in a line.
func explain(document []byte, d *toml.DecodeError, row, column int) error {
	key := strings.Join(d.Key(), ".")
	if err := own(d.Error()); err != nil {
		if key == "" {
			return err
		}
		return fmt.Errorf("%s：%w", key, err)
	}
	line := ""
	if lines := strings.Split(string(document), "\n"); row <= len(lines) {
		line = strings.TrimSuffix(lines[row-1], "\r")
	}
	kind := translated(d.Error())
	if f := asWritten(line, kind); f != nil {
		return f
	}
	switch kind {
	case badKind:
		return badKind.With(key, wanted(d.Key()))
	case noSection, noList:
		return kind.With(key)
	case repeated:
		return repeated.With(key)
	case badKeyName, badForm, restOfLine:
		return kind.With(character(line, column))
	}
	return kind.With()
}

// character shows the character at a column, which counts bytes from 1.
func character(line string, column int) string {
	if column < 1 || column > len(line) {
		return "行末"
	}
	start := column - 1
	for start > 0 && !utf8.RuneStart(line[start]) {
		start--
	}
	r, _ := utf8.DecodeRuneInString(line[start:])
	return fmt.Sprintf("「%c」", r)
}

// wanted says what the value of a key has to be.
func wanted(key []string) string {
	t := typeOf(key)
	switch {
	case t == nil:
		return "另一种值"
	case t.Kind() == reflect.String:
		return "英文双引号里的文字，例如\"x\""
	case t.Kind() == reflect.Slice:
		return "方括号里的几段文字，例如[\"x\", \"y\"]"
	case t.Kind() == reflect.Struct, t.Kind() == reflect.Map:
		return "一个小节，或花括号里的几项"
	}
	return "整数，不用引号，例如8"
}

// typeOf returns the type of a key's value, nil for a key that there is not.
func typeOf(key []string) reflect.Type {
	t := reflect.TypeFor[Config]()
	for _, part := range key {
		switch t.Kind() {
		case reflect.Map:
			t = t.Elem()
		case reflect.Struct:
			f, ok := t.FieldByNameFunc(func(name string) bool {
				f, _ := t.FieldByName(name)
				return f.Tag.Get("toml") == part
			})
			if !ok {
				return nil
			}
			t = f.Type
		default:
			return nil
		}
	}
	return t
}

// located adds the line in which the key of an error stands.
func located(document []byte, err error) error {
	k, ok := errors.AsType[keyed](err)
	if !ok {
		return err
	}
	if row := lineOf(document, k.key); row > 0 {
		return fmt.Errorf("第%d行：%w", row, err)
	}
	return err
}

// lineOf returns the line of a key in a document that has been read, 0 when the
// key is not there or is part of a value.
func lineOf(document []byte, key string) int {
	var p unstable.Parser
	p.Reset(document)
	section := ""
	for p.NextExpression() {
		e := p.Expression()
		name, offset := "", uint32(0)
		for it := e.Key(); it.Next(); {
			name, offset = join(name, string(it.Node().Data)), it.Node().Raw.Offset
		}
		if e.Kind != unstable.KeyValue {
			section = name
			continue
		}
		if join(section, name) == key {
			return 1 + bytes.Count(document[:offset], []byte("\n"))
		}
	}
	return 0
}

// asWritten finds in the line of a syntax error what people write who do not
// know TOML, which says more than where go-toml stumbled. nil when it is none of
// that.
func asWritten(line string, kind *failure.Kind) error {
	s := scan(line)
	switch {
	case s.wide != 0:
		return wideMark.With(string(s.wide), string(asciiOf[s.wide]))
	case kind == badEscape:
		return badEscape.With()
	}
	switch kind {
	case restOfLine, badValue, badNumber, badDate:
		if s.bare {
			return unquoted.With(s.key)
		}
	}
	return nil
}
