package pcsc

import (
	"slices"
	"strings"
)

// Parts of the names of readers that hold no card of a patient: software
// readers (Windows Hello for Business, Microsoft Virtual Smart Card, readers of
// remote sessions), and slots for security modules, which always hold one.
var passedOver = []string{"windows hello", "virtual", "remote", "sam"}

// unlikely tells whether a reader is used only when it is named.
func unlikely(reader string) bool {
	reader = strings.ToLower(reader)
	return slices.ContainsFunc(passedOver, func(part string) bool {
		if part == "sam" {
			return slices.ContainsFunc(words(reader), func(word string) bool { return word == "sam" || word == "psam" })
		}
		return strings.Contains(reader, part)
	})
}

// words are the runs of letters in s: "SAM" of "ACR1281 1S SAM 0", not of
// "Samsung".
func words(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r < 'a' || r > 'z' })
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

// candidates are those of the readers that will do, the preferred one first.
func candidates(readers []string, pattern, preferred string) []string {
	var chosen []string
	for _, reader := range readers {
		if pattern == "" && unlikely(reader) || pattern != "" && !matches(pattern, reader) {
			continue
		}
		if reader == preferred {
			chosen = slices.Insert(chosen, 0, reader)
		} else {
			chosen = append(chosen, reader)
		}
	}
	return chosen
}
