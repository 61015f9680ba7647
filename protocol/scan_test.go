package protocol

import (
	"fmt"
	"strings"
	"testing"
)

// What is not closed is named, with the line where it began.
func TestUnclosed(t *testing.T) {
	header := "<request>\n<Header>\n" + plainHeader + "\n</Header>\n"
	for _, tt := range []struct {
		name, wire, funid, msg string
	}{
		{"comment", header + "<!-- 说明 <Body>" + plainBody + "</Body>\n</request>", PatientInfo, "第5行的注释<!--没有结束，共%d字节，到末尾仍没有“-->”"},
		{"comment at the start", "<!-- x ->" + header, "", "第1行的注释<!--没有结束"},
		{"processing instruction", header + "<Body>\n<?x y>" + plainBody + "</Body></request>", PatientInfo, "第6行的处理指令<?没有结束，共%d字节，到末尾仍没有“?>”"},
		{"declaration", `<?xml version="1.0" encoding="GBK">` + "\n" + header + "<Body/></request>", "", "第1行的处理指令<?没有结束"},
		{"CDATA", header + "<Body><mdtrt_cert_type><![CDATA[03]></mdtrt_cert_type></Body></request>", PatientInfo, "第5行的<![CDATA[没有结束，共%d字节，到末尾仍没有“]]>”"},
		{"quote", header + `<Body x="1>` + plainBody + "\n</Body></request>", PatientInfo, "第5行的引号没有结束，共%d字节，到末尾仍没有“\"”"},
		{"single quote", header + "<Body x='1>" + plainBody + "\n</Body></request>", PatientInfo, "第5行的引号没有结束，共%d字节，到末尾仍没有“'”"},
		{"quote, and another one behind", header + "<Body x=\"1>\n<mdtrt_cert_type y=\"2\">03</mdtrt_cert_type></Body></request>", PatientInfo, "第5行XML格式错误：属性的值含有“<”，或引号没有结束"},
		{"quote within a tag", header + `<Body x="1 y="2">` + plainBody + "</Body></request>", PatientInfo, "第5行XML格式错误：此处应为属性名或“>”，引号可能没有成对"},
		{"Body", header + "<Body>\n" + plainBody + "\n</request>", PatientInfo, "第5行XML格式错误：<Body>没有结束，第7行的</request>之前应有</Body>"},
		{"Header", "<request>\n<Header>" + plainHeader + "\n<Body>" + plainBody + "</Body>\n</request>", PatientInfo, "第2行XML格式错误：<Header>没有结束，第4行的</request>之前应有</Header>"},
		{"a field of the Body", header + "<Body>\n<mdtrt_cert_type>03\n</Body></request>", PatientInfo, "第6行XML格式错误：<mdtrt_cert_type>没有结束，第7行的</Body>之前应有</mdtrt_cert_type>"},
		{"a field of the Header", "<request><Header><funid>N04.00.00.01<sign>0</sign></Header><Body/></request>", "", "<funid>没有结束，第1行的</Header>之前应有</funid>"},
		{"an end tag without slash", header + "<Body><mdtrt_cert_type>03<mdtrt_cert_type></Body></request>", PatientInfo, "<mdtrt_cert_type>没有结束"},
		{"an end tag of another case", header + "<Body>" + plainBody + "</body></request>", PatientInfo, "</body>没有对应的开始标签，此处应为</Body>，注意大小写"},
		{"an end tag of another name", header + "<Body><a></b></Body></request>", PatientInfo, "</b>没有对应的开始标签，此处应为</a>"},
		{"an end tag of nothing", "</request>", "", "</request>没有对应的开始标签"},
		{"Body, at the end", header + "<Body>\n" + plainBody, PatientInfo, "共%d字节，到末尾仍没有第5行的<Body>的结束标签</Body>"},
		{"a field, at the end", header + "<Body>\n<mdtrt_cert_type>0", PatientInfo, "到末尾仍没有第6行的<mdtrt_cert_type>的结束标签"},
		{"root, at the end", header + "<Body/>", PatientInfo, "到末尾仍没有第1行的<request>的结束标签</request>"},
		{"root, in its tag", "\n<request", "", "到末尾仍没有第2行的<request>的结束标签"},
		{"lines of \\r\\n", strings.ReplaceAll(header, "\n", "\r\n") + "<Body>", PatientInfo, "第5行的<Body>"},
		{"lines of \\r", strings.ReplaceAll(header, "\n", "\r") + "<Body>", PatientInfo, "第5行的<Body>"},
	} {
		want := tt.msg
		if strings.Contains(want, "%d") {
			want = fmt.Sprintf(want, len(gbkBytes(tt.wire)))
		}
		_, failure := answerTo(gbkBytes(tt.wire), nil)
		if failure == nil || !strings.Contains(failure.Msg, want) || failure.Funid != tt.funid {
			t.Errorf("%s: %+v, want %q", tt.name, failure, want)
		}
	}
}

