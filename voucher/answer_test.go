package voucher

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"mps/charset"
	"mps/gbk"
)

func TestParseAnswerOfTheSpecification(t *testing.T) {
	text, err := os.ReadFile("testdata/specification.json")
	if err != nil {
		t.Fatal(err)
	}
	a, err := ParseAnswer(text)
	if err != nil {
		t.Fatal(err)
	}
	if want := bytes.TrimSpace(text); !bytes.Equal(a.JSON, want) {
		t.Errorf("JSON = %s\nwant %s", a.JSON, want)
	}
	if a.Code != "0" || a.Message != "success" || a.Err() != nil {
		t.Errorf("code %q, message %q, error %v", a.Code, a.Message, a.Err())
	}
	want := Holder{Name: "XXXXX", IDNumber: "XXXXXXXXXXXX", Token: "350000ec7ed79i1c4n0a83460a0000d425f060"}
	if a.Holder() != want {
		t.Errorf("holder %+v, want %+v", a.Holder(), want)
	}
}

func TestParseAnswer(t *testing.T) {
	someone := Holder{Name: "林测试", IDNumber: "350102199001010015", Token: "350000ec"}
	tests := []struct {
		name, text    string
		code, message string
		holder        Holder
	}{
		{"code as number", `{"code":0,"message":"success","data":{"userName":"林测试","idNo":"350102199001010015","ecToken":"350000ec"}}`,
			"0", "success", someone},
		{"data as string", `{"code":"0","message":null,"data":"{\"userName\":\"林测试\",\"idNo\":\"350102199001010015\",\"ecToken\":\"350000ec\"}"}`,
			"0", "", someone},
		{"data as string with blanks", `{"code":"0","data":" \n{\"userName\":\"林测试\"} "}`,
			"0", "", Holder{Name: "林测试"}},
		{"lower-case x", `{"code":"0","data":{"userName":"林测试","idNo":"35058219720630061x"}}`,
			"0", "", Holder{Name: "林测试", IDNumber: "35058219720630061X"}},
		{"lower-case x, wrong check digit", `{"code":"0","data":{"userName":"林测试","idNo":"35058219720630062x"}}`,
			"0", "", Holder{Name: "林测试", IDNumber: "35058219720630062x"}},
		{"identity number only as aac002", `{"code":"0","data":{"userName":"林测试","aac002":"350102199001010015","idNo":"","ecToken":"350000ec"}}`,
			"0", "", someone},
		{"letter case matters", `{"code":"0","Code":"1","CODE":2,"Message":"no","data":{"username":"no","userName":"林测试","USERNAME":"no"}}`,
			"0", "", Holder{Name: "林测试"}},
		{"last of equal names counts", `{"code":"1","code":"0","data":{"userName":"甲","userName":"林测试"}}`,
			"0", "", Holder{Name: "林测试"}},
		{"refusal", `{"code":40004,"message":"结算支付码已过期","data":null}`, "40004", "结算支付码已过期", Holder{}},
		{"number as written", `{"code":-1.50e0,"message":""}`, "-1.50e0", "", Holder{}},
		{"zero written otherwise is no success", `{"code":0.0}`, "0.0", "", Holder{}},
		{"empty code is no success", `{"code":""}`, "", "", Holder{}},
		{"data empty string", `{"code":"0","data":""}`, "0", "", Holder{}},
		{"data string of no JSON", `{"code":"0","data":"{oops"}`, "0", "", Holder{}},
		{"data string null", `{"code":"0","data":"null"}`, "0", "", Holder{}},
		{"data array", `{"code":"0","data":[{"userName":"甲"}]}`, "0", "", Holder{}},
		{"fields of other types", `{"code":"0","message":["x"],"data":{"userName":{"a":1},"idNo":350102199001010015,"ecToken":true}}`,
			"0", "", Holder{IDNumber: "350102199001010015"}},
		{"escapes", `{"code":"\u0030","message":"\u6797\"\\\/"}`, "0", `林"\/`, Holder{}},
		{"brackets in strings do not nest", `{"code":"0","message":"` + strings.Repeat(`[{\"`, 100) + `"}`, "0", strings.Repeat(`[{"`, 100), Holder{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a, err := ParseAnswer([]byte(test.text))
			if err != nil {
				t.Fatal(err)
			}
			if string(a.JSON) != test.text {
				t.Errorf("JSON changed: %s", a.JSON)
			}
			if a.Code != test.code || a.Message != test.message || a.Holder() != test.holder {
				t.Errorf("got %q %q %+v\nwant %q %q %+v", a.Code, a.Message, a.Holder(), test.code, test.message, test.holder)
			}
			// Whether a success names a patient is TestASuccessNamesAPatient.
			if success := test.code == "0"; errors.Is(a.Err(), refused) == success {
				t.Errorf("Err() = %v", a.Err())
			}
		})
	}
}

func TestParseAnswerEncodings(t *testing.T) {
	// The second byte of 昞 is a backslash and that of 泒 a brace in GBK.
	const want = `{"code":"0","message":"昞泒","data":{"userName":"林测试"}}`
	inGBK := gbk.Append(nil, want, gbk.Reference)
	tests := map[string]struct {
		text    []byte
		charset charset.Charset
	}{
		"UTF-8":           {[]byte(want), charset.UTF8},
		"white space":     {[]byte("\r\n\t " + want + " \n"), charset.UTF8},
		"byte order mark": {[]byte("\uFEFF" + want), charset.UTF8},
		"GBK":             {inGBK, charset.GBK},
		"GBK with blanks": {append(append([]byte("\n"), inGBK...), '\n'), charset.GBK},
		"nobody says":     {[]byte(want), charset.Auto},
		"nor is it meant": {[]byte("\uFEFF" + want), charset.Auto},
	}
	for name, test := range tests {
		a, err := DecodeAnswer(test.text, test.charset)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if string(a.JSON) != want || a.Message != "昞泒" || a.Holder().Name != "林测试" {
			t.Errorf("%s: %+v", name, a)
		}
	}
}

