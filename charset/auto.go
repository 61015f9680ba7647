package charset

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"mps/gbk"
)

// Detect says what a text is in of which nobody says it, GBK or UTF8, by the
// whole of it:
//
//   - A reading, as UTF-8 or as GBK, is out of the question when it has letters
//     of two scripts, ASCII and Han aside, or a character beyond GB 2312 and
//     beside it a second that is not one of the 3,755 common ones of that: no
//     name is so, nor what is said with it.
//   - Bytes that are no GBK are UTF-8; for all others, the text is the one
//     reading that is not out of the question.
//   - If there is none, or if there are two that differ, the text is ambiguous.
//
// So a text in the characters of GB 2312 or the letters of one other script, or
// with a single rare character among common ones, is read as it was written or
// refused, never read otherwise.
//
// That bytes are no UTF-8 does not make them GBK, which has hardly any bytes that
// it does not know: damaged UTF-8 would become Chinese. Bytes that have the form
// of UTF-8 and say what that forbids, surrogates and overlong forms, stay
// ambiguous, though 梁 is one of them.
//
// expected is GBK for what is agreed to be in it, as the messages of the
// interface specification are, otherwise Auto. The agreement decides where it
// can decide without harm: bytes that are no UTF-8 are GBK unless they have the
// form of UTF-8 and no likely text; and so is a text that would be letters of
// one other script in UTF-8, 毛 and not ë. It does not decide between two Chinese
// texts.
//
// The error is ErrInvalid or ErrAmbiguous.
func Detect(b []byte, expected Charset) (Charset, error) {
	c, _, err := detect(b, expected)
	return c, err
}

// detect is Detect with the text.
func detect(b []byte, expected Charset) (Charset, string, error) {
	if bytes.HasPrefix(b, mark) {
		return decoded(UTF8, b)
	}
	han, err := gbk.Decode(b)
	if err != nil {
		return decoded(UTF8, b)
	}
	agreed := expected == GBK
	if !utf8.Valid(b) {
		likely := plausible(han)
		if hasForm(b) && !(agreed && likely) || !likely && !agreed {
			return "", "", ErrAmbiguous
		}
		return GBK, han, nil
	}
	s := string(b)
	switch asHan, asUTF8 := plausible(han), plausible(s); {
	case han == s, asHan && !asUTF8, agreed && asHan && !hasWide(s):
		return GBK, han, nil
	case asUTF8 && !asHan:
		return UTF8, s, nil
	}
	return "", "", ErrAmbiguous
}

func decoded(c Charset, b []byte) (Charset, string, error) {
	s, err := c.Decode(b)
	return c, s, err
}

// hasWide reports a character that takes three bytes or more in UTF-8, as all of
// Chinese does.
func hasWide(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r > 0x7FF })
}

// hasForm reports whether b is ASCII and sequences of a lead byte and as many
// continuation bytes as it announces: UTF-8 as it was before RFC 3629, which
// excluded what is too long, too large or a surrogate.
func hasForm(b []byte) bool {
	for i := 0; i < len(b); {
		more := 0
		switch c := b[i]; {
		case c < 0x80:
		case c < 0xC0, c >= 0xFE:
			return false
		case c < 0xE0:
			more = 1
		case c < 0xF0:
			more = 2
		case c < 0xF8:
			more = 3
		case c < 0xFC:
			more = 4
		default:
			more = 5
		}
		for i++; more > 0; more-- {
			if i == len(b) || b[i]&0xC0 != 0x80 {
				return false
			}
			i++
		}
	}
	return true
}

// plausible reports whether a reading is not out of the question.
func plausible(s string) bool {
	var script *unicode.RangeTable // of its letters
	rare, first := false, rune(-1) // the first character that is not common
	second := false                // there is another
	for _, r := range s {
		if isLetter(r) {
			switch {
			case script == nil:
				script = scriptOf(r)
			case !unicode.Is(script, r):
				return false
			}
			continue
		}
		switch l := levelOf(r); {
		case l == common:
			continue
		case l == beyond:
			rare = true
		}
		if first < 0 {
			first = r
		}
		second = second || r != first
		if rare && second {
			return false
		}
	}
	return true
}

// isLetter reports a letter, or a part of one, of a script other than Han, ASCII
// aside.
func isLetter(r rune) bool {
	return r >= utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsMark(r)) &&
		!unicode.In(r, unicode.Han, unicode.Common, unicode.Inherited)
}

// scriptOf returns the characters of the script that a letter is of.
func scriptOf(r rune) *unicode.RangeTable {
	for _, script := range unicode.Scripts {
		if unicode.Is(script, r) {
			return script
		}
	}
	return new(unicode.RangeTable)
}

// How common a character is in Chinese text.
type level int

const (
	common    level = iota // ASCII, and of GB 2312 punctuation, wide ASCII and the first level
	secondary              // ideographs of the second level of GB 2312
	beyond                 // everything else
)

// levelOf takes GB 2312 by its rows: 1 and 3 are punctuation and wide ASCII, 16
// to 55 the 3,755 common ideographs, 56 to 87 the 3,008 others. The replacement
// character says nothing: read as GBK, two of them are 锟斤拷.
func levelOf(r rune) level {
	if r < utf8.RuneSelf || r == utf8.RuneError {
		return common
	}
	b := gbk.Append(make([]byte, 0, 16), string(r), gbk.Reference)
	if len(b) != 2 || b[0] < 0xA1 || b[1] < 0xA1 || unicode.Is(unicode.Co, r) {
		return beyond
	}
	switch row := b[0] - 0xA0; {
	case row == 1, row == 3, 16 <= row && row <= 55:
		return common
	case 56 <= row && row <= 87:
		return secondary
	}
	return beyond
}
