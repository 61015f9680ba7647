package agent

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"mps/card"
	"mps/card/virtual"
	"mps/failure"
	"mps/protocol"
	"mps/voucher"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type cardFunc func(context.Context) (*card.Card, error)

func (f cardFunc) Read(ctx context.Context) (*card.Card, error) { return f(ctx) }

type codeFunc func(context.Context) (string, error)

func (f codeFunc) Code(ctx context.Context) (string, error) { return f(ctx) }

type voucherFunc func(context.Context, voucher.Query) (*voucher.Answer, error)

func (f voucherFunc) Query(ctx context.Context, q voucher.Query) (*voucher.Answer, error) {
	return f(ctx, q)
}

var testCard = card.Card{
	IDNumber: "350203199003071236", Number: "A12345678", Name: "林小梅",
	IdentificationCode: "350200D156000005A1B2C3D4E5F60718", IDNumberValid: true,
}

// nobodysCard has a card number, and the records of the holder are not there.
var nobodysCard = virtual.New(virtual.Holder{Number: testCard.Number}, virtual.V2,
	virtual.Record(0x08, nil), virtual.Record(0x09, nil))

// deviceBroken is a failure as packages below the agent have them.
var deviceBroken = failure.New("device_broken", "接口SSC_ReadCard 失败:坏了，", "请重试！")

func goodCard(context.Context) (*card.Card, error) { c := testCard; return &c, nil }

// newAgent returns an agent and what it logs.
func newAgent(o Options) (*Agent, *bytes.Buffer) {
	var log bytes.Buffer
	o.Log = slog.New(slog.NewTextHandler(&log, nil))
	return New(o), &log
}

// answering is a querier whose centre answers with the given JSON.
func answering(json string) voucherFunc {
	return func(context.Context, voucher.Query) (*voucher.Answer, error) {
		return voucher.ParseAnswer([]byte(json))
	}
}

// patientAnswer is the shortest answer of a centre that names a patient.
const patientAnswer = `{"code": "0", "x":  1, "data":{"userName":"林小梅","ecToken":"350000ec"}}`

func request(body string) string {
	return `<request><Header><funid>N04.00.00.01</funid></Header><Body>` + body + `</Body></request>`
}

const (
	cardRequest    = "<mdtrt_cert_type>03</mdtrt_cert_type>"
	voucherRequest = "<mdtrt_cert_type>01</mdtrt_cert_type>"
)

func call(t *testing.T, a *Agent, wire string) *protocol.Response {
	t.Helper()
	answer, _ := a.call(t.Context(), &a.options.Codec, []byte(wire), 8192)
	r, err := protocol.DecodeResponse(answer)
	if err != nil {
		t.Fatalf("%v\n%s", err, answer)
	}
	return r
}

