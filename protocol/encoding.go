package protocol

import (
	"bytes"
	"errors"
	"strings"
	"unicode/utf8"

	"mps/charset"
	"mps/gbk"
)

// utf8Mark is the byte order mark of UTF-8.
const utf8Mark = "\xef\xbb\xbf"

// decodeText turns the bytes of a message into text, and says what they were in.
// When some byte is bad the text before it is returned together with the error.
//
// A byte order mark says what a message is in, otherwise its declaration, which
// is obeyed: what it is wrong about is an error. Without either, the message is
// agreed to be in GBK, as the specification has it, and its text decides; see
// [charset.Detect].
func decodeText(wire []byte) (string, charset.Charset, error) {
	text, in, err := decodeBytes(wire)
	if i, r := firstForbidden(text); i >= 0 {
		return text[:i], in, characterForbidden.With(r)
	}
	return text, in, err
}

func decodeBytes(wire []byte) (string, charset.Charset, error) {
	if isUTF16(wire) {
		return "", charset.UTF16, wideUnexpected.With()
	}
	if bytes.HasPrefix(wire, []byte(utf8Mark)) {
		text, bad := decodeUTF8(wire, len(utf8Mark))
		if bad >= 0 {
			return text, charset.UTF8, notUTF8.With(bad + 1)
		}
		return text, charset.UTF8, nil
	}
	name := declaredEncoding(wire)
	in, known := charset.Named(name)
	switch {
	case in == charset.GBK:
		text, err := decodeGBK(wire)
		return text, in, err
	case in == charset.UTF8:
		text, bad := decodeUTF8(wire, 0)
		if bad < 0 {
			return text, in, nil
		}
		if actual, _ := charset.Detect(wire, charset.Auto); actual == charset.GBK {
			return text, in, encodingOther.With(in, actual, bad+1)
		}
		return text, in, notUTF8.With(bad + 1)
	case name == "" || in == charset.UTF16:
		// Some .NET programs declare UTF-16, the form of their strings in
		// memory, and pass ANSI bytes all the same.
		return decodeAgreed(wire)
	case known:
		if text, err := in.Decode(wire); err == nil {
			return text, in, nil
		}
	}
	return "", charset.GBK, encodingUnknown.With(excerpt(name, charset.GBK))
}

// decodeAgreed reads a message that does not say what it is in.
func decodeAgreed(wire []byte) (string, charset.Charset, error) {
	switch in, err := charset.Detect(wire, charset.GBK); {
	case errors.Is(err, charset.ErrAmbiguous):
		return "", charset.GBK, encodingAmbiguous.With()
	case in == charset.UTF8 && err == nil:
		return string(wire), in, nil
	}
	text, err := decodeGBK(wire)
	return text, charset.GBK, err
}

// isUTF16 recognises a byte order mark, the zero bytes of ASCII in UTF-16, and
// the lone "<" that is left of it when a C library measured it with strlen.
func isUTF16(wire []byte) bool {
	if string(wire) == "<" {
		return true
	}
	if len(wire) < 2 {
		return false
	}
	return wire[0] == 0 || wire[1] == 0 ||
		wire[0] == 0xFF && wire[1] == 0xFE ||
		wire[0] == 0xFE && wire[1] == 0xFF
}

// declaredEncoding returns the encoding name of the XML declaration, "" when
// there is none. Quotes may be of any kind: the specification itself prints
// curly ones, whose bytes are 80 or above in every accepted encoding. So may
// letter case.
func declaredEncoding(wire []byte) string {
	const (
		longest = 256 // bytes of a declaration
		opening = "<?xml"
	)
	head := bytes.TrimLeft(wire, blanks)
	head = head[:min(len(head), longest)]
	if len(head) < len(opening) || !strings.EqualFold(string(head[:len(opening)]), opening) {
		return ""
	}
	head, _, _ = bytes.Cut(head, []byte("?>"))
	i := bytes.Index(head, []byte("encoding"))
	if i < 0 {
		i = bytes.Index(bytes.ToLower(head), []byte("encoding"))
	}
	if i < 0 {
		return ""
	}
	value := bytes.TrimLeftFunc(head[i+len("encoding"):], func(r rune) bool { return !isEncodingChar(r) })
	if end := bytes.IndexFunc(value, func(r rune) bool { return !isEncodingChar(r) }); end >= 0 {
		value = value[:end]
	}
	return string(value)
}

// isEncodingChar reports what registered names of charsets are made of: more than
// XML 1.0 (section 4.3.3) allows, for ISO_8859-1:1987.
func isEncodingChar(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '-' || r == '_' || r == '.' || r == ':'
}

// decodeGBK reads a message in GBK. One that is UTF-8 instead is told so where
// the bytes are no GBK; most are, of other characters, and the declaration is
// believed.
func decodeGBK(b []byte) (string, error) {
	s, err := gbk.Decode(b)
	if err == nil {
		return s, nil
	}
	invalid, ok := errors.AsType[*gbk.InvalidError](err)
	if !ok {
		return "", err
	}
	s, _ = gbk.Decode(b[:invalid.Offset])
	if utf8.Valid(b) {
		return s, encodingOther.With(charset.GBK, charset.UTF8, invalid.Offset+1)
	}
	return s, notGBK.With(invalid.Offset + 1)
}

// decodeUTF8 reads the bytes of b from start on as UTF-8. bad is the offset of
// the first that is no UTF-8, -1 when there is none; the text ends before it.
func decodeUTF8(b []byte, start int) (text string, bad int) {
	if utf8.Valid(b) {
		return string(b[start:]), -1
	}
	for bad = start; bad < len(b); {
		r, n := utf8.DecodeRune(b[bad:])
		if r == utf8.RuneError && n <= 1 {
			break
		}
		bad += n
	}
	return string(b[start:bad]), bad
}

// firstForbidden finds the first character of s that XML 1.0 (section 2.2) does
// not allow. The index is -1 when there is none.
func firstForbidden(s string) (int, rune) {
	for i := 0; i < len(s); {
		if ' ' <= s[i] && s[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if !isXMLChar(r) {
			return i, r
		}
		i += n
	}
	return -1, 0
}

func isXMLChar(r rune) bool {
	return r >= ' ' && r < 0xFFFE || r == '\t' || r == '\n' || r == '\r' || r >= 0x10000
}

// asciiOf is what can be seen of a message that cannot be decoded: its ASCII,
// with U+FFFD for each other byte. In every encoding of which ASCII is a part,
// "<", ">" and "&" stand for themselves and never within another character.
func asciiOf(wire []byte) string {
	var b strings.Builder
	for _, c := range wire {
		if c < utf8.RuneSelf {
			b.WriteByte(c)
		} else {
			b.WriteRune(utf8.RuneError)
		}
	}
	return b.String()
}

// Text returns the bytes of a message as a person reads them: in UTF-8, up to
// the first byte that is no character.
func Text(wire []byte) string {
	s, _, _ := decodeText(wire)
	return s
}
