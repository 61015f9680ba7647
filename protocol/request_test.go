package protocol

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"unicode/utf16"

	"mps/failure"
	"mps/gbk"
)

// message builds a request around a Header's and a Body's content.
func message(header, body string) string {
	return `<?xml version="1.0" encoding="GBK" ?>` + "\n<request><Header>" + header + "</Header><Body>" + body + "</Body></request>"
}

const (
	plainHeader = "<funid>N04.00.00.01</funid><sign>0000000000000000</sign>"
	plainBody   = "<mdtrt_cert_type>03</mdtrt_cert_type>"
)

func gbkBytes(s string) string { return string(gbk.Append(nil, s, gbk.GB18030)) }

// answerTo decodes and checks a request as a server of this protocol does, and
// returns the failure that its sender gets, nil when it is right.
func answerTo(wire string, key Key) (*Request, *Response) {
	c := Codec{Key: key}
	r, err := c.Decode([]byte(wire))
	var f *Function
	if err == nil {
		f, err = r.Function()
	}
	if err == nil {
		err = f.Check(r)
	}
	if err != nil {
		return r, Failed(r, err.(failure.Failure))
	}
	return r, nil
}

func TestTolerated(t *testing.T) {
	declared := func(declaration string) string {
		return declaration + "<request><Header>" + plainHeader + "</Header><Body>" + plainBody + "<note>张三</note></Body></request>"
	}
	tests := []struct {
		name, wire string
	}{
		{"as the specification prints it", gbkBytes(declared(`<?xml version=”1.0” encoding=”gbk”?>` + "\n"))},
		{"curly quotes in UTF-8", declared(`<?xml version=“1.0” encoding=“utf-8”?>`)},
		{"upper case", gbkBytes(declared(`<?xml version="1.0" encoding="GBK"?>`))},
		{"mixed case, single quotes", gbkBytes(declared(`<?xml version='1.0' encoding='Gb2312'?>`))},
		{"GB18030", gbkBytes(declared(`<?xml version="1.0" encoding="GB18030"?>`))},
		{"UTF-8", declared(`<?xml version="1.0" encoding="UTF-8"?>`)},
		{"UTF-8 with BOM", "\ufeff" + declared(`<?xml version="1.0" encoding="utf-8"?>`)},
		{"BOM wins over the declaration", "\ufeff" + declared(`<?xml version="1.0" encoding="GBK"?>`)},
		{"no declaration, GBK", gbkBytes(declared(""))},
		{"no declaration, UTF-8", declared("")},
		{".NET's UTF-16 declaration over GBK bytes", gbkBytes(declared(`<?xml version="1.0" encoding="utf-16"?>`))},
		{"blanks around everything", gbkBytes("\r\n  " + declared(`<?xml version="1.0" encoding="GBK" ?>`) + " \r\n\t")},
		{"comments and processing instructions", gbkBytes(`<?xml version="1.0" encoding="gbk"?><!-- a <b> -->` +
			`<request><!----><Header><?x y?>` + plainHeader + `</Header><Body>` + plainBody + `<note>张<!-- x -->三</note></Body></request><!-- end -->`)},
		{"CDATA", gbkBytes(`<request><Header><funid><![CDATA[N04.00.00.01]]></funid></Header><Body><mdtrt_cert_type><![CDATA[03]]></mdtrt_cert_type><note>张<![CDATA[三]]></note></Body></request>`)},
		{"attributes", gbkBytes(`<request a="1" b = '>'><Header x="&amp;"><funid y="">N04.00.00.01</funid></Header><Body ><mdtrt_cert_type >03</mdtrt_cert_type
			><note>张三</note ></Body></request>`)},
		{"unknown elements", gbkBytes(`<request><Extra><Header/><a>1</a></Extra><Header><version>2</version>` + plainHeader +
			`</Header><Body><x><y><z>1</z></y></x><note>张三</note>` + plainBody + `</Body><Tail/></request>`)},
		{"blanks in values", gbkBytes("<request><Header><funid>\n  N04.00.00.01 </funid><sign> 0000000000000000\t</sign></Header><Body><mdtrt_cert_type> 03\r\n</mdtrt_cert_type><note> 张三 </note></Body></request>")},
		{"empty sign", gbkBytes(`<request><Header><funid>N04.00.00.01</funid><sign></sign></Header><Body>` + plainBody + `<note>张三</note></Body></request>`)},
		{"self-closed sign", gbkBytes(`<request><Header><funid>N04.00.00.01</funid><sign/></Header><Body>` + plainBody + `<note>张三</note></Body></request>`)},
		{"references", gbkBytes(`<request><Header><funid>&#78;04&#x2E;00.00.01</funid></Header><Body>` + plainBody + `<note>&#24352;三</note></Body></request>`)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, failure := answerTo(tt.wire, nil)
			if failure != nil {
				t.Fatalf("refused: %s", failure.Msg)
			}
			if r.Funid != PatientInfo {
				t.Errorf("funid is %q", r.Funid)
			}
			if v, _ := r.Param(CertType); v != CertCard {
				t.Errorf("%s is %q", CertType, v)
			}
			if v, _ := r.Param("note"); v != "张三" {
				t.Errorf("note is %q", v)
			}
		})
	}
}