func TestCall(t *testing.T) {
	answered := func(json string) ScanThenAsk { return ScanThenAsk{Querier: answering(json)} }
	tests := []struct {
		name        string
		options     Options
		request     string
		result, msg string
		values      map[string]string
	}{
		{"card", Options{Cards: cardFunc(goodCard)}, request(cardRequest), "0", "操作成功", map[string]string{
			protocol.IDCardNo: testCard.IDNumber, protocol.CardNo: testCard.Number,
			protocol.Name: testCard.Name, protocol.CardCode: testCard.IdentificationCode}},
		{"no reader", Options{}, request(cardRequest), "-1", "接口SSC_Open 失败:设备未打开！", nil},
		{"card error", Options{Cards: cardFunc(func(context.Context) (*card.Card, error) {
			return nil, deviceBroken.With()
		})}, request(cardRequest), "-1", "接口SSC_ReadCard 失败:坏了，请重试！", nil},
		{"unexpected error", Options{Cards: cardFunc(func(context.Context) (*card.Card, error) {
			return nil, errors.New("secret internals")
		})}, request(cardRequest), "-1", "读卡服务内部错误：请重试，若仍出现请把读卡服务的日志交给信息科", nil},
		{"panic at the device", Options{Cards: cardFunc(func(context.Context) (*card.Card, error) {
			panic("boom")
		})}, request(cardRequest), "-1", "读卡服务内部错误：请重试，若仍出现请把读卡服务的日志交给信息科", nil},
		{"panic elsewhere", Options{Vouchers: ScanThenAsk{Querier: voucherFunc(func(context.Context, voucher.Query) (*voucher.Answer, error) {
			panic("boom")
		})}}, request(voucherRequest + "<ec_qr_code>1</ec_qr_code>"), "-1", "读卡服务内部错误：请重试，若仍出现请把读卡服务的日志交给信息科", nil},
		{"voucher", Options{Vouchers: answered(patientAnswer)},
			request(voucherRequest + "<ec_qr_code>123</ec_qr_code>"), "0", "操作成功",
			map[string]string{protocol.OutPut: patientAnswer}},
		{"voucher of nobody", Options{Vouchers: answered(`{"code":"0","message":"success","data":null}`)},
			request(voucherRequest + "<ec_qr_code>123</ec_qr_code>"), "-1",
			"电子凭证中心的应答中没有患者信息，请让患者刷新电子凭证后重新扫码，仍不成功请联系信息科向电子凭证中心查询！",
			map[string]string{protocol.OutPut: ""}},
		{"card of nobody", Options{Cards: card.FromReader(&virtual.Reader{Card: nobodysCard})}, request(cardRequest), "-1",
			"接口SSC_ReadCard 失败:卡内没有姓名，请持卡人到发卡机构处理！", map[string]string{protocol.CardNo: ""}},
		{"voucher refused by the centre", Options{Vouchers: answered(`{"code":40004,"message":"已过期"}`)},
			request(voucherRequest + "<ec_qr_code>123</ec_qr_code>"), "-1",
			"电子凭证解析错误[code=40004,msg=已过期]{SERVER}", nil},
		{"no querier", Options{}, request(voucherRequest), "-1", "未配置电子凭证查询：请在配置文件的[voucher]中填写服务端地址", nil},
		{"no code source", Options{Vouchers: answered(`{"code":0}`)}, request(voucherRequest), "-1",
			"没有可用的扫码设备：请配置扫码设备，或由调用程序在ec_qr_code中传入扫到的码", nil},
		{"unknown function", Options{}, strings.Replace(request(cardRequest), "N04.00.00.01", "N99", 1), "-1",
			"不支持的功能编号[N99]：本版本支持N04.00.00.01", nil},
		{"not XML", Options{}, "hello", "-1", "报文不是XML：应以<?xml或<request>开头", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a, _ := newAgent(tt.options)
			r := call(t, a, tt.request)
			if r.Result != tt.result || r.Msg != tt.msg {
				t.Errorf("answer is %q %q", r.Result, r.Msg)
			}
			for name, want := range tt.values {
				if got := r.Value(name); got != want {
					t.Errorf("%s is %q, want %q", name, got, want)
				}
			}
		})
	}
}

// Every function of the table is served.
func TestEveryFunctionIsServed(t *testing.T) {
	a, _ := newAgent(Options{})
	for _, f := range protocol.Functions() {
		if a.functions[f.ID] == nil {
			t.Errorf("%s is in the table and not served", f.ID)
		}
	}
}

