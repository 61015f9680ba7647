package protocol

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"mps/charset"
	"mps/gbk"
)

// note returns the field note of a request, and what is wrong with the request.
func note(wire []byte) (string, error) {
	var c Codec
	r, err := c.Decode(wire)
	value, _ := r.Param("note")
	return value, err
}

// noted builds a request with a text in it.
func noted(declaration, text string) string {
	return declaration + "<request><Header>" + plainHeader + "</Header><Body>" + plainBody + "<note>" + text + "</note></Body></request>"
}

// The surnames whose GBK bytes are UTF-8, too, are read in a request that does not
// say what it is in. Two Chinese texts are told apart or refused.
func TestUndeclaredRequest(t *testing.T) {
	for _, declaration := range []string{"", `<?xml version="1.0"?>`, `<?xml version="1.0" encoding="utf-16"?>`} {
		for _, surname := range "郑谢肖袁叶魏卢姚谭陆石韦薛史毛钱莫" {
			for _, given := range []string{"", "伟", "小平", "雪", "证券"} {
				name := string(surname) + given
				if got, err := note(charset.GBK.Encode(noted(declaration, name))); err != nil || got != name {
					t.Errorf("%s in GBK is read as %q, %v", name, got, err)
				}
				got, err := note([]byte(noted(declaration, name)))
				if err == nil && got != name {
					t.Errorf("%s in UTF-8 is read as %q", name, got)
				}
			}
		}
	}
	for _, tt := range []struct{ name, wire, want, msg string }{
		{"UTF-8 that would be rare characters", noted("", "张三"), "张三", ""},
		{"UTF-8 that is no GBK", noted("", "林测试"), "林测试", ""},
		{"GBK with two rare characters", gbkBytes(noted("", "朱镕喆")), "朱镕喆", ""},
		{"two Chinese texts", noted("", "任峰"), "", "可能是GBK，也可能是UTF-8"},
		{"neither", noted("", "\xff"), "", "不是GBK字符"},
	} {
		got, err := note([]byte(tt.wire))
		if got != tt.want && tt.msg == "" || tt.msg != "" && (err == nil || !strings.Contains(err.Error(), tt.msg)) {
			t.Errorf("%s: %q, %v", tt.name, got, err)
		}
	}
}

