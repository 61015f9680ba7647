package charset

import (
	"errors"
	"strings"
	"testing"
)

func TestDeclared(t *testing.T) {
	for contentType, want := range map[string]Charset{
		"":                                       "",
		"application/json":                       "",
		"application/json;charset=":              "",
		"application/json; version=1":            "",
		"application/json;charset=GBK":           GBK,
		"application/json; charset=gbk":          GBK,
		`application/json; charset="GBK"`:        GBK,
		"application/json; charset='gbk'":        GBK,
		"application/json;Charset = Gbk ;":       GBK,
		"text/html, charset=gb2312":              GBK,
		"text/plain;charset=GB18030":             GBK,
		"text/plain;a=b;CHARSET=GB_2312-80":      GBK,
		"text/plain;charset=euc-cn":              GBK,
		"text/plain;charset=windows-936":         GBK,
		"application/json;charset=UTF-8":         UTF8,
		`application/json; charset="utf8"`:       UTF8,
		"charset=utf-8":                          UTF8,
		"a/b;charset=utf-8;charset=UTF8":         UTF8,
		"a/b;charset=gbk;charset=utf-8":          "gbk/utf-8",
		"a/b;charset=ISO-8859-1":                 "iso-8859-1",
		"a/b;charset=auto":                       "auto?",
		"a/b;charset=<谢>":                        "???",
		"a/b;charset=" + strings.Repeat("x", 99): Charset(strings.Repeat("x", 40)),
	} {
		if got := Declared(contentType); got != want {
			t.Errorf("Declared(%q) = %q, want %q", contentType, got, want)
		}
	}
}

func TestNamed(t *testing.T) {
	for want, all := range map[Charset]string{
		GBK: "GBK gbk x-gbk csGBK CP936 cp-936 MS936 ms_936 windows-936 x-mswin-936 936 " +
			"GB18030 gb18030-2000 GB18030-2022 gb_18030 csGB18030 cp54936 " +
			"GB2312 gb_2312 gb-2312 GB_2312-80 gb2312-80 gb2312-1980 GB231280 csGB2312 csGB231280 csISO58GB231280 iso-ir-58 chinese " +
			"EUC-CN EUC_CN euccn x-EUC-CN eucgb2312_cn CN-GB cp51936",
		UTF8:        "UTF-8 utf8 utf_8 UTF8 csUTF8 u8 utf-8-sig cp65001 unicode-1-1-utf-8 x-unicode-2-0-utf-8",
		ASCII:       "US-ASCII ascii us ANSI_X3.4-1968 ISO646-US iso-ir-6 IBM367 cp367 csASCII",
		Latin1:      "ISO-8859-1 iso8859_1 ISO8859-1 latin1 l1 ISO_8859-1:1987 iso-ir-100 cp819",
		Windows1252: "windows-1252 cp1252",
		UTF16:       "UTF-16 utf-16le UTF_16BE unicode ISO-10646-UCS-2",
	} {
		for name := range strings.FieldsSeq(all) {
			if got, ok := Named(name); got != want || !ok {
				t.Errorf("%s is %q, %v; want %q", name, got, ok, want)
			}
		}
	}
	for _, name := range []string{"", "big5", "hz-gb-2312", "gb12345", "ansi", "auto", "gbk/utf-8x", "ＧＢＫ", "gbk中"} {
		if got, ok := Named(name); ok {
			t.Errorf("%s is %q", name, got)
		}
	}
}

// A charset that is declared or configured is obeyed, whatever the bytes look like.
func TestDecode(t *testing.T) {
	for _, tt := range []struct {
		charset  Charset
		in, want string
		err      error
	}{
		{GBK, "\xd0\xbb\xce\xb0", "谢伟", nil},
		{UTF8, "\xd0\xbb\xce\xb0", "лΰ", nil},
		{GBK, "王芳", "鐜嬭姵", nil},
		{UTF8, "王芳", "王芳", nil},
		{UTF8, "\ufeff王芳", "王芳", nil},
		{GBK, "林", "", ErrInvalid},
		{UTF8, "\xcd\xf5", "", ErrInvalid},
		{UTF8, "\xed\xa0\x80", "", ErrInvalid},
		{UTF8, "\xc0\xaf", "", ErrInvalid},
		{UTF8, "\xfc\x83\xbf\xbf\xbf\xbf", "", ErrInvalid},
		{"big5", "ascii", "ascii", nil},
		{"big5", "王芳", "", ErrUnknown},
		{"gbk/utf-8", "王芳", "", ErrUnknown},
	} {
		if got, err := tt.charset.Decode([]byte(tt.in)); got != tt.want || !errors.Is(err, tt.err) {
			t.Errorf("%s: %x is read as %q, %v; want %q, %v", tt.charset, tt.in, got, err, tt.want, tt.err)
		}
	}
}

func TestEncode(t *testing.T) {
	for charset, want := range map[Charset]string{
		GBK:  "\xc1\xd6\x95\x34\xb2\x35",
		Auto: "\xc1\xd6\x95\x34\xb2\x35",
		UTF8: "林𠮷",
	} {
		if got := string(charset.Encode("林𠮷")); got != want {
			t.Errorf("%s: %x, want %x", charset, got, want)
		}
	}
}

func TestValid(t *testing.T) {
	for c, want := range map[Charset]bool{GBK: true, UTF8: true, Auto: true, "": false, "GBK": false, "big5": false} {
		if c.Valid() != want {
			t.Errorf("%q: %t", c, !want)
		}
	}
}

func TestNamesAreFound(t *testing.T) {
	for name, want := range names {
		if got, ok := Named(name); got != want || !ok {
			t.Errorf("%s is %q, %v", name, got, ok)
		}
	}
}
