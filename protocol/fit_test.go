package protocol

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"mps/gbk"
)

// The sizes of the specification's own e-voucher answer: 1523 bytes as
// printed, 1271 with its JSON compacted.
func TestFitSizes(t *testing.T) {
	answer := decodeGolden(t, "response-evoucher-ok.xml")
	failure := decodeGolden(t, "response-evoucher-error.xml")
	tests := []struct {
		name     string
		resp     *Response
		capacity int
		length   int // of the answer
		needed   int
		contains string
	}{
		{"verbatim", answer, 2048, 1523, 0, "\n{\n    \"code\": \"0\""},
		{"verbatim, to the byte", answer, 1524, 1523, 0, "\n{\n    \"code\": \"0\""},
		{"compacted", answer, 1523, 1271, 0, `<out_put>{"code":"0"`},
		{"compacted, to the byte", answer, 1272, 1271, 0, `<out_put>{"code":"0"`},
		{"short error", answer, 1271, 332, 1272, "需要1272字节，调用程序的缓冲区只有1271字节"},
		{"PowerBuilder's Space(1024)", answer, 1025, 332, 1272, "<out_put></out_put>"},
		{"tiny error", answer, 200, 139, 1272, "<response><Header><result>-1</result><msg>返回报文需要1272字节"},
		{"tiniest error", answer, 65, 57, 1272, "<response><Header><result>-1</result></Header></response>"},
		{"tiniest error, to the byte", answer, 58, 57, 1272, "<response>"},
		{"nothing", answer, 57, 0, 1272, ""},
		{"a failure keeps its own text", failure, 363, 171, 364, "<msg>电子凭证解析错误[code=40004"},
		{"negative", answer, -1, 0, 1272, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var c Codec
			got, needed := c.Fit(tt.resp, tt.capacity)
			text, err := gbk.Decode(got)
			if err != nil {
				t.Fatal(err)
			}
			if needed != tt.needed || !strings.Contains(text, tt.contains) {
				t.Errorf("needed %d, answer:\n%s", needed, text)
			}
			if len(got) != tt.length {
				t.Errorf("length is %d, want %d:\n%s", len(got), tt.length, text)
			}
		})
	}
}

// Whatever the capacity, the answer fits with its NUL and is well-formed or
// empty.
func TestFitAlwaysFits(t *testing.T) {
	responses := []*Response{
		decodeGolden(t, "response-evoucher-ok.xml"), decodeGolden(t, "response-card-ok.xml"),
		decodeGolden(t, "response-card-error.xml"), decodeGolden(t, "response-evoucher-error.xml"),
	}
	var c Codec
	for _, r := range responses {
		for capacity := range 1600 {
			got, needed := c.Fit(r, capacity)
			if len(got) > 0 && len(got) >= capacity {
				t.Fatalf("capacity %d: answer of %d bytes", capacity, len(got))
			}
			if len(got) == 0 && capacity >= 58 {
				t.Fatalf("capacity %d: empty answer", capacity)
			}
			if len(got) > 0 {
				if _, err := DecodeResponse(got); err != nil {
					t.Fatalf("capacity %d: %v", capacity, err)
				}
			}
			if again, more := c.Fit(r, needed); needed > 0 && (more != 0 || len(again) >= needed) {
				t.Fatalf("capacity %d: %d bytes were said to be enough and are not", capacity, needed)
			}
		}
	}
}

// PowerBuilder 10 and later: Space(1024) is 2,050 bytes, and every character
// takes two.
func TestFitUTF16(t *testing.T) {
	answer := decodeGolden(t, "response-evoucher-ok.xml")
	c := Codec{Charset: UTF16LE}
	for _, tt := range []struct {
		capacity, needed int
		contains         string
	}{
		{8194, 0, "\n{\n    \"code\": \"0\""},
		{2 * 1300, 0, `<out_put>{"code":"0"`},
		{2050, 2536, "返回报文需要2536字节，调用程序的缓冲区只有2050字节"},
		{120, 2536, "<response><Header><result>-1</result></Header></response>"},
		{100, 2536, ""},
	} {
		got, needed := c.Fit(answer, tt.capacity)
		text, err := decodeUTF16(got)
		if err != nil || needed != tt.needed || len(got)+2 > tt.capacity || !strings.Contains(text, tt.contains) {
			t.Errorf("capacity %d: needed %d, %v:\n%s", tt.capacity, needed, err, text)
		}
	}
	card := &Response{Funid: PatientInfo, Result: ResultOK, Body: []Field{{Name: Name, Value: "𠮷\ue000"}}}
	got, _ := c.Fit(card, 4096)
	if text, err := decodeUTF16(got); err != nil || !strings.Contains(text, "<name>𠮷\ue000</name>") {
		t.Errorf("%v: %s", err, text)
	}
}

// What is written comes back the same, whatever its characters.
func TestRoundTrip(t *testing.T) {
	text := rapid.StringOf(rapid.Rune().Filter(func(r rune) bool {
		// A carriage return is white space to XML, and U+FFFD is how bad
		// bytes show.
		return isXMLChar(r) && r != '\r' && r != 0xFFFD
	}))
	rapid.Check(t, func(t *rapid.T) {
		in := &Response{
			Funid: PatientInfo, Result: ResultOK, Msg: text.Draw(t, "msg"),
			Body: []Field{{Name: Name, Value: text.Draw(t, "name")}},
		}
		outside := gbk.Reference
		var c Codec
		if rapid.Bool().Draw(t, "gb18030") {
			outside = gbk.GB18030
		}
		c.Outside = outside
		wire := c.EncodeResponse(in)
		out, err := DecodeResponse(wire)
		if err != nil {
			t.Fatalf("%v\n%s", err, wire)
		}
		lossy := func(s string) bool { // not in x/text's GB18030
			return outside == gbk.GB18030 && strings.ContainsFunc(s, func(r rune) bool { return 0xE766 <= r && r <= 0xE864 })
		}
		if out.Msg != in.Msg && !lossy(in.Msg) {
			t.Fatalf("msg %q came back as %q", in.Msg, out.Msg)
		}
		if got, want := out.Value(Name), in.Value(Name); got != want && !lossy(want) {
			t.Fatalf("name %q came back as %q", want, got)
		}
	})
}

func TestOutside(t *testing.T) {
	resp := &Response{Funid: PatientInfo, Result: ResultOK, Msg: "𠮷\ue000"}
	tests := []struct {
		outside gbk.Fallback
		want    string
	}{
		{gbk.Reference, "<msg>&#134071;\xaa\xa1</msg>"},
		{gbk.GB18030, "<msg>\x95\x34\xb2\x35\xaa\xa1</msg>"},
		{gbk.QuestionMark, "<msg>\xa3\xbf\xaa\xa1</msg>"},
	}
	for _, tt := range tests {
		c := Codec{Outside: tt.outside}
		if got := string(c.EncodeResponse(resp)); !strings.Contains(got, tt.want) {
			t.Errorf("outside %d: %q", tt.outside, got)
		}
	}
}

func TestEscaping(t *testing.T) {
	resp := &Response{Funid: PatientInfo, Result: ResultOK, Msg: "a&b<c>d\"e'f\x00g\xff"}
	var c Codec
	if got := string(c.EncodeResponse(resp)); !strings.Contains(got, "<msg>a&amp;b&lt;c&gt;d\"e'f?g&#65533;</msg>") {
		t.Errorf("got %s", got)
	}
}
