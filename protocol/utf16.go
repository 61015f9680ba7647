package protocol

import (
	"encoding/binary"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"mps/charset"
	"mps/gbk"
)

// utf16Form is the form of callers whose strings are UTF-16LE, with or without
// a byte order mark when they ask and without one when they are answered. Their
// messages are laid out in UTF-8. Signs are those of the same text in GBK, and
// in GB18030 where GBK lacks a character: the algorithm is defined over bytes
// that such a caller never sees, and must not depend on its charset.
type utf16Form struct{}

func (utf16Form) decode(wire []byte) (string, charset.Charset, error) {
	text, err := decodeUTF16(wire)
	if i, r := firstForbidden(text); err == nil && i >= 0 {
		err = characterForbidden.With(r)
	}
	return text, charset.UTF16, err
}

func (f utf16Form) signedOf(_ []byte, text string, env *envelope) []byte {
	return f.signed([]byte(text[env.bodyStart:max(env.bodyStart, env.bodyEnd)]))
}

func (utf16Form) appendRun(dst []byte, run string) []byte { return append(dst, run...) }

func (utf16Form) signed(body []byte) []byte { return gbk.Append(nil, string(body), gbk.GB18030) }

func (utf16Form) encode(message []byte) []byte { return encodeUTF16(message) }

func (utf16Form) nul() int { return 2 }

// decodeUTF16 reads UTF-16LE. With an error, U+FFFD stands for what is no
// character.
func decodeUTF16(wire []byte) (string, error) {
	units := make([]uint16, 0, len(wire)/2)
	for i := 0; i+1 < len(wire); i += 2 {
		units = append(units, binary.LittleEndian.Uint16(wire[i:]))
	}
	text := strings.TrimPrefix(string(utf16.Decode(units)), "\ufeff")
	if i := loneSurrogate(units); i >= 0 {
		return text, notUTF16.With(2*i + 1)
	}
	if len(wire)%2 != 0 {
		return text, notUTF16.With(len(wire))
	}
	return text, nil
}

// loneSurrogate returns the index of the first half of a character that stands
// alone, -1 when there is none.
func loneSurrogate(units []uint16) int {
	for i := 0; i < len(units); i++ {
		r := rune(units[i])
		if !utf16.IsSurrogate(r) {
			continue
		}
		if i+1 == len(units) || utf16.DecodeRune(r, rune(units[i+1])) == utf8.RuneError {
			return i
		}
		i++
	}
	return -1
}

// encodeUTF16 turns UTF-8 into UTF-16LE. A byte that is no UTF-8 becomes
// U+FFFD.
func encodeUTF16(text []byte) []byte {
	dst := make([]byte, 0, 2*len(text))
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		text = text[n:]
		if high, low := utf16.EncodeRune(r); high != utf8.RuneError {
			dst = binary.LittleEndian.AppendUint16(dst, uint16(high))
			r = low
		}
		dst = binary.LittleEndian.AppendUint16(dst, uint16(r))
	}
	return dst
}
