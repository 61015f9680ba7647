package driver

import (
	"encoding/hex"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"mps/card"
	"mps/identity"
)

// Limits of what a driver answers.
const (
	maxFields = 256
	maxNumber = 32 // characters of a card number; cards hold 9
	maxName   = 50 // characters; cards hold 25
)

// A Layout says where the fields of a card are in a driver's answer.
//
// With a separator, the answer is text and a field is named by its place,
// counted from 0; the texts of several buffers are joined by the separator, so
// that without other separators the place is that of the buffer. Without one,
// the answer is a JSON text and a field is named by its path, "data.aac002" or
// "list.0.name"; an object on the way may be a string that holds one. Where
// buffers have names, "card:1" and "card:data.aac002" are in the one of that name.
// A field without a name is not in the answer. A layout that names no Name cannot
// ask for one: then an identity number or a card number is a patient
// (card.CheckReadable).
type Layout struct {
	Separator          string `toml:"separator"`
	IDNumber           string `toml:"id_number"`
	Number             string `toml:"number"`
	Name               string `toml:"name"`
	IdentificationCode string `toml:"identification_code"`

	version string // where the specification version of the card is, if there
}

// An output is what a driver has left in a buffer.
type output struct {
	name string
	text []byte
}

// An answer is the texts of a driver's buffers.
type answer []answered

type answered struct{ name, text string }

// A placed is where a field is: in a buffer, "" for any, at a place or path.
type placed struct{ buffer, at string }

// placedAt reads what the configuration says of a field.
func placedAt(name string) placed {
	if buffer, at, named := strings.Cut(name, ":"); named {
		return placed{buffer, at}
	}
	return placed{"", name}
}

// places are where the fields are that the layout names.
func (l Layout) places() []placed {
	var places []placed
	for _, name := range []string{l.IDNumber, l.Number, l.Name, l.IdentificationCode, l.version} {
		if name != "" {
			places = append(places, placedAt(name))
		}
	}
	return places
}

// in returns the layout of an answer of which all fields are in one buffer.
func (l Layout) in(buffer string) Layout {
	for _, name := range []*string{&l.IDNumber, &l.Number, &l.Name, &l.IdentificationCode, &l.version} {
		if *name != "" {
			*name = buffer + ":" + *name
		}
	}
	return l
}

// relevant are the outputs that fields are in. What is in the others, in whatever
// charset, is of no account.
func (l Layout) relevant(outputs []output) []output {
	places := l.places()
	return slices.DeleteFunc(slices.Clone(outputs), func(o output) bool {
		return !slices.ContainsFunc(places, func(p placed) bool { return p.buffer == "" || p.buffer == o.name })
	})
}

// Check finds a layout that cannot be right. Its errors are failures, in Chinese.
func (l Layout) Check() error {
	if l.IDNumber == "" && l.Number == "" {
		return layoutEmpty.With()
	}
	if l.Separator == "" {
		return nil
	}
	for _, p := range l.places() {
		if i, err := strconv.Atoi(p.at); err != nil || i < 0 || i >= maxFields {
			return layoutPlace.With(p.at, maxFields-1)
		}
	}
	return nil
}

// read takes the card out of an answer.
func (l Layout) read(function string, a answer) (*card.Card, error) {
	if err := l.Check(); err != nil {
		return nil, answerError(function, err)
	}
	if l.Separator == "" {
		for _, p := range l.places() {
			if !json.Valid([]byte(a.json(p.buffer))) {
				return nil, answerError(function, answerNotJSON.With())
			}
		}
	}
	if v, ok := l.field(a, l.version); l.version != "" && ok && !version.MatchString(trimField(v)) {
		return nil, answerError(function, "规范版本")
	}
	var c card.Card
	for _, f := range []struct {
		name, title string
		value       *string
		valid       func(string) bool
	}{
		{l.IDNumber, "身份证号", &c.IDNumber, isVisible(18)},
		{l.Number, "卡号", &c.Number, isVisible(maxNumber)},
		{l.Name, "姓名", &c.Name, isName},
		{l.IdentificationCode, "卡识别码", &c.IdentificationCode, isCode},
	} {
		if f.name == "" {
			continue
		}
		v, ok := l.field(a, f.name)
		*f.value = trimField(v)
		if f.value == &c.IDNumber {
			c.IDNumber = identity.Canonical(c.IDNumber)
		}
		if !ok || !f.valid(*f.value) {
			return nil, answerError(function, f.title)
		}
	}
	if err := card.CheckReadable(function, &c, l.Name != ""); err != nil {
		return nil, err
	}
	c.IdentificationCode = strings.ToUpper(c.IdentificationCode)
	c.IDNumberValid = identity.ValidNumber(c.IDNumber)
	return &c, nil
}

