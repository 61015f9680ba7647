// Package charset reads and writes the text of others: of vendors' libraries,
// and of programs behind HTTP, which are in GBK or in UTF-8.
//
// What a text is in is said by whoever sent it ([Declared]), otherwise by the
// configuration. Only where neither says is it decided by the text itself
// ([Auto]): two bytes of GBK can be one letter of UTF-8, so that a guess may
// give a patient another's name.
package charset

import (
	"bytes"
	"errors"
	"strings"
	"unicode/utf8"

	"mps/gbk"
)

// A Charset is what a text is in. One that is not GBK, UTF8 or Auto is the name
// of a charset that this package cannot read, beyond its ASCII.
type Charset string

const (
	GBK  Charset = "gbk"   // as package gbk has it, with all of GB18030
	UTF8 Charset = "utf-8" // without surrogates and overlong forms (RFC 3629)
	Auto Charset = "auto"  // one of the two

	ASCII       Charset = "us-ascii"
	Latin1      Charset = "iso-8859-1"
	Windows1252 Charset = "windows-1252"
	UTF16       Charset = "utf-16"
)

// What is wrong with a text.
var (
	ErrInvalid   = errors.New("charset: not text in this charset")
	ErrAmbiguous = errors.New("charset: UTF-8 or GBK")
	ErrUnknown   = errors.New("charset: unknown charset")
)

// Valid reports whether c is one of GBK, UTF8 and Auto.
func (c Charset) Valid() bool { return c == GBK || c == UTF8 || c == Auto }

// String is the name as texts for persons have it.
func (c Charset) String() string { return strings.ToUpper(string(c)) }

// Decode reads a text. A byte order mark of UTF-8 is left out, unless c is GBK.
// The error is ErrInvalid, ErrUnknown or, for Auto, ErrAmbiguous.
func (c Charset) Decode(b []byte) (string, error) {
	switch c {
	case GBK:
		s, err := gbk.Decode(b)
		if err != nil {
			return "", ErrInvalid
		}
		return s, nil
	case UTF8:
		if !utf8.Valid(b) {
			return "", ErrInvalid
		}
		return string(bytes.TrimPrefix(b, mark)), nil
	case Auto:
		_, s, err := detect(b, Auto)
		return s, err
	}
	if bytes.ContainsFunc(b, func(r rune) bool { return r >= utf8.RuneSelf }) {
		return "", ErrUnknown
	}
	return string(b), nil
}

// mark is the byte order mark of UTF-8.
var mark = []byte("\uFEFF")

// Encode writes a text that goes to whoever reads c: in UTF-8 if c is that,
// otherwise in GBK, with what that lacks in GB18030.
func (c Charset) Encode(s string) []byte {
	if c == UTF8 {
		return []byte(s)
	}
	return gbk.Append(nil, s, gbk.GB18030)
}
