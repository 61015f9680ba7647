// Package gbk converts between text and the bytes that hospital programs and
// cards use: GBK as Windows code page 936 has it, read liberally as GB18030.
//
// It is a thin strict layer over golang.org/x/text, which replaces bad bytes
// silently and loses the user-defined areas that cards use for rare names
// (golang/go#62063). Here bad bytes are an error, and every code of two bytes is
// a character and leaves as it came: the three user-defined areas AAA1-AFFE,
// F8A1-FEFE and A140-A7A0 stand for U+E000-U+E765 both ways, as in code page 936
// and GB18030, and what else x/text lacks for what GB18030 has
// (missing.go). Only the euro sign leaves as its reader can read it: see
// [Fallback].
package gbk

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// Fallback says how Append writes a character that GBK lacks.
//
// The euro sign is one. Code page 936 has it as 80, which no reader of GB18030
// accepts, and GB18030 as A2E3, which code page 936 takes for a private-use
// character: neither byte form is right for everyone who says GBK.
type Fallback int

const (
	Reference    Fallback = iota // as an XML numeric reference, &#N;
	GB18030                      // as GB18030 bytes
	QuestionMark                 // as one full-width ？, the character is lost
)

// The converters of x/text keep no state between calls, so that one of each is
// enough.
var (
	gb18030Decoder = simplifiedchinese.GB18030.NewDecoder().Transformer
	gb18030Encoder = simplifiedchinese.GB18030.NewEncoder().Transformer
	gbkEncoder     = simplifiedchinese.GBK.NewEncoder().Transformer
)

// InvalidError reports bytes that are no GB18030 text.
type InvalidError struct {
	Offset int // of the first bad byte
}

func (e *InvalidError) Error() string {
	return fmt.Sprintf("invalid GBK bytes at offset %d", e.Offset)
}

// Decode reads b as GB18030, of which GBK is a part, and 0x80 as the euro sign
// (code page 936). The error is an *InvalidError.
func Decode(b []byte) (string, error) {
	n := asciiPrefix(b)
	if n == len(b) {
		return string(b), nil
	}
	dst := make([]byte, 0, len(b)+len(b)/2)
	for i := 0; i < len(b); i += n {
		if n = asciiPrefix(b[i:]); n > 0 {
			dst = append(dst, b[i:i+n]...)
			continue
		}
		if dst, n = appendRune(dst, b[i:]); n == 0 {
			return "", &InvalidError{Offset: i}
		}
	}
	return string(dst), nil
}

// appendRune appends the character at the start of b to dst as UTF-8 and
// returns how many bytes of b it takes, 0 when they are no character.
func appendRune(dst, b []byte) ([]byte, int) {
	n := charLen(b)
	if n == 0 {
		return dst, 0
	}
	if n == 2 {
		if r, ok := userDefinedRune(b[0], b[1]); ok {
			return utf8.AppendRune(dst, r), n
		}
	}
	dst = slices.Grow(dst, utf8.UTFMax)
	m, _, err := gb18030Decoder.Transform(dst[len(dst):cap(dst)], b[:n], true)
	r, size := utf8.DecodeRune(dst[len(dst) : len(dst)+m])
	if err == nil && r != utf8.RuneError && size == m && r != movedRune {
		return dst[:len(dst)+m], n
	}
	if r, ok := missingRune(b[:n]); ok {
		return utf8.AppendRune(dst, r), n
	}
	return dst, 0
}

// Append appends s in GBK to dst. Characters that GBK lacks are written as
// fallback says; bytes of s that are no UTF-8 count as U+FFFD.
func Append(dst []byte, s string, fallback Fallback) []byte {
	for {
		i := strings.Index(s, euro)
		if i < 0 {
			return appendText(dst, s, fallback)
		}
		dst = appendText(dst, s[:i], fallback)
		dst = appendOutside(dst, '€', fallback)
		s = s[i+len(euro):]
	}
}

const euro = "€"

// appendText is Append for a text without euro signs, which x/text writes as
// code page 936 has them.
func appendText(dst []byte, s string, fallback Fallback) []byte {
	for src := []byte(s); len(src) > 0; {
		dst = slices.Grow(dst, len(src)) // no character is longer in GBK than in UTF-8
		m, n, err := gbkEncoder.Transform(dst[len(dst):cap(dst)], src, true)
		dst = dst[:len(dst)+m]
		src = src[n:]
		if err == nil {
			break
		}
		r, n := utf8.DecodeRune(src)
		if lead, trail, ok := userDefinedBytes(r); ok {
			dst = append(dst, lead, trail)
		} else if lead, trail, ok := missingBytes(r); ok {
			dst = append(dst, lead, trail)
		} else {
			dst = appendOutside(dst, r, fallback)
		}
		src = src[n:]
	}
	return dst
}

// appendOutside appends a character that GBK lacks.
func appendOutside(dst []byte, r rune, fallback Fallback) []byte {
	switch fallback {
	case GB18030:
		if r == displacedRune {
			return append(dst, displacedBytes...)
		}
		var out [4]byte
		n, _, _ := gb18030Encoder.Transform(out[:], utf8.AppendRune(nil, r), true)
		return append(dst, out[:n]...)
	case Reference:
		dst = append(dst, "&#"...)
		dst = strconv.AppendInt(dst, int64(r), 10)
		return append(dst, ';')
	}
	return append(dst, 0xA3, 0xBF) // ？
}

// asciiPrefix counts the ASCII bytes at the start of s.
func asciiPrefix[T string | []byte](s T) int {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return i
		}
	}
	return len(s)
}

// charLen returns how many bytes the character at the start of b takes, 0 when
// b starts with no lead byte or ends within the character.
func charLen(b []byte) int {
	n := 2
	switch {
	case b[0] == 0x80:
		return 1
	case b[0] == 0xFF || len(b) < 2:
		return 0
	case '0' <= b[1] && b[1] <= '9':
		n = 4
	}
	if len(b) < n {
		return 0
	}
	return n
}