// field returns a field of an answer as it stands there. ok tells that it is there,
// or that there is JSON, in which a field may be absent.
func (l Layout) field(a answer, name string) (value string, ok bool) {
	p := placedAt(name)
	if l.Separator == "" {
		return path(json.RawMessage(a.json(p.buffer)), p.at)
	}
	return place(strings.SplitN(strings.Join(a.texts(p.buffer), l.Separator), l.Separator, maxFields+1), p.at)
}

// texts are those of a buffer, or all for "".
func (a answer) texts(buffer string) []string {
	var texts []string
	for _, o := range a {
		if buffer == "" || o.name == buffer {
			texts = append(texts, o.text)
		}
	}
	return texts
}

// json is the text that is JSON, if any is: that of a buffer, or the first for "".
func (a answer) json(buffer string) string {
	if texts := a.texts(buffer); len(texts) > 0 {
		return trimField(texts[0])
	}
	return ""
}

// version matches the card's specification version, or none. Where something else
// stands, the fields have shifted, or it is another interface.
var version = regexp.MustCompile(`^([Vv]?[0-9]\.[0-9]{1,2})?$`)

// trimField cuts what drivers fill a field up with, or leave behind it: blanks of any
// kind, ends of lines, NUL, and a byte order mark.
func trimField(s string) string {
	return strings.TrimFunc(s, func(r rune) bool { return unicode.IsSpace(r) || r == 0 || r == '\uFEFF' })
}

func place(fields []string, name string) (string, bool) {
	i, err := strconv.Atoi(name)
	if err != nil || i < 0 || i >= len(fields) || i >= maxFields {
		return "", false
	}
	return fields[i], true
}

// path follows a path through JSON to a string or a number. What is absent or
// null is empty; anything else is not a field.
func path(value json.RawMessage, path string) (string, bool) {
	steps := []string{}
	if path != "" {
		steps = strings.Split(path, ".")
	}
	for _, step := range steps {
		var inner string
		if json.Unmarshal(value, &inner) == nil {
			value = json.RawMessage(inner) // a string that holds JSON
		}
		var object map[string]json.RawMessage
		var list []json.RawMessage
		switch {
		case json.Unmarshal(value, &object) == nil:
			value = object[step]
		case json.Unmarshal(value, &list) == nil:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(list) {
				return "", true
			}
			value = list[i]
		default:
			return "", len(value) == 0
		}
	}
	if len(value) == 0 || string(value) == "null" {
		return "", true
	}
	var text string
	if json.Unmarshal(value, &text) == nil {
		return text, true
	}
	var number json.Number
	if json.Unmarshal(value, &number) == nil {
		return number.String(), true
	}
	return "", false
}

func isVisible(most int) func(string) bool {
	return func(s string) bool {
		return len(s) <= most && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
	}
}

// isName reports a name, or none. One with digits holds the next field: half a
// character at its end has taken the separator for its other half.
func isName(s string) bool {
	return len([]rune(s)) <= maxName && !strings.ContainsFunc(s, card.Illegible) && !strings.ContainsAny(s, "0123456789")
}

// isCode reports a card identification code, 16 bytes in hex, or none.
func isCode(s string) bool {
	b, err := hex.DecodeString(s)
	return err == nil && (len(b) == 16 || len(b) == 0)
}
