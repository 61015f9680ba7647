package gbk

import (
	"bytes"
	"errors"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

func TestDecode(t *testing.T) {
	tests := []struct {
		name, in, want string
	}{
		{"empty", "", ""},
		{"ascii", "N04.00.00.01", "N04.00.00.01"},
		{"gbk", "\xb2\xd9\xd7\xf7\xb3\xc9\xb9\xa6", "操作成功"},
		{"trail byte that looks like a bracket", "\x81\x5d", "乚"},
		{"euro of code page 936", "\x80", "€"},
		{"four bytes", "\x95\x34\xb2\x35", "𠮷"},
		{"rare character of GBK", "\xfe\x9f", "䶮"},
		{"first user-defined area", "\xaa\xa1\xaf\xfe", "\ue000\ue233"},
		{"second user-defined area", "\xf8\xa1\xfe\xfe", "\ue234\ue4c5"},
		{"third user-defined area", "\xa1\x40\xa1\x7e\xa1\x80\xa7\xa0", "\ue4c6\ue504\ue505\ue765"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Decode([]byte(tt.in))
			if err != nil || got != tt.want {
				t.Errorf("Decode(%x) = %q, %v; want %q", tt.in, got, err, tt.want)
			}
		})
	}
}

func TestDecodeInvalid(t *testing.T) {
	tests := []struct {
		in     string
		offset int
	}{
		{"\xff", 0},
		{"ab\x81", 2},
		{"\x81\x20", 0},
		{"a\x81\x30\x81", 1},
		{"\x81\x7f", 0},
		{"\xb2\xd9\xe3\x32\x9a\x36", 2}, // beyond U+10FFFF
		{"\x84\x31\xa4\x37", 0},         // U+FFFD itself
	}
	for _, tt := range tests {
		_, err := Decode([]byte(tt.in))
		if invalid, ok := errors.AsType[*InvalidError](err); !ok || invalid.Offset != tt.offset {
			t.Errorf("Decode(%x): error %v, want offset %d", tt.in, err, tt.offset)
		}
	}
}

func TestAppendOutside(t *testing.T) {
	tests := []struct {
		outside Fallback
		want    string
	}{
		{Reference, "a&#134071;b&#1114109;"},
		{GB18030, "a\x95\x34\xb2\x35b\xe3\x32\x9a\x33"},
		{QuestionMark, "a\xa3\xbfb\xa3\xbf"},
	}
	for _, tt := range tests {
		if got := Append(nil, "a𠮷b\U0010fffd", tt.outside); string(got) != tt.want {
			t.Errorf("Append(outside %d) = %x, want %x", tt.outside, got, tt.want)
		}
	}
}

// Every character of two bytes comes back from text as the same bytes.
func TestTwoBytesRoundTrip(t *testing.T) {
	count := 0
	for lead := 0x81; lead <= 0xFE; lead++ {
		for trail := 0x40; trail <= 0xFE; trail++ {
			in := []byte{byte(lead), byte(trail)}
			s, err := Decode(in)
			if err != nil {
				continue
			}
			count++
			// GBK's own place for the euro sign is 80.
			if s != "€" && !bytes.Equal(Append(nil, s, Reference), in) {
				t.Errorf("%x → %q → %x", in, s, Append(nil, s, Reference))
			}
		}
	}
	// 21,886 characters of code page 936, its user-defined 1,894, and the
	// rare characters of GBK that later got a place in Unicode.
	if count < 21791+1894 {
		t.Errorf("only %d of the two-byte characters are known", count)
	}
}

func TestEveryRuneSurvivesGB18030(t *testing.T) {
	for r := rune(0); r <= utf8.MaxRune; r++ {
		if !utf8.ValidRune(r) || r == utf8.RuneError {
			continue
		}
		b := Append(nil, string(r), GB18030)
		if 0xE766 <= r && r <= 0xE864 && string(b) == "\xa3\xbf" {
			continue
		}
		got, err := Decode(b)
		if err != nil || got != string(r) {
			t.Fatalf("U+%04X → %x → %q, %v", r, b, got, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("\xb2\xd9\xd7\xf7 a\x95\x34\xb2\x35\x80\xaa\xa1"))
	f.Add([]byte{0x81, 0x30})
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := Decode(b)
		if err != nil {
			return
		}
		if !utf8.ValidString(s) {
			t.Fatalf("Decode(%x) is no UTF-8: %q", b, s)
		}
		again, err := Decode(Append(nil, s, GB18030))
		if err != nil || again != s {
			t.Fatalf("%x → %q → %q, %v", b, s, again, err)
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	text := bytes.Repeat([]byte("<name>\xb2\xd9\xd7\xf7\xb3\xc9\xb9\xa6</name>\n"), 60)
	b.Run("strict", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			if _, err := Decode(text); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("x-text", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		for b.Loop() {
			if _, err := simplifiedchinese.GB18030.NewDecoder().Bytes(text); err != nil {
				b.Fatal(err)
			}
		}
	})
}
