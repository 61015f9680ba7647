package pcsc

import (
	"slices"
	"strings"
	"unicode"
)

// Parts of the names of readers that hold no card of a patient: software
// readers (Windows Hello for Business, Microsoft Virtual Smart Card, readers of
// remote sessions), and slots for security modules, SAM or PSAM, which always hold
// one.
var passedOver = []string{"windows hello", "virtual", "remote", "sam"}

// unlikely tells whether a reader is used only when it is named.
func unlikely(reader string) bool {
	reader = strings.ReplaceAll(strings.ToLower(reader), "samsung", "")
	return slices.ContainsFunc(passedOver, func(part string) bool { return strings.Contains(reader, part) })
}

// Words and parts of the names of contactless readers: ISO 14443 calls the card a
// PICC and the reader a PCD; OMNIKEY 5321-CL, ACS ACR1252 PICC, SCM SCL011.
var (
	contactlessParts = []string{"contactless", "picc", "nfc", "rfid", "非接", "感应"}
	contactlessWords = []string{"cl", "rf"}
)

// contactless tells whether a card lies on a contactless reader, by the reader's
// name or by the ATR that PC/SC makes up for such a card: 3B 8x 80 01 (PC/SC part 3,
// 3.1.3.2.3). It decides no more than an order.
func contactless(s state) bool {
	if len(s.atr) >= 4 && s.atr[0] == 0x3B && s.atr[1]&0xF0 == 0x80 && s.atr[2] == 0x80 && s.atr[3] == 0x01 {
		return true
	}
	name := strings.ToLower(s.reader)
	return slices.ContainsFunc(contactlessParts, func(part string) bool { return strings.Contains(name, part) }) ||
		slices.ContainsFunc(words(name), func(word string) bool { return slices.Contains(contactlessWords, word) })
}

// words are the runs of letters in s.
func words(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r < 'a' || r > 'z' })
}

// shortName is a reader's name in an error: without characters that no one sees,
// and with its middle cut out when it is long. The end tells one slot from another.
func shortName(reader string) string {
	const begin, end = 14, 9 // characters that stay
	name := []rune(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, reader))
	if len(name) > begin+1+end {
		name = slices.Concat(name[:begin], []rune{'…'}, name[len(name)-end:])
	}
	return string(name)
}

// matches tells whether pattern chooses a reader: a part of its name, or with *
// a pattern for all of it.
func matches(pattern, reader string) bool {
	pattern, reader = strings.ToLower(pattern), strings.ToLower(reader)
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return strings.Contains(reader, pattern)
	}
	last := len(parts) - 1
	rest, ok := strings.CutPrefix(reader, parts[0])
	if !ok || len(rest) < len(parts[last]) {
		return false
	}
	rest, ok = strings.CutSuffix(rest, parts[last])
	for _, part := range parts[1:last] {
		if !ok {
			return false
		}
		_, rest, ok = strings.Cut(rest, part)
	}
	return ok
}

// candidates are those of the readers that will do.
func candidates(readers []string, pattern string) []string {
	var chosen []string
	for _, reader := range readers {
		if pattern == "" && !unlikely(reader) || pattern != "" && matches(pattern, reader) {
			chosen = append(chosen, reader)
		}
	}
	return chosen
}
