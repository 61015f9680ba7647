package driver

import (
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"

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
// "list.0.name"; an object on the way may be a string that holds one. A field
// without a name is not in the answer. A layout that names no Name cannot ask for
// one: then an identity number or a card number is a patient
// (card.CheckReadable).
type Layout struct {
	Separator          string `toml:"separator"`
	IDNumber           string `toml:"id_number"`
	Number             string `toml:"number"`
	Name               string `toml:"name"`
	IdentificationCode string `toml:"identification_code"`
}

// Check finds a layout that cannot be right. Its errors are failures, in Chinese.
func (l Layout) Check() error {
	if l.IDNumber == "" && l.Number == "" {
		return layoutEmpty.With()
	}
	if l.Separator == "" {
		return nil
	}
	for _, name := range []string{l.IDNumber, l.Number, l.Name, l.IdentificationCode} {
		if i, err := strconv.Atoi(name); name != "" && (err != nil || i < 0 || i >= maxFields) {
			return layoutPlace.With(name, maxFields-1)
		}
	}
	return nil
}

// read takes the card out of an answer.
func (l Layout) read(function string, answer []string) (*card.Card, error) {
	if err := l.Check(); err != nil {
		return nil, answerError(function, err)
	}
	var field func(name string) (string, bool)
	if l.Separator != "" {
		fields := strings.SplitN(strings.Join(answer, l.Separator), l.Separator, maxFields+1)
		field = func(name string) (string, bool) { return place(fields, name) }
	} else {
		if len(answer) == 0 || !json.Valid([]byte(answer[0])) {
			return nil, answerError(function, answerNotJSON.With())
		}
		field = func(name string) (string, bool) { return path(json.RawMessage(answer[0]), name) }
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
		v, ok := field(f.name)
		*f.value = strings.Trim(v, " \t\r\n\u3000")
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