// utf16le is what a program passes whose strings are UTF-16.
func utf16le(s string) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(s)) {
		b.WriteByte(byte(u))
		b.WriteByte(byte(u >> 8))
	}
	return b.String()
}

func TestRefused(t *testing.T) {
	good := message(plainHeader, plainBody)
	tests := []struct {
		name, wire string
		funid      string // echoed
		msg        string // part of the text
	}{
		{"empty", "", "", "为空"},
		{"only blanks", " \r\n", "", "为空"},
		{"only a declaration", `<?xml version="1.0"?>`, "", "没有<request>元素"},
		{"not XML", "N04.00.00.01", "", "不是XML"},
		{"JSON", `{"funid":"N04.00.00.01"}`, "", "不是XML"},
		{"truncated in the Body", good[:len(good)-20], PatientInfo, "不完整"},
		{"truncated in a tag", good[:len(good)-1], PatientInfo, "不完整"},
		{"truncated in a comment", "<request><!-- x", "", "不完整"},
		{"truncated in CDATA", "<request><Header><funid><![CDATA[N04", "", "不完整"},
		{"truncated in a declaration", "<request><!", "", "不完整"},
		{"wrong root", "<response></response>", "", "根元素应为<request>"},
		{"two roots", good + "<request/>", PatientInfo, "多余的元素"},
		{"text behind the root", good + "x", PatientInfo, "多余的内容"},
		{"missing Header", "<request><Body>" + plainBody + "</Body></request>", "", "缺少<Header>"},
		{"Header of another case", "<request><header>" + plainHeader + "</header><Body/></request>", "", "缺少<Header>"},
		{"missing Body", "<request><Header>" + plainHeader + "</Header></request>", PatientInfo, "缺少<Body>"},
		{"missing funid", message("", plainBody), "", "缺少funid"},
		{"blank funid", message("<funid> </funid>", plainBody), "", "缺少funid"},
		{"unknown funid", message("<funid>N05</funid>", plainBody), "N05", "不支持的功能编号[N05]"},
		{"missing cert type", message(plainHeader, ""), PatientInfo, "缺少参数mdtrt_cert_type"},
		{"self-closed Body", "<request><Header>" + plainHeader + "</Header><Body/></request>", PatientInfo, "缺少参数mdtrt_cert_type"},
		{"empty cert type", message(plainHeader, "<mdtrt_cert_type/>"), PatientInfo, "缺少参数mdtrt_cert_type"},
		{"unknown cert type", message(plainHeader, "<mdtrt_cert_type>02</mdtrt_cert_type>"), PatientInfo, "的值[02]不正确：应为01 电子医保凭证，03 社会保障卡"},
		{"an identity number as cert type", message(plainHeader, "<mdtrt_cert_type>350203199001011234</mdtrt_cert_type>"), PatientInfo, "共18字节，略"},
		{"code too long", message(plainHeader, plainBody+"<ec_qr_code>"+strings.Repeat("1", 513)+"</ec_qr_code>"), PatientInfo, "过长"},
		{"funid twice", message(plainHeader+"<funid>N05</funid>", plainBody), PatientInfo, "<funid>重复"},
		{"cert type twice", message(plainHeader, plainBody+plainBody), PatientInfo, "<mdtrt_cert_type>重复"},
		{"Header twice", "<request><Header>" + plainHeader + "</Header><Header/></request>", PatientInfo, "<Header>重复"},
		{"Body twice", "<request><Header>" + plainHeader + "</Header><Body/><Body/></request>", PatientInfo, "<Body>重复"},
		{"too long", message(plainHeader, plainBody+"<x>"+strings.Repeat("a", MaxRequest)+"</x>"), PatientInfo, "过长"},
		{"too deep", message(plainHeader, strings.Repeat("<a>", maxDepth)+strings.Repeat("</a>", maxDepth)), PatientInfo, "嵌套过深"},
		{"too many fields", message(plainHeader, manyFields(maxFields+1)), PatientInfo, "字段过多"},
		{"DTD", `<!DOCTYPE request [<!ENTITY a "b">]>` + good, "", "DOCTYPE"},
		{"entity", message(plainHeader, "<mdtrt_cert_type>&a;</mdtrt_cert_type>"), PatientInfo, "实体"},
		{"lone ampersand", message(plainHeader, "<mdtrt_cert_type>0&3</mdtrt_cert_type>"), PatientInfo, "&amp;"},
		{"reference to a control character", message(plainHeader, "<x>&#1;</x>"), PatientInfo, "实体"},
		{"reference beyond Unicode", message(plainHeader, "<x>&#x110000;</x>"), PatientInfo, "实体"},
		{"reference to a surrogate", message(plainHeader, "<x>&#xD800;</x>"), PatientInfo, "实体"},
		{"lone less-than", message(plainHeader, "<x>1 < 2</x>"), PatientInfo, "&lt;"},
		{"crossed tags", "<request><Header>" + plainHeader + "</Body></request>", PatientInfo, "没有对应的开始标签"},
		{"attribute without quotes", "<request a=1></request>", "", "引号"},
		{"invalid GBK", message(plainHeader, plainBody+"<x>\xff</x>"), PatientInfo, "不是GBK字符"},
		{"invalid UTF-8", "\ufeff" + message(plainHeader, plainBody+"<x>\xff</x>"), PatientInfo, "不是UTF-8字符"},
		{"control character", message(plainHeader, plainBody+"<x>\x01</x>"), PatientInfo, "U+0001"},
		{"NUL", good + "\x00", PatientInfo, "U+0000"},
		{"unknown encoding", `<?xml version="1.0" encoding="Big5"?><request/>`, "", "不支持的编码"},
		{"UTF-16LE", utf16le(good), "", ";ansi"},
		{"UTF-16LE with BOM", "\xff\xfe" + utf16le(good), "", ";ansi"},
		{"UTF-16 measured with strlen", "<", "", ";ansi"},
		{"short sign", message("<funid>N04.00.00.01</funid><sign>0</sign>", plainBody), PatientInfo, "签名sign应为16个字节，实际1个字节"},
		{"long sign", message("<funid>N04.00.00.01</funid><sign>00000000000000000</sign>", plainBody), PatientInfo, "实际17个字节"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, failure := answerTo(tt.wire, nil)
			if failure == nil {
				t.Fatal("accepted")
			}
			if failure.Result != ResultFailed || failure.Funid != tt.funid || !strings.Contains(failure.Msg, tt.msg) {
				t.Errorf("answer is %q %q %q, want funid %q and a text with %q", failure.Result, failure.Funid, failure.Msg, tt.funid, tt.msg)
			}
			var c Codec
			again, err := DecodeResponse(c.EncodeResponse(failure))
			if err != nil || again.Msg != failure.Msg {
				t.Errorf("the answer does not come back: %v", err)
			}
		})
	}
}

