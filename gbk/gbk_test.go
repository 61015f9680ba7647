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
		{"euro of GB18030", "\xa2\xe3", "€"},
		{"codes without a character", "\xa2\xab\xa2\xb0\xa8\xea\xa8\xfe\xd7\xfa\xd7\xfe", "\ue766\ue76b\ue7cd\ue7e1\ue810\ue814"},
		{"GB18030-2005", "\xa8\xbc\x81\x35\xf4\x37", "\u1e3f\ue7c7"},
		{"GB18030-2022, vertical forms", "\xa6\xd9\xa6\xda\xa6\xdb\xa6\xdc\xa6\xdd\xa6\xde\xa6\xdf\xa6\xec\xa6\xed\xa6\xf3",
			"\ufe10\ufe12\ufe11\ufe13\ufe14\ufe15\ufe16\ufe17\ufe18\ufe19"},
		{"GB18030-2022, ideographs", "\xfe\x59\xfe\x61\xfe\x66\xfe\x67\xfe\x6d\xfe\x7e\xfe\x90\xfe\xa0", "龴龵龶龷龸龹龺龻"},
		{"the same in GB18030-2005", "\x82\x35\x90\x37\x82\x35\x91\x34\x84\x31\x82\x36", "龴龻\ufe10"},
		{"ideographs without a place", "\xfe\x51\xfe\x52\xfe\x53\xfe\x6c\xfe\x76\xfe\x91", "\ue816\ue817\ue818\ue831\ue83b\ue855"},
		{"what looks like them", "\x95\x32\x90\x31", "𠂇"},
		{"replacement character", "\x84\x31\xa4\x37", "\ufffd"},
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
		{"\x84\x31\xa5\x30", 0},         // behind U+FFFF
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
		{Reference, "a&#134071;b&#1114109;&#8364;5"},
		{GB18030, "a\x95\x34\xb2\x35b\xe3\x32\x9a\x33\xa2\xe35"},
		{QuestionMark, "a\xa3\xbfb\xa3\xbf\xa3\xbf5"},
	}
	for _, tt := range tests {
		if got := Append(nil, "a𠮷b\U0010fffd€5", tt.outside); string(got) != tt.want {
			t.Errorf("Append(outside %d) = %x, want %x", tt.outside, got, tt.want)
		}
	}
}

// Every code of two bytes is a character, no two are the same, and all but the
// euro sign go out as they came, whatever is to become of what GBK lacks.
func TestTwoBytesRoundTrip(t *testing.T) {
	seen := make(map[string][]byte)
	for lead := 0x81; lead <= 0xFE; lead++ {
		for trail := 0x40; trail <= 0xFE; trail++ {
			if trail == 0x7F {
				continue
			}
			in := []byte{byte(lead), byte(trail)}
			s, err := Decode(in)
			if err != nil || utf8.RuneCountInString(s) != 1 || s == "\ufffd" {
				t.Errorf("%x is %q, %v", in, s, err)
				continue
			}
			if other := seen[s]; other != nil {
				t.Errorf("%x and %x are %q", other, in, s)
			}
			seen[s] = in
			if s == "€" {
				continue
			}
			for _, outside := range []Fallback{Reference, GB18030, QuestionMark} {
				if out := Append(nil, s, outside); !bytes.Equal(out, in) {
					t.Errorf("%x → %q → %x", in, s, out)
				}
			}
		}
	}
	if len(seen) != 126*190 {
		t.Errorf("%d codes", len(seen))
	}
}

// Every code of four bytes goes out as it came, but for the eighteen characters
// that have two bytes since GB18030-2022.
func TestFourBytesRoundTrip(t *testing.T) {
	const codes = 126 * 10 * 126 * 10
	changed := 0
	for i := range codes {
		if i > 39420+1000 && i%101 != 0 {
			continue // beyond the BMP and where no character is, one in a hundred will do
		}
		in := []byte{byte(0x81 + i/12600), byte(0x30 + i/1260%10), byte(0x81 + i/10%126), byte(0x30 + i%10)}
		s, err := Decode(in)
		if err != nil {
			if i < 39420 || i >= 189000 && i < 189000+0x100000 {
				t.Fatalf("%x: %v", in, err)
			}
			continue
		}
		out := Append(nil, s, GB18030)
		if bytes.Equal(out, in) {
			continue
		}
		changed++
		if back, err := Decode(out); len(out) != 2 || err != nil || back != s {
			t.Errorf("%x → %q → %x", in, s, out)
		}
	}
	if changed != 18 {
		t.Errorf("%d characters changed their form", changed)
	}
}

// What code page 936 still has for characters that have got a place in Unicode
// is written as the same bytes.
func TestPrivateUseOfCodePage936(t *testing.T) {
	for text, want := range map[string]string{
		"\ue78d\ue78e\ue796": "\xa6\xd9\xa6\xda\xa6\xf3",
		"\ue81e\ue864":       "\xfe\x59\xfe\xa0",
		"\ue7c7":             "&#59335;", // GB18030-2005 gave its code away
		"\ue76c":             "&#59244;", // nor has the euro sign's a second
	} {
		if got := Append(nil, text, Reference); string(got) != want {
			t.Errorf("%q → %x, want %x", text, got, want)
		}
	}
}

func TestEveryRuneSurvivesGB18030(t *testing.T) {
	for r := rune(0); r <= utf8.MaxRune; r++ {
		if !utf8.ValidRune(r) {
			continue
		}
		b := Append(nil, string(r), GB18030)
		got, err := Decode(b)
		if _, hasPlace := twoForms[r]; hasPlace && len(b) == 2 {
			continue
		}
		if err != nil || got != string(r) {
			t.Fatalf("U+%04X → %x → %q, %v", r, b, got, err)
		}
	}
}

// twoForms are the private-use characters of code page 936 that have got a place
// in Unicode.
var twoForms = map[rune]bool{
	0xE78D: true, 0xE78E: true, 0xE78F: true, 0xE790: true, 0xE791: true, 0xE792: true, 0xE793: true,
	0xE794: true, 0xE795: true, 0xE796: true, 0xE81E: true, 0xE826: true, 0xE82B: true, 0xE82C: true,
	0xE832: true, 0xE843: true, 0xE854: true, 0xE864: true,
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("\xb2\xd9\xd7\xf7 a\x95\x34\xb2\x35\x80\xaa\xa1"))
	f.Add([]byte("\xa6\xd9\xfe\x59\x81\x35\xf4\x37\x84\x31\xa4\x37\xa2\xe3"))
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
