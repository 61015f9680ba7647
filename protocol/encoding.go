package protocol

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"mps/gbk"
)

// decodeText turns the bytes of a message into text. When some byte is bad the
// text before it is returned together with the *Error.
func decodeText(wire []byte) (string, error) {
	if isUTF16(wire) {
		return "", errorf(`报文是UTF-16编码，应为GBK：PowerBuilder 10及以上版本的外部函数声明请写成 library "mps_client.dll" alias for "MPS_Call;ansi"`)
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
	return "", errorf("不支持的编码encoding=\"%s\"：请使用GBK（也接受GB18030、UTF-8）", excerpt(name))
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
	var invalid *gbk.InvalidError
	if errors.As(err, &invalid) {
		s, _ = gbk.Decode(b[:invalid.Offset])
		return s, errorf("报文第%d字节处不是GBK字符：请检查报文的编码", invalid.Offset+1)
	}
	return "", err
}

func validUTF8(b []byte) (string, error) {
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n <= 1 {
			return string(b[:i]), errorf("报文第%d字节处不是UTF-8字符：请检查报文的编码", i+1)
		}
		i += n
	}
	return string(b), nil
}

// decodeUTF16 reads UTF-16LE.
func decodeUTF16(wire []byte) (string, error) {
	units := make([]uint16, 0, len(wire)/2)
	for i := 0; i+1 < len(wire); i += 2 {
		units = append(units, binary.LittleEndian.Uint16(wire[i:]))
	}
	s := strings.TrimPrefix(string(utf16.Decode(units)), "\ufeff")
	if i := strings.IndexRune(s, utf8.RuneError); i >= 0 || len(wire)%2 != 0 {
		if i >= 0 {
			s = s[:i]
		}
		return s, errorf("报文不是完整的UTF-16字符：请检查报文的编码")
	}
	return s, nil
}

// encodeUTF16 turns GBK bytes that this package wrote into UTF-16LE.
func encodeUTF16(wire []byte) []byte {
	text, err := gbk.Decode(wire)
	if err != nil {
		panic("protocol: own bytes are no GBK: " + err.Error())
	}
	dst := make([]byte, 0, 2*len(wire))
	for _, unit := range utf16.Encode([]rune(text)) {
		dst = binary.LittleEndian.AppendUint16(dst, unit)
	}
	return dst
}

// checkText refuses the characters that XML 1.0 (section 2.2) does not allow.
func checkText(s string, err error) (string, error) {
	for i, r := range s {
		if !isXMLChar(r) {
			return s[:i], errorf("报文含有XML不允许的字符U+%04X：请检查报文的编码", r)
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