// What only letter case or width keeps from being right is said to be that.
func TestMisspelled(t *testing.T) {
	request := func(header, body string) string {
		return "<request><Header>" + header + "</Header><Body>" + body + "</Body></request>"
	}
	for _, tt := range []struct{ name, wire, msg string }{
		{"root", "<Request></Request>", "缺少<request>：<Request>应写成<request>"},
		{"Header", "<request><header>" + plainHeader + "</header><Body/></request>", "缺少<Header>：<header>应写成<Header>"},
		{"Body", "<request><Header>" + plainHeader + "</Header><BODY>" + plainBody + "</BODY></request>", "缺少<Body>：<BODY>应写成<Body>"},
		{"funid", request("<FUNID>N04.00.00.01</FUNID>", plainBody), "缺少<funid>：<FUNID>应写成<funid>"},
		{"wide funid element", request("<ｆｕｎｉｄ>N04.00.00.01</ｆｕｎｉｄ>", plainBody), "<ｆｕｎｉｄ>应写成<funid>"},
		{"parameter", request(plainHeader, "<MDTRT_CERT_TYPE>03</MDTRT_CERT_TYPE>"), "缺少<mdtrt_cert_type>：<MDTRT_CERT_TYPE>应写成<mdtrt_cert_type>"},
		{"optional parameter", request(plainHeader, "<mdtrt_cert_type>01</mdtrt_cert_type><EC_QR_CODE>123</EC_QR_CODE>"), "<EC_QR_CODE>应写成<ec_qr_code>"},
		{"optional parameter, empty", request(plainHeader, plainBody+"<EC_QR_CODE/>"), ""},
		{"both", request(plainHeader+"<FUNID>x</FUNID>", plainBody+"<Mdtrt_Cert_Type>01</Mdtrt_Cert_Type>"), ""},
		{"case of the function", request("<funid>n04.00.00.01</funid>", plainBody), "不支持的功能编号[n04.00.00.01]：应写成N04.00.00.01"},
		{"width of the function", request("<funid>Ｎ０４．００．００．０１</funid>", plainBody), "应写成N04.00.00.01"},
		{"full stops", request("<funid>N04。00。00。01</funid>", plainBody), "应写成N04.00.00.01"},
		{"unseen marks", request("<funid>\ufeffN04.00.00.01\u00a0</funid>", plainBody), "应写成N04.00.00.01"},
		{"width of a value", request(plainHeader, "<mdtrt_cert_type>０１</mdtrt_cert_type>"), "的值[０１]不正确：应写成01"},
		{"wide blank", request(plainHeader, "<mdtrt_cert_type>03　</mdtrt_cert_type>"), "应写成03"},
		{"another value", request(plainHeader, "<mdtrt_cert_type>1</mdtrt_cert_type>"), "应为01 电子医保凭证，03 社会保障卡"},
		{"another function", request("<funid>N04.00.00.02</funid>", plainBody), "本版本支持N04.00.00.01"},
	} {
		_, failure := answerTo("\ufeff"+tt.wire, nil)
		if tt.msg == "" && failure != nil || tt.msg != "" && (failure == nil || !strings.Contains(failure.Msg, tt.msg)) {
			t.Errorf("%s: %+v, want %q", tt.name, failure, tt.msg)
		}
	}
	wire := request("<funid>N04.00.00.01</funid><Sign>0123456789abcdef</Sign>", plainBody)
	if _, failure := answerTo(wire, Key("secret")); failure == nil || !strings.Contains(failure.Msg, "<Sign>应写成<sign>") {
		t.Errorf("sign: %+v", failure)
	}
}
