package protocol

import (
	"bytes"
	"errors"
	"strings"
	"unicode/utf8"

	"mps/gbk"
)

// decodeText turns the bytes of a message into text. When some byte is bad the
// text before it is returned together with the error.
func decodeText(wire []byte) (string, error) {
	if isUTF16(wire) {
		return "", wideUnexpected.With()
	}
	if rest, ok := bytes.CutPrefix(wire, []byte("\xef\xbb\xbf")); ok {
		return checkText(validUTF8(rest))
	}
	name := declaredEncoding(wire)
	switch strings.ToUpper(name) {
	case "GBK", "GB2312", "GB18030", "CP936", "MS936", "WINDOWS-936", "X-GBK":
		return checkText(decodeGBK(wire))
	case "UTF-8", "UTF8":
		return checkText(validUTF8(wire))
	case "", "UTF-16":
		// Some .NET programs declare UTF-16, the form of their strings in
		// memory, and pass ANSI bytes all the same.
		if utf8.Valid(wire) {
			return checkText(validUTF8(wire))
		}
		return checkText(decodeGBK(wire))
	}
	return "", encodingUnknown.With(excerpt(name))
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
// curly ones, whose bytes are 80 or above in every accepted encoding.
func declaredEncoding(wire []byte) string {
	const longest = 256 // bytes of a declaration
	head := bytes.TrimLeft(wire, " \t\r\n")
	head = head[:min(len(head), longest)]
	if !bytes.HasPrefix(head, []byte("<?xml")) {
		return ""
	}
	head, _, _ = bytes.Cut(head, []byte("?>"))
	_, value, ok := bytes.Cut(head, []byte("encoding"))
	if !ok {
		return ""
	}
	value = bytes.TrimLeftFunc(value, func(r rune) bool { return !isEncodingChar(r) })
	if end := bytes.IndexFunc(value, func(r rune) bool { return !isEncodingChar(r) }); end >= 0 {
		value = value[:end]
	}
	return string(value)
}

func isEncodingChar(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '-' || r == '_' || r == '.'
}

func decodeGBK(b []byte) (string, error) {
	s, err := gbk.Decode(b)
	if err == nil {
		return s, nil
	}
	if invalid, ok := errors.AsType[*gbk.InvalidError](err); ok {
		s, _ = gbk.Decode(b[:invalid.Offset])
		return s, notGBK.With(invalid.Offset + 1)
	}
	return "", err
}

func validUTF8(b []byte) (string, error) {
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n <= 1 {
			return string(b[:i]), notUTF8.With(i + 1)
		}
		i += n
	}
	return string(b), nil
}

// checkText refuses the characters that XML 1.0 (section 2.2) does not allow.
func checkText(s string, err error) (string, error) {
	for i, r := range s {
		if !isXMLChar(r) {
			return s[:i], characterForbidden.With(r)
		}
	}
	return s, err
}

func isXMLChar(r rune) bool {
	return r >= ' ' && r < 0xFFFE || r == '\t' || r == '\n' || r == '\r' || r >= 0x10000
}

// Text returns the bytes of a message as a person reads them: in UTF-8, up to
// the first byte that is no character.
func Text(wire []byte) string {
	s, _ := decodeText(wire)
	return s
}