func TestEncodingNames(t *testing.T) {
	declare := func(name string) string { return `<?xml version="1.0" encoding="` + name + `"?>` }
	for name := range strings.FieldsSeq("GBK gbk x-gbk CP936 ms936 windows-936 GB18030 gb18030-2022 gb_18030 GB2312 gb2312-80 GB_2312-80 " +
		"EUC-CN euc_cn x-euc-cn CN-GB chinese iso-ir-58 csGB2312") {
		if got, err := note(charset.GBK.Encode(noted(declare(name), "谢伟"))); err != nil || got != "谢伟" {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	for name := range strings.FieldsSeq("UTF-8 utf8 utf_8 cp65001 unicode-1-1-utf-8") {
		if got, err := note([]byte(noted(declare(name), "谢伟"))); err != nil || got != "谢伟" {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	for name := range strings.FieldsSeq("US-ASCII ascii ANSI_X3.4-1968 ISO-8859-1 iso8859_1 latin1 ISO_8859-1:1987 windows-1252") {
		if got, err := note([]byte(noted(declare(name), "ascii"))); err != nil || got != "ascii" {
			t.Errorf("%s: %q, %v", name, got, err)
		}
		if _, err := note(charset.GBK.Encode(noted(declare(name), "谢"))); err == nil || !strings.Contains(err.Error(), `不支持的编码encoding="`) {
			t.Errorf("%s with Chinese: %v", name, err)
		}
	}
	for _, declaration := range []string{`<?XML VERSION="1.0" ENCODING="UTF-8"?>`, `<?xml encoding = 'utf-8' ?>`, "\r\n <?xml version=”1.0” encoding=”utf-8”?>"} {
		if got, err := note([]byte(noted(declaration, "谢伟"))); err != nil || got != "谢伟" {
			t.Errorf("%s: %q, %v", declaration, got, err)
		}
	}
}

// Whatever is wrong with the characters is said, and the answer names the function.
func TestWrongCharacters(t *testing.T) {
	gbkDeclared, utf8Declared := `<?xml version="1.0" encoding="GBK"?>`, `<?xml version="1.0" encoding="UTF-8"?>`
	at := func(wire, sub string) int { return strings.Index(wire, sub) + 1 }
	mixed := gbkBytes(noted(gbkDeclared, "张三")) // 2 bytes each, 3 in UTF-8
	for _, tt := range []struct {
		name, wire, msg string
	}{
		{"UTF-8 under GBK", noted(gbkDeclared, "林测试"), "报文声明的编码是GBK，内容却是UTF-8（从第"},
		{"GBK under UTF-8", gbkBytes(noted(utf8Declared, "王芳")),
			fmt.Sprintf("报文声明的编码是UTF-8，内容却是GBK（从第%d字节起）", at(gbkBytes(noted(utf8Declared, "王芳")), gbkBytes("王芳")))},
		{"neither under GBK", strings.Replace(mixed, "</note>", "\xff</note>", 1), fmt.Sprintf("第%d字节处不是GBK字符", at(mixed, "</note>"))},
		{"neither under UTF-8", noted(utf8Declared, "王\xff"), fmt.Sprintf("第%d字节处不是UTF-8字符", at(noted(utf8Declared, "王\xff"), "\xff"))},
		{"cut UTF-8", noted(utf8Declared, "王芳\xe7\x8e,"), "不是UTF-8字符"},
		{"behind a byte order mark", "\ufeff" + noted("", "王\xff"), fmt.Sprintf("第%d字节处不是UTF-8字符", at("\ufeff"+noted("", "王\xff"), "\xff"))},
		{"a bad byte before the funid", "<!-- \xff -->" + noted("", ""), "第6字节处不是GBK字符"},
		{"unknown encoding", string(charset.GBK.Encode(noted(`<?xml version="1.0" encoding="Big5"?><!-- 大五码 -->`, "谢"))), `encoding="Big5"`},
		{"unknown encoding, ASCII", noted(`<?xml version="1.0" encoding="Shift_JIS"?>`, ""), `encoding="Shift_JIS"`},
		{"HZ, which is ASCII and is not", noted(`<?xml version="1.0" encoding="HZ-GB-2312"?>`, "~{VPND~}"), `encoding="HZ-GB-2312"`},
		{"ambiguous", noted("", "任峰"), "也可能是UTF-8"},
		{"control character before the funid", "<request>\x02" + noted("", "")[len("<request>"):], "U+0002"},
	} {
		_, failure := answerTo(tt.wire, nil)
		if failure == nil || !strings.Contains(failure.Msg, tt.msg) || failure.Funid != PatientInfo || failure.Body == nil {
			t.Errorf("%s: %+v", tt.name, failure)
		}
	}
	if _, failure := answerTo(gbkBytes(`<?xml encoding="Big5"?><request><Header><funid>功能</funid></Header></request>`), nil); failure.Funid != "" {
		t.Errorf("echoed %q", failure.Funid)
	}
}

// Sizes in messages are those of the bytes that were sent, in any charset.
func TestSizesAreThoseOfTheBytes(t *testing.T) {
	long := "<ec_qr_code>" + strings.Repeat("码", 300) + "</ec_qr_code>"
	cut := func(wire string) string { return wire[:len(wire)-len("</request>")] }
	gbkCut, utf8Cut := cut(gbkBytes(noted("", "毛泽林"))), cut("\ufeff"+noted("", "毛泽林"))
	wideCut := cut(noted("", "毛泽林"))
	for _, tt := range []struct {
		name, wire string
		charset    Charset
		msg        string
	}{
		{"truncated, GBK", gbkCut, GBK, fmt.Sprintf("共%d字节", len(gbkCut))},
		{"truncated, UTF-8 with BOM", utf8Cut, GBK, fmt.Sprintf("共%d字节", len(utf8Cut))},
		{"truncated, UTF-16", utf16le(wideCut), UTF16LE, fmt.Sprintf("共%d字节", len(utf16le(wideCut)))},
		{"truncated, UTF-16 with BOM", utf16le("\ufeff" + wideCut), UTF16LE, fmt.Sprintf("共%d字节", len(utf16le(wideCut))+2)},
		{"code, GBK", gbkBytes(message(plainHeader, plainBody+long)), GBK, "600字节，最多512字节"},
		{"code, UTF-8", "\ufeff" + message(plainHeader, plainBody+long), GBK, "900字节，最多512字节"},
		{"code, UTF-16", utf16le(message(plainHeader, plainBody+long)), UTF16LE, ""},
		{"long code, UTF-16", utf16le(message(plainHeader, plainBody+"<ec_qr_code>"+strings.Repeat("1", 513)+"</ec_qr_code>")), UTF16LE, "1026字节，最多1024字节"},
		{"sign, GBK", gbkBytes(message("<funid>N04.00.00.01</funid><sign>签名</sign>", plainBody)), GBK, "应为16个字节，实际4个字节"},
		{"sign, UTF-16", utf16le(message("<funid>N04.00.00.01</funid><sign>0</sign>", plainBody)), UTF16LE, "应为32个字节，实际2个字节"},
		{"funid, GBK", gbkBytes(message("<funid>"+strings.Repeat("号", 33)+"</funid>", plainBody)), GBK, "共66字节，略"},
		{"funid, UTF-16", utf16le(message("<funid>"+strings.Repeat("x", 33)+"</funid>", plainBody)), UTF16LE, "共66字节，略"},
		{"wide digits", gbkBytes(message(plainHeader, "<mdtrt_cert_type>３５０２０３１９９</mdtrt_cert_type>")), GBK, "共18字节，略"},
		{"too long, UTF-16", utf16le(strings.Repeat(" ", MaxRequest+1)), UTF16LE, "最多131072字节"},
		{"half a character", utf16le(noted("", "中")) + "x", UTF16LE, fmt.Sprintf("第%d字节处不是UTF-16字符", len(utf16le(noted("", "中")))+1)},
		{"lone surrogate", utf16le("<request>") + "\x00\xd8" + utf16le("</request>"), UTF16LE, "第19字节处不是UTF-16字符"},
	} {
		c := Codec{Charset: tt.charset}
		r, err := c.Decode([]byte(tt.wire))
		if err == nil {
			var f *Function
			if f, err = r.Function(); err == nil {
				err = f.Check(r)
			}
		}
		if tt.msg == "" && err != nil || tt.msg != "" && (err == nil || !strings.Contains(err.Error(), tt.msg)) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.msg)
		}
	}
}

// Every code of two bytes is read in a request, and leaves in an answer as it came.
func TestEveryCodeComesBack(t *testing.T) {
	for lead := 0x81; lead <= 0xFE; lead++ {
		var codes []byte
		for trail := 0x40; trail <= 0xFE; trail++ {
			if code := []byte{byte(lead), byte(trail)}; trail != 0x7F && string(code) != "\xa2\xe3" {
				codes = append(codes, code...)
			}
		}
		wire := bytes.Replace([]byte(noted(`<?xml version="1.0" encoding="GBK"?>`, "@")), []byte("@"), codes, 1)
		text, err := note(wire)
		if err != nil {
			t.Fatalf("%X: %v", lead, err)
		}
		var c Codec
		if out := c.EncodeResponse(&Response{Result: ResultOK, Body: []Field{{Name: Name, Value: text}}}); !bytes.Contains(out, codes) {
			t.Errorf("%X: not as it came", lead)
		}
	}
}

// The euro sign is read in all its forms, and goes out as its reader can read it.
func TestEuro(t *testing.T) {
	for _, form := range []string{"\x80", "\xa2\xe3", "&#8364;", "&#x20ac;"} {
		text, err := note([]byte(noted(`<?xml version="1.0" encoding="GBK"?>`, "5"+form)))
		if err != nil || text != "5€" {
			t.Errorf("%x is %q, %v", form, text, err)
		}
	}
	for outside, want := range map[gbk.Fallback]string{gbk.Reference: "&#8364;", gbk.GB18030: "\xa2\xe3", gbk.QuestionMark: "\xa3\xbf"} {
		c := Codec{Outside: outside}
		if out := c.EncodeResponse(&Response{Msg: "€"}); !bytes.Contains(out, []byte("<msg>"+want+"</msg>")) {
			t.Errorf("%d: %s", outside, out)
		}
	}
}

// A reference may stand for any character of XML 1.0, and for no other.
func TestReferences(t *testing.T) {
	for reference, want := range map[string]rune{
		"9": '\t', "10": '\n', "13": '\r', "32": ' ', "x7f": 0x7F, "xD7FF": 0xD7FF, "xE000": 0xE000, "xfffd": 0xFFFD, "xFFFD": 0xFFFD,
		"65533": 0xFFFD, "x10000": 0x10000, "x10FFFF": 0x10FFFF, "0000065": 'A',
		"0": -1, "x8": -1, "11": -1, "x1F": -1, "xD800": -1, "xDFFF": -1, "xFFFE": -1, "xFFFF": -1, "x110000": -1, "": -1, "x": -1, "X41": -1, "+65": -1, "-1": -1, "6_5": -1,
	} {
		got, err := note([]byte(noted("", "a&#"+reference+";b")))
		if want < 0 && err == nil || want >= 0 && (err != nil || got != "a"+string(want)+"b") {
			t.Errorf("&#%s; is %q, %v", reference, got, err)
		}
	}
	for wire, c := range map[string]Codec{
		noted(`<?xml encoding="UTF-8"?>`, "a\ufffdb"):         {},
		noted(`<?xml encoding="GBK"?>`, "a\x84\x31\xa4\x37b"): {},
		utf16le(noted("", "a\ufffdb")):                        {Charset: UTF16LE},
	} {
		r, err := c.Decode([]byte(wire))
		if got, _ := r.Param("note"); err != nil || got != "a\ufffdb" {
			t.Errorf("%q, %v", got, err)
		}
	}
}
