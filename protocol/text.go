package protocol

import (
	"strings"
	"unicode/utf8"
)

// appendText appends s with only & < > escaped: quotes stay, because
// host programs search out_put for them. Characters that XML does not allow
// become a question mark.
func (w writer) appendText(dst []byte, s string) []byte {
	for len(s) > 0 {
		n := runLength(s)
		run := s[:n]
		s = s[n:]
		switch classes[run[0]] {
		case plain:
			dst = append(dst, run...)
		case beyondASCII:
			run = strings.ReplaceAll(strings.ReplaceAll(run, "\ufffe", "?"), "\uffff", "?")
			dst = w.form.appendRun(dst, run)
		case special:
			for _, c := range []byte(run) {
				switch c {
				case '&':
					dst = append(dst, "&amp;"...)
				case '<':
					dst = append(dst, "&lt;"...)
				case '>':
					dst = append(dst, "&gt;"...)
				default:
					dst = append(dst, '?')
				}
			}
		}
	}
	return dst
}

// Classes of bytes for appendText.
const (
	plain       = iota // ASCII that goes out as it is
	beyondASCII        // part of a character outside ASCII
	special            // ASCII that is escaped or replaced
)

var classes = func() (class [256]byte) {
	for c := range class {
		switch {
		case c >= utf8.RuneSelf:
			class[c] = beyondASCII
		case !isXMLChar(rune(c)) || c == '&' || c == '<' || c == '>':
			class[c] = special
		}
	}
	return class
}()

// runLength counts the bytes at the start of s that are of one class.
func runLength(s string) int {
	class := classes[s[0]]
	for i := range len(s) {
		if classes[s[i]] != class {
			return i
		}
	}
	return len(s)
}
