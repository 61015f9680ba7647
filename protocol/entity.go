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
		r, known := resolve(name)
		if !ok || !known {
			return "", s.malformed(entityUnknown)
		}
		b.WriteRune(r)
		raw = rest
		n = strings.IndexByte(raw, '&')
	}
	b.WriteString(raw)
	return b.String(), nil
}

// resolve returns the character that &name; stands for, and whether it stands for
// one: any that XML 1.0 (section 2.2) allows.
func resolve(name string) (rune, bool) {
	switch name {
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "amp":
		return '&', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	digits, isReference := strings.CutPrefix(name, "#")
	if !isReference {
		return 0, false
	}
	base := 10
	if hex, ok := strings.CutPrefix(digits, "x"); ok {
		digits, base = hex, 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil || n > utf8.MaxRune || !utf8.ValidRune(rune(n)) || !isXMLChar(rune(n)) {
		return 0, false
	}
	return rune(n), true
}

// normalizeNewlines applies XML 1.0, section 2.11.
func normalizeNewlines(s string) string {
	if !strings.Contains(s, "\r") {
		return s
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}
