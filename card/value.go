package card

import (
	"strings"
	"unicode"

	"mps/gbk"
)

// trimFill cuts what issuers fill the unused end of a record with: 00, blanks,
// FF. None of these bytes can end a character of two or four bytes in GB18030,
// so that no character is cut.
func trimFill(b []byte) []byte {
	n := len(b)
	for n > 0 && (b[n-1] == 0x00 || b[n-1] == ' ' || b[n-1] == 0xFF) {
		n--
	}
	return b[:n]
}

func isFill(b []byte) bool { return len(trimFill(b)) == 0 }

// fillsRecord reports whether a name uses its record to the last byte, so that
// it may continue in the extension. A single blank at the end counts as used:
// it may stand between two words of a name.
func fillsRecord(name []byte) bool {
	used := len(trimFill(name))
	return used == holderName.length || used == holderName.length-1 && name[used] == ' '
}

// decodeName turns the bytes of a name into text. A damaged name is an error: a
// patient must never be admitted under half a name.
func decodeName(b []byte) (string, error) {
	name, err := gbk.Decode(trimFill(b))
	if err != nil {
		return "", damagedError(holderName.name)
	}
	name = strings.TrimRight(name, "\x00 \u3000") // some issuers fill with full-width blanks
	name = strings.TrimLeft(name, " \u3000")
	if strings.ContainsFunc(name, Illegible) {
		return "", damagedError(holderName.name)
	}
	return name, nil
}

// Illegible reports characters that no name and no text holds: control
// characters, those that stand for damage, and those that no XML may carry.
func Illegible(r rune) bool {
	return unicode.IsControl(r) || r&0xFFFE == 0xFFFE || r == unicode.ReplacementChar
}