func manyFields(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("<f")
		b.WriteString(strings.Repeat("x", i/26))
		b.WriteByte(byte('a' + i%26))
		b.WriteString("/>")
	}
	return b.String()
}

// A failure keeps the form that the caller expects from the certificate type.
func TestFailureForm(t *testing.T) {
	tests := []struct {
		body string
		want string
	}{
		{plainBody + plainBody, "<idcard_no/>\n        <card_no/>\n        <name/>\n        <card_code/>\n    </Body>"},
		{"<mdtrt_cert_type>01</mdtrt_cert_type><x>&y;</x>", "<Body>\n        <out_put></out_put>\n    </Body>"},
		{"", "<Body>\n    </Body>"},
	}
	for _, tt := range tests {
		_, failure := answerTo(message(plainHeader, tt.body), nil)
		var c Codec
		if got := c.EncodeResponse(failure); !bytes.Contains(got, []byte(tt.want)) {
			t.Errorf("answer to %s is\n%s", tt.body, got)
		}
	}
}

func TestErrorsAreFailures(t *testing.T) {
	_, err := new(Codec).Decode([]byte("x"))
	f, ok := errors.AsType[failure.Failure](err)
	if !ok || f.Code() != "request_not_xml" || f.Next() != "应以<?xml或<request>开头" {
		t.Errorf("error is %T: %v", err, err)
	}
}

