package protocol

import (
	"fmt"
	"unicode/utf8"

	"mps/charset"
	"mps/gbk"
)

// sizeIn returns how many bytes a text takes in what its sender sent it in. What
// stood there as a reference counts as the character that it stood for.
func sizeIn(in charset.Charset, s string) int {
	switch in {
	case charset.GBK:
		return len(gbk.Append(nil, s, gbk.GB18030))
	case charset.UTF16:
		return len(encodeUTF16([]byte(s)))
	}
	return len(s)
}

// unitIn returns how many bytes one ASCII character takes.
func unitIn(in charset.Charset) int {
	if in == charset.UTF16 {
		return 2
	}
	return 1
}

// excerpt is a piece of the request as an error text may show it: nothing long,
// and nothing with so many digits that it may be somebody's number. Where it is
// not shown, its size is that of the bytes in the request.
func excerpt(s string, in charset.Charset) string {
	const (
		longest    = 32
		mostDigits = 8
	)
	digits := 0
	for _, r := range s {
		if c := halfWidth(r); '0' <= c && c <= '9' {
			digits++
		}
	}
	if utf8.RuneCountInString(s) > longest || digits > mostDigits {
		return fmt.Sprintf("共%d字节，略", sizeIn(in, s))
	}
	return s
}
