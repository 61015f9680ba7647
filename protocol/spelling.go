package protocol

import (
	"strings"
	"unicode"
)

// misspelled reports that a text is not what it should be, only because of letter
// case, of wide characters as a Chinese input method writes them, or of blanks
// and marks that nobody sees.
func misspelled(s, want string) bool {
	return s != want && spelling(s) == spelling(want)
}

// spelling is a text without all that.
func spelling(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return unicode.ToLower(halfWidth(r))
	}, s)
}

// halfWidth returns the ASCII character that a wide one looks like, U+FF01-U+FF5E
// and the Chinese full stop, and any other as it is.
func halfWidth(r rune) rune {
	switch {
	case 0xFF01 <= r && r <= 0xFF5E:
		return r - 0xFF01 + '!'
	case r == '。':
		return '.'
	}
	return r
}

// fieldLike returns the first field whose name is misspelled for name, nil when
// there is none.
func fieldLike(fields []Field, name string) *Field {
	for i := range fields {
		if misspelled(fields[i].Name, name) {
			return &fields[i]
		}
	}
	return nil
}