// What is no UTF-8 is not taken for GBK, neither within MPS nor where nobody says
// what an answer is in. The forms are those that JSON parsers are tried with.
func TestDecodeAnswerRefusesMalformedUTF8(t *testing.T) {
	for name, text := range map[string]string{
		"surrogate":             "\xed\xa0\x80",
		"low surrogate":         "\xed\xbf\xbf",
		"pair of surrogates":    "\xed\xa0\xb4\xed\xb4\x9e",
		"overlong, two bytes":   "\xc0\xaf",
		"overlong NUL":          "\xc0\x80",
		"overlong, three bytes": "\xe0\x80\xaf",
		"overlong, four bytes":  "\xf0\x81\x81\xaf",
		"overlong, five bytes":  "\xf8\x88\x80\x80\x80",
		"overlong, six bytes":   "\xfc\x83\xbf\xbf\xbf\xbf",
		"beyond Unicode":        "\xf4\xbf\xbf\xbf",
		"far beyond Unicode":    "\xf7\xbf\xbf\xbf",
		"lone continuation":     "\x81",
		"cut off":               "\xe0\xff",
		"Latin-1":               "\xe9",
		"invalid sequence":      "日\xd1\x88\xfa",
	} {
		for _, c := range []charset.Charset{charset.UTF8, charset.Auto} {
			a, err := DecodeAnswer([]byte(`{"code":"0","message":"`+text+`"}`), c)
			if !errors.Is(err, ErrMalformed) {
				t.Errorf("%s, %s: %+v, %v", name, c, a, err)
			}
		}
	}
}

func TestParseAnswerRefuses(t *testing.T) {
	tests := map[string]string{
		"nothing":            "",
		"blanks":             " \n",
		"null":               "null",
		"array":              `[{"code":"0"}]`,
		"string":             `"{\"code\":\"0\"}"`,
		"web page":           "<html><body>登录</body></html>",
		"cut off":            `{"code":"0","data":{"userName":"林`,
		"something behind":   `{"code":"0"} {}`,
		"single quotes":      `{'code':'0'}`,
		"no code":            `{"message":"success","data":{}}`,
		"code in other case": `{"Code":"0"}`,
		"code null":          `{"code":null}`,
		"code true":          `{"code":true}`,
		"code object":        `{"code":{"code":"0"}}`,
		"code endless":       `{"code":"` + strings.Repeat("0", maxAnswerCode+1) + `"}`,
		"no encoding":        "{\"code\":\"\xff\xff\"}",
		"too deep":           `{"code":"0","data":` + strings.Repeat("[", maxDepth) + strings.Repeat("]", maxDepth) + `}`,
		"far too deep":       strings.Repeat(`{"a":`, 50_000),
		"too large":          `{"code":"0","message":"` + strings.Repeat("x", MaxAnswer) + `"}`,
	}
	for name, text := range tests {
		a, err := ParseAnswer([]byte(text))
		if !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %+v, %v", name, a, err)
			continue
		}
		if s := err.Error(); !strings.HasPrefix(s, "电子凭证中心的应答无法识别（") || !strings.HasSuffix(s, "！") {
			t.Errorf("%s: %s", name, s)
		}
	}
}

func FuzzParseAnswer(f *testing.F) {
	sample, err := os.ReadFile("testdata/specification.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(sample)
	f.Add([]byte(`{"code":0,"message":null,"data":"{\"userName\":\"甲\",\"aac002\":1}"}`))
	f.Add([]byte("\uFEFF{\"code\":40004,\"message\":\"\\ud800\",\"data\":[[]]}"))
	f.Add(gbk.Append(nil, `{"code":"0","data":{"userName":"林昞"}}`, gbk.Reference))
	f.Fuzz(func(t *testing.T, text []byte) {
		before := bytes.Clone(text)
		a, err := DecodeAnswer(text, charset.Auto)
		if !bytes.Equal(text, before) {
			t.Fatal("the input was changed")
		}
		if err != nil {
			if !errors.Is(err, ErrMalformed) {
				t.Fatalf("not malformed: %v", err)
			}
			return
		}
		if !json.Valid(a.JSON) || !utf8.Valid(a.JSON) || a.JSON[0] != '{' {
			t.Fatalf("kept %q", a.JSON)
		}
		again, err := ParseAnswer(a.JSON)
		if err != nil && len(a.JSON) <= MaxAnswer {
			t.Fatalf("does not read what it kept: %v", err)
		}
		if err == nil && (!bytes.Equal(again.JSON, a.JSON) || again.Code != a.Code || again.Message != a.Message || again.Holder() != a.Holder()) {
			t.Fatalf("read %+v, then %+v", a, again)
		}
		// encoding/json as oracle, where letter case makes no difference.
		var o struct{ Code, Message any }
		if json.Unmarshal(a.JSON, &o) == nil && !caseVariants(a.JSON) {
			if s, ok := o.Code.(string); ok && s != a.Code {
				t.Fatalf("code %q, oracle %q", a.Code, s)
			}
			if s, ok := o.Message.(string); ok && s != a.Message {
				t.Fatalf("message %q, oracle %q", a.Message, s)
			}
		}
	})
}

// caseVariants reports whether a member is named code or message in any other
// letter case.
func caseVariants(text []byte) bool {
	members, _ := object(text)
	for name := range members {
		for _, exact := range []string{"code", "message"} {
			if name != exact && strings.EqualFold(name, exact) {
				return true
			}
		}
	}
	return false
}