func TestVoucherQuery(t *testing.T) {
	var got []voucher.Query
	options := Options{
		Vouchers: ScanThenAsk{
			Codes: codeFunc(func(context.Context) (string, error) { return "scanned", nil }),
			Querier: voucherFunc(func(_ context.Context, q voucher.Query) (*voucher.Answer, error) {
				got = append(got, q)
				answer, err := voucher.ParseAnswer([]byte(patientAnswer))
				answer.RequestID = fmt.Sprint("id-", len(got))
				return answer, err
			}),
		},
		Query: voucher.Query{OrgID: "H35010000001", OperatorID: "001"},
	}
	a, log := newAgent(options)
	call(t, a, request(voucherRequest))
	call(t, a, request(voucherRequest+"<ec_qr_code>brought</ec_qr_code>"))
	if r := call(t, a, request(voucherRequest+"<ec_qr_code>two words</ec_qr_code>")); r.Result != "-1" {
		t.Error("a code with a blank was sent on")
	}
	if len(got) != 2 || got[0].Code != "scanned" || got[1].Code != "brought" {
		t.Fatalf("queries are %+v", got)
	}
	if got[0].OrgID != "H35010000001" || got[0].OperatorID != "001" {
		t.Errorf("the hospital's part is missing: %+v", got[0])
	}
	if !strings.Contains(log.String(), "request_id=id-1") || !strings.Contains(log.String(), "request_id=id-2") {
		t.Errorf("the request ids are not in the log:\n%s", log)
	}
	if strings.Contains(log.String(), "scanned") || strings.Contains(log.String(), "brought") {
		t.Errorf("a code is in the log:\n%s", log)
	}
}

// A library that scans is given what the caller brought, unless no scanner
// gives such a thing.
func TestLibraryThatScansIsGivenTheCode(t *testing.T) {
	var got []string
	a, _ := newAgent(Options{Vouchers: LibraryScans{Querier: voucherFunc(func(_ context.Context, q voucher.Query) (*voucher.Answer, error) {
		got = append(got, q.Code)
		return voucher.ParseAnswer([]byte(patientAnswer))
	})}})
	for _, body := range []string{"", "<ec_qr_code>brought</ec_qr_code>", "<ec_qr_code>two words</ec_qr_code>"} {
		call(t, a, request(voucherRequest+body))
	}
	if !slices.Equal(got, []string{"", "brought"}) {
		t.Errorf("codes are %q", got)
	}
}

func TestLogHasNoPersonalData(t *testing.T) {
	a, log := newAgent(Options{Cards: cardFunc(goodCard)})
	broken, leaks := newAgent(Options{Cards: cardFunc(func(context.Context) (*card.Card, error) {
		return nil, fmt.Errorf("no record of %s: %w", testCard.IDNumber, errors.New(testCard.IDNumber))
	})})
	call(t, broken, request(cardRequest))
	if strings.Contains(leaks.String(), testCard.IDNumber) || !strings.Contains(leaks.String(), "cause=350203") {
		t.Errorf("an error is not masked:\n%s", leaks)
	}
	call(t, a, request(cardRequest))
	call(t, a, request("<mdtrt_cert_type>"+testCard.IDNumber+"</mdtrt_cert_type>"))
	call(t, a, strings.Replace(request(cardRequest), "N04.00.00.01", testCard.IDNumber, 1))
	for _, secret := range []string{testCard.IDNumber, testCard.Name, testCard.Number, testCard.IdentificationCode} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("%q is in the log:\n%s", secret, log)
		}
	}
	if n := strings.Count(log.String(), "msg=调用"); n != 3 {
		t.Errorf("%d lines for 3 calls:\n%s", n, log)
	}
}

// Whoever looks into the log for a failure finds an answer of nobody under its code.
func TestAnswersOfNobodyAreLogged(t *testing.T) {
	a, log := newAgent(Options{
		Cards:    card.FromReader(&virtual.Reader{Card: nobodysCard}),
		Vouchers: ScanThenAsk{Querier: answering(`{"code":0,"data":{"userName":"林小梅"}}`)},
	})
	call(t, a, request(cardRequest))
	call(t, a, request(voucherRequest+"<ec_qr_code>123</ec_qr_code>"))
	for _, code := range []string{"code=card_no_name", "code=voucher_no_token"} {
		if strings.Count(log.String(), code) != 1 {
			t.Errorf("%s is not in the log:\n%s", code, log)
		}
	}
}
