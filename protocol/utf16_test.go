package protocol

import (
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"mps/gbk"
)

// wideText is the text of an answer in UTF-16LE, read without this package.
func wideText(t *testing.T, wire []byte) string {
	t.Helper()
	if len(wire)%2 != 0 {
		t.Fatalf("%d bytes", len(wire))
	}
	units := make([]uint16, len(wire)/2)
	for i := range units {
		units[i] = uint16(wire[2*i]) | uint16(wire[2*i+1])<<8
	}
	return string(utf16.Decode(units))
}

// UTF-16 lacks nothing: every character of XML reaches such a caller, those
// too that GB18030 or its tables in x/text lack.
func TestUTF16CarriesEveryCharacter(t *testing.T) {
	const perMessage = 4096
	c := Codec{Charset: UTF16LE}
	send := func(text string) {
		t.Helper()
		r := &Response{Funid: PatientInfo, Result: ResultOK, Body: []Field{{Name: Name, Value: text}}}
		got := wideText(t, c.EncodeResponse(r))
		_, value, _ := strings.Cut(got, "<name>")
		value, _, _ = strings.Cut(value, "</name>")
		if value == text {
			return
		}
		for i, r := range text {
			if !strings.HasPrefix(value[min(i, len(value)):], string(r)) {
				t.Fatalf("U+%04X came back otherwise", r)
			}
		}
		t.Fatal("something was added")
	}
	var text strings.Builder
	n := 0
	for r := range rune(utf8.MaxRune + 1) {
		if !utf8.ValidRune(r) || !isXMLChar(r) || strings.ContainsRune("&<>", r) {
			continue
		}
		text.WriteRune(r)
		if n++; n%perMessage == 0 {
			send(text.String())
			text.Reset()
		}
	}
	send(text.String())
}

// Nobody has to know a caller's charset to check a sign.
func TestSignIsTheSameInEveryCharset(t *testing.T) {
	key := Key("secret of the hospital")
	narrow, wide := Codec{Outside: gbk.GB18030, Key: key}, Codec{Charset: UTF16LE, Key: key}
	r := decodeGolden(t, "response-evoucher-ok.xml")
	r.Body = append(r.Body, Field{Name: Name, Value: "郑\ue000𠮷<&>"})
	bytes, err := DecodeResponse(narrow.EncodeResponse(r))
	if err != nil {
		t.Fatal(err)
	}
	units, err := DecodeResponse([]byte("\ufeff" + wideText(t, wide.EncodeResponse(r))))
	if err != nil {
		t.Fatal(err)
	}
	if units.Sign == Unsigned || units.Sign != bytes.Sign {
		t.Errorf("sign is %s in UTF-16 and %s in GB18030", units.Sign, bytes.Sign)
	}

	request := &Request{Funid: PatientInfo, Body: r.Body}
	for _, c := range []Codec{narrow, wide} {
		if _, err := c.Decode(c.EncodeRequest(request)); err != nil {
			t.Errorf("%v: own request: %v", c.Charset, err)
		}
	}
}

func FuzzRoundTripUTF16(f *testing.F) {
	f.Add("林小梅", `{"code":"0"}`)
	f.Add("郑\ue7c7𠮷", "&<>\r\n\x00\xff\ufffe")
	f.Fuzz(func(t *testing.T, name, msg string) {
		in := &Response{Funid: PatientInfo, Result: ResultOK, Msg: msg, Body: []Field{{Name: Name, Value: name}}}
		c := Codec{Charset: UTF16LE}
		out, err := DecodeResponse([]byte("\ufeff" + wideText(t, c.EncodeResponse(in))))
		if err != nil {
			t.Fatal(err)
		}
		if want := asXML(msg); out.Msg != want {
			t.Errorf("msg %q came back as %q", want, out.Msg)
		}
		if got, want := out.Value(Name), asXML(name); got != want {
			t.Errorf("name %q came back as %q", want, got)
		}
	})
}

// asXML is what is left of s in XML: line ends are \n, and what XML does not
// allow is replaced.
func asXML(s string) string {
	s = strings.Map(func(r rune) rune {
		if !isXMLChar(r) {
			return '?'
		}
		return r
	}, s)
	return normalizeNewlines(s)
}
