package protocol

import (
	"encoding/xml"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"mps/failure"
	"mps/gbk"
)

// oracle is a request as encoding/xml reads it.
type oracle struct {
	XMLName xml.Name `xml:"request"`
	Header  []struct {
		Funid []string `xml:"funid"`
		Sign  []string `xml:"sign"`
	} `xml:"Header"`
	Body []struct {
		Fields []struct {
			XMLName xml.Name
			Value   string `xml:",chardata"`
		} `xml:",any"`
	} `xml:"Body"`
}

func FuzzDecodeRequest(f *testing.F) {
	samples, err := filepath.Glob("testdata/*.xml")
	if err != nil || len(samples) == 0 {
		f.Fatal("no samples")
	}
	for _, name := range samples {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	for _, seed := range []string{
		message(plainHeader, plainBody),
		message("<sign/><funid><![CDATA[N]]>04</funid>", "<a b='c'>&lt;&#20013;<!-- x --></a><b/>"),
		"\ufeff<request><Header><funid>x</funid></Header><Body><名>值\r\n</名></Body></request>",
		"<!DOCTYPE x><request/>", "<", "\xff\xfe<\x00",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, wire []byte) {
		var c Codec
		r, err := c.Decode(wire)
		if r == nil {
			t.Fatal("no request")
		}
		// The answer to anything can be written and read again.
		resp := &Response{Funid: r.Funid, Result: ResultOK}
		if err != nil {
			resp = Failed(r, err.(failure.Failure))
		}
		if _, err := DecodeResponse(c.EncodeResponse(resp)); err != nil {
			t.Fatalf("the answer cannot be read: %v", err)
		}
		if err == nil {
			compareWithOracle(t, wire, r)
		}
	})
}

// compareWithOracle checks that encoding/xml, where it accepts the message too,
// finds the same fields in it.
func compareWithOracle(t *testing.T, wire []byte, r *Request) {
	text, _, err := decodeText(wire)
	if err != nil {
		t.Fatal(err)
	}
	if i := strings.Index(text, "?>"); strings.HasPrefix(strings.TrimLeft(text, blanks), "<?xml") && i >= 0 {
		text = text[i+len("?>"):]
	}
	var o oracle
	if err := xml.Unmarshal([]byte(text), &o); err != nil {
		return
	}
	if len(o.Header) != 1 || len(o.Body) != 1 || o.XMLName.Space != "" {
		return // a namespace hides an element from one of the two
	}
	if len(o.Header[0].Funid) == 1 && strings.Trim(o.Header[0].Funid[0], blanks) != r.Funid {
		t.Errorf("funid is %q, encoding/xml reads %q", r.Funid, o.Header[0].Funid[0])
	}
	if len(o.Body[0].Fields) != len(r.Body) {
		t.Fatalf("%d fields, encoding/xml reads %d", len(r.Body), len(o.Body[0].Fields))
	}
	for i, f := range o.Body[0].Fields {
		if got, want := r.Body[i].Value, strings.Trim(f.Value, blanks); got != want {
			t.Errorf("field %s is %q, encoding/xml reads %q", r.Body[i].Name, got, want)
		}
	}
}

func FuzzDecodeResponse(f *testing.F) {
	for _, name := range []string{"response-card-ok.xml", "response-card-error.xml", "response-evoucher-ok.xml", "response-evoucher-error.xml"} {
		f.Add(readGolden(f, name))
	}
	f.Add([]byte("<response><Header><msg>\xd3\xe0</msg></Header><Body><\xbf\xa8/></Body></response>"))
	f.Fuzz(func(t *testing.T, wire []byte) {
		r, err := DecodeResponse(wire)
		if err != nil {
			return
		}
		for _, f := range r.Body {
			if back, err := gbk.Decode(gbk.Append(nil, f.Name, gbk.QuestionMark)); err != nil || back != f.Name {
				return // a name that cannot be written
			}
		}
		var c Codec
		again, err := DecodeResponse(c.EncodeResponse(r))
		if err != nil {
			t.Fatalf("%v\n%s", err, c.EncodeResponse(r))
		}
		if !utf8.ValidString(r.Msg) || strings.Contains(r.Msg, "\r") || strings.ContainsRune(r.Msg, utf8.RuneError) {
			return
		}
		if again.Funid != r.Funid || again.Msg != r.Msg || len(again.Body) != len(r.Body) {
			t.Fatalf("%+v came back as %+v", r, again)
		}
	})
}
