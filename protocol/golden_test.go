package protocol

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mps/failure"
)

func readGolden(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The messages of the specification come back byte for byte.
func TestGoldenResponses(t *testing.T) {
	tests := []struct {
		file, result, msg string
		fields            []string
	}{
		{"response-card-ok.xml", "0", "操作成功", []string{IDCardNo, CardNo, Name, CardCode}},
		{"response-card-error.xml", "-1", "接口SSC_Open 失败:设备未打开！", []string{IDCardNo, CardNo, Name, CardCode}},
		{"response-evoucher-ok.xml", "0", "操作成功", []string{OutPut}},
		{"response-evoucher-error.xml", "-1",
			"电子凭证解析错误[code=40004,msg=结算支付码已过期，请重新获取[8ac6008e81d81271018381d21f2b4097]]{SERVER}", []string{OutPut}},
	}
	for _, tt := range tests {
		t.Run(tt.file, func(t *testing.T) {
			wire := readGolden(t, tt.file)
			r, err := DecodeResponse(wire)
			if err != nil {
				t.Fatal(err)
			}
			if r.Funid != PatientInfo || r.Sign != Unsigned || r.Result != tt.result || r.Msg != tt.msg {
				t.Errorf("header is %q %q %q %q", r.Funid, r.Sign, r.Result, r.Msg)
			}
			var names []string
			for _, f := range r.Body {
				names = append(names, f.Name)
			}
			if got, want := strings.Join(names, " "), strings.Join(tt.fields, " "); got != want {
				t.Errorf("fields are %s, want %s", got, want)
			}
			var c Codec
			if got := c.EncodeResponse(r); string(got) != string(wire) {
				t.Errorf("encoded again:\n%s\nwant:\n%s", got, wire)
			}
		})
	}
}

func TestGoldenRequest(t *testing.T) {
	wire := readGolden(t, "request-evoucher.xml")
	var c Codec
	r, err := c.Decode(wire)
	if err != nil {
		t.Fatal(err)
	}
	f, err := Lookup(r.Funid)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Check(r); err != nil {
		t.Fatal(err)
	}
	if v, _ := r.Param(CertType); v != CertVoucher {
		t.Errorf("%s is %q", CertType, v)
	}
	if got := c.EncodeRequest(r); string(got) != string(wire) {
		t.Errorf("encoded again:\n%s\nwant:\n%s", got, wire)
	}
}

// Answers made from values, not from decoded samples, have the same bytes.
func TestAnswersAreTheSpecifications(t *testing.T) {
	json := decodeGolden(t, "response-evoucher-ok.xml").Value(OutPut)
	card := &Request{Funid: PatientInfo, Body: []Field{{Name: CertType, Value: CertCard}}}
	voucher := &Request{Funid: PatientInfo, Body: []Field{{Name: CertType, Value: CertVoucher}}}
	f, err := Lookup(PatientInfo)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		file string
		resp *Response
	}{
		{"response-card-ok.xml", f.Success(card, map[string]string{
			IDCardNo: "XXXXXXXX", CardNo: "DGXXXXXX", Name: "XXX", CardCode: "XXXXXXXXXXXXXXXXXXXX"})},
		{"response-card-error.xml", Failed(card, failure.Terse("x", "接口SSC_Open 失败:设备未打开！", "").With())},
		{"response-evoucher-ok.xml", f.Success(voucher, map[string]string{OutPut: json})},
		{"response-evoucher-error.xml", Failed(voucher, failure.Terse("x",
			"电子凭证解析错误[code=40004,msg=结算支付码已过期，请重新获取[8ac6008e81d81271018381d21f2b4097]]{SERVER}", "").With())},
	}
	for _, tt := range tests {
		t.Run(tt.file, func(t *testing.T) {
			var c Codec
			want := readGolden(t, tt.file)
			if got := c.EncodeResponse(tt.resp); string(got) != string(want) {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

func decodeGolden(t *testing.T, file string) *Response {
	t.Helper()
	r, err := DecodeResponse(readGolden(t, file))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// A Chinese element name goes out in the caller's charset as its values do.
func TestEncodeChineseName(t *testing.T) {
	want := &Response{Funid: PatientInfo, Result: ResultOK, Body: []Field{{Name: "卡号", Value: "卡"}, {Name: "空"}}}
	var c Codec
	got, err := DecodeResponse(c.EncodeResponse(want))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got.Body, want.Body) {
		t.Errorf("%+v came back as %+v", want.Body, got.Body)
	}
}