func TestSign(t *testing.T) {
	key := Key("secret of the hospital")
	c := Codec{Key: key}
	request := &Request{Funid: PatientInfo, Body: []Field{{Name: CertType, Value: CertCard}, {Name: "note", Value: "张]三>"}}}
	wire := c.EncodeRequest(request)
	if _, failure := answerTo(string(wire), key); failure != nil {
		t.Fatalf("own sign is refused: %s", failure.Msg)
	}
	if bytes.Contains(wire, []byte(Unsigned)) {
		t.Fatal("the request is not signed")
	}
	tests := []struct {
		name, wire, msg string
	}{
		{"Body changed", strings.Replace(string(wire), ">03<", ">01<", 1), "不正确"},
		{"blank added", strings.Replace(string(wire), "<Body>", "<Body> ", 1), "不正确"},
		{"unsigned", message(plainHeader, plainBody), "未签名"},
		{"upper case", strings.Replace(string(wire), "<sign>"+key.Sign(signedOf(t, wire)), "<sign>"+strings.ToUpper(key.Sign(signedOf(t, wire))), 1), "不正确"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, failure := answerTo(tt.wire, key); failure == nil || !strings.Contains(failure.Msg, tt.msg) {
				t.Errorf("answer is %+v", failure)
			}
		})
	}
	if _, failure := answerTo(string(wire), nil); failure != nil {
		t.Errorf("without a key a sign is not checked: %s", failure.Msg)
	}
}

// Who has no key does not pay for one.
func TestSignedBytesAreFoundOnDemand(t *testing.T) {
	for _, tt := range []struct {
		key   Key
		sign  string
		asked bool
	}{
		{nil, "0123456789abcdef", false},
		{Key("x"), "", false},
		{Key("x"), "0123456789abcdef", true},
	} {
		asked := false
		tt.key.verify(tt.sign, func() []byte { asked = true; return nil })
		if asked != tt.asked {
			t.Errorf("key %q, sign %q: bytes asked for: %v", tt.key, tt.sign, asked)
		}
	}
}

// A function may require a parameter without saying which values it has.
func TestRequiredParameterOfAnyValue(t *testing.T) {
	f := Function{Params: []Param{{Name: "psn_no", Title: "人员编号", Required: true}}}
	if err := f.Check(&Request{}); err == nil || err.Error() != "缺少参数psn_no（人员编号）" {
		t.Errorf("error is %v", err)
	}
	if err := f.Check(&Request{Body: []Field{{Name: "psn_no", Value: "1"}}}); err != nil {
		t.Error(err)
	}
}

// The signed bytes are found in the wire bytes whatever stands before them.
func TestSignedBytes(t *testing.T) {
	content := gbkBytes(`<a>慮]></a><!-- </Body> --><b x=">"/>`)
	c := Codec{Key: Key("secret of the hospital")}
	header := "<funid>N04.00.00.01</funid><sign>" + c.Key.Sign([]byte(content)) + "</sign>"
	for _, before := range []string{"", "<!-- <Body> --><?x <y> ?>"} {
		for _, tag := range []string{"<Body>", `<Body a=">>" >`} {
			wire := gbkBytes(`<?xml version=”1.0” encoding=”gbk”?>`+before+"<request><Header>"+header+"<名>慮</名></Header>") + tag + content + "</Body ></request>"
			if _, err := c.Decode([]byte(wire)); err != nil {
				t.Errorf("%s: %v", wire, err)
			}
		}
	}
}

func signedOf(t *testing.T, wire []byte) []byte {
	t.Helper()
	_, after, ok := bytes.Cut(wire, []byte("<Body>"))
	content, _, ok2 := bytes.Cut(after, []byte("</Body>"))
	if !ok || !ok2 {
		t.Fatal("no Body")
	}
	return content
}

func TestDecodeUTF16(t *testing.T) {
	key := Key("secret of the hospital")
	c := Codec{Key: key}
	signed := gbkText(t, c.EncodeRequest(&Request{Funid: PatientInfo, Body: []Field{{Name: CertType, Value: CertCard}, {Name: "note", Value: "张三"}}}))
	tests := []struct {
		name, wire, msg string
	}{
		{"plain", utf16le(signed), ""},
		{"byte order mark", utf16le("\ufeff" + signed), ""},
		{"any declaration", utf16le(strings.Replace(signed, "GBK", "Big5", 1)), ""},
		{"half a character", utf16le(signed) + "x", "UTF-16"},
		{"lone surrogate", utf16le(signed) + "\x00\xd8", "UTF-16"},
		{"empty", "", "为空"},
		{"Body changed", utf16le(strings.Replace(signed, ">03<", ">01<", 1)), "签名sign不正确"},
		{"too long", utf16le(strings.Repeat(" ", MaxRequest+1)), "过长"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			wide := Codec{Charset: UTF16LE, Key: key}
			r, err := wide.Decode([]byte(tt.wire))
			if tt.msg == "" && err != nil || tt.msg != "" && (err == nil || !strings.Contains(err.Error(), tt.msg)) {
				t.Fatalf("error is %v, want %q", err, tt.msg)
			}
			if note, _ := r.Param("note"); tt.msg == "" && note != "张三" {
				t.Errorf("note is %q", note)
			}
		})
	}
}

func gbkText(t *testing.T, wire []byte) string {
	t.Helper()
	s, err := gbk.Decode(wire)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
