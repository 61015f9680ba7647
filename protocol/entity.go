package protocol

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// unescape resolves character references and the five entities that XML
// defines. Any other entity would need a DTD and is refused.
func (s *scanner) unescape(raw string) (string, error) {
	n := strings.IndexByte(raw, '&')
	if n < 0 {
		return raw, nil
	}
	var b strings.Builder
	for n >= 0 {
		b.WriteString(raw[:n])
		raw = raw[n+1:]
		name, rest, ok := strings.Cut(raw, ";")
		r := resolve(name)
		if !ok || r == utf8.RuneError {
			return "", s.malformed(entityUnknown)
		}
		b.WriteRune(r)
		raw = rest
		n = strings.IndexByte(raw, '&')
	}
	b.WriteString(raw)
	return b.String(), nil
}

// resolve returns the character that &name; stands for, U+FFFD for none.
func resolve(name string) rune {
	switch name {
	case "lt":
		return '<'
	case "gt":
		return '>'
	case "amp":
		return '&'
	case "quot":
		return '"'
	case "apos":
		return '\''
	}
	digits, isReference := strings.CutPrefix(name, "#")
	if !isReference {
		return utf8.RuneError
	}
	base := 10
	if hex, ok := strings.CutPrefix(digits, "x"); ok {
		digits, base = hex, 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil || n > utf8.MaxRune || !utf8.ValidRune(rune(n)) || !isXMLChar(rune(n)) {
		return utf8.RuneError
	}
	return rune(n)
}

// normalizeNewlines applies XML 1.0, section 2.11.
func normalizeNewlines(s string) string {
	if !strings.Contains(s, "\r") {
		return s
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}
