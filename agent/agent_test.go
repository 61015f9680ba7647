package agent

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf16"

	"go.uber.org/goleak"

	"mps/card"
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

func goodCard(context.Context) (*card.Card, error) { c := testCard; return &c, nil }

// newAgent returns an agent and what it logs.
func newAgent(o Options) (*Agent, *bytes.Buffer) {
	var log bytes.Buffer
	o.Log = slog.New(slog.NewTextHandler(&log, nil))
	return New(o), &log
}

func request(body string) string {
	return `<request><Header><funid>N04.00.00.01</funid></Header><Body>` + body + `</Body></request>`
}

const (
	cardRequest    = "<mdtrt_cert_type>03</mdtrt_cert_type>"
	voucherRequest = "<mdtrt_cert_type>01</mdtrt_cert_type>"
)

func call(t *testing.T, a *Agent, wire string) *protocol.Response {
	t.Helper()
	answer, _ := a.Call(t.Context(), []byte(wire), Caller{Capacity: 8192})
	r, err := protocol.DecodeResponse(answer)
	if err != nil {
		t.Fatalf("%v\n%s", err, answer)
	}
	return r
}

func TestCall(t *testing.T) {
	answered := func(json string) voucherFunc {
		return func(context.Context, voucher.Query) (*voucher.Answer, error) {
			return voucher.ParseAnswer([]byte(json))
		}
	}
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
			return nil, &card.Error{Function: "SSC_ReadCard", Failure: failure.Terse("test", "坏了！", "").With()}
		})}, request(cardRequest), "-1", "接口SSC_ReadCard 失败:坏了！", nil},
		{"unexpected error", Options{Cards: cardFunc(func(context.Context) (*card.Card, error) {
			return nil, errors.New("secret internals")
		})}, request(cardRequest), "-1", "读卡服务内部错误：请重试，若仍出现请把读卡服务的日志交给信息科", nil},
		{"panic at the device", Options{Cards: cardFunc(func(context.Context) (*card.Card, error) {
			panic("boom")
		})}, request(cardRequest), "-1", "读卡服务内部错误：请重试，若仍出现请把读卡服务的日志交给信息科", nil},
		{"panic elsewhere", Options{Vouchers: voucherFunc(func(context.Context, voucher.Query) (*voucher.Answer, error) {
			panic("boom")
		})}, request(voucherRequest + "<ec_qr_code>1</ec_qr_code>"), "-1", "读卡服务内部错误：请重试，若仍出现请把读卡服务的日志交给信息科", nil},
		{"voucher", Options{Vouchers: answered(`{"code": "0", "x":  1}`)},
			request(voucherRequest + "<ec_qr_code>123</ec_qr_code>"), "0", "操作成功",
			map[string]string{protocol.OutPut: `{"code": "0", "x":  1}`}},
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
		Vouchers: voucherFunc(func(_ context.Context, q voucher.Query) (*voucher.Answer, error) {
			got = append(got, q)
			return voucher.ParseAnswer([]byte(`{"code":"0"}`))
		}),
		Codes: codeFunc(func(context.Context) (string, error) { return "scanned", nil }),
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
	if got[0].RequestID == "" || got[0].RequestID == got[1].RequestID {
		t.Errorf("request ids are %q and %q", got[0].RequestID, got[1].RequestID)
	}
	if strings.Contains(log.String(), "scanned") || strings.Contains(log.String(), "brought") {
		t.Errorf("a code is in the log:\n%s", log)
	}
}

// A querier that scans by itself needs no code, and has the devices while it
// does.
func TestQuerierThatScans(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		a, _ := newAgent(Options{VouchersScan: true, QueueWait: time.Second, Cards: cardFunc(goodCard),
			Vouchers: voucherFunc(func(_ context.Context, q voucher.Query) (*voucher.Answer, error) {
				if q.Code != "" {
					t.Errorf("code is %q", q.Code)
				}
				<-release
				return voucher.ParseAnswer([]byte(`{"code":"0"}`))
			})})
		done := make(chan string)
		go func() { done <- call(t, a, request(voucherRequest)).Msg }()
		synctest.Wait()
		if got := call(t, a, request(cardRequest)).Msg; !strings.Contains(got, "正忙") {
			t.Errorf("card caller got %q", got)
		}
		close(release)
		if got := <-done; got != "操作成功" {
			t.Errorf("voucher caller got %q", got)
		}
	})
}

func TestLogHasNoPersonalData(t *testing.T) {
	a, log := newAgent(Options{Cards: cardFunc(goodCard)})
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

// One device operation at a time; a second caller waits and is then told.
func TestTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		inside := 0
		a, _ := newAgent(Options{Queue: 1, QueueWait: 5 * time.Second, Cards: cardFunc(func(ctx context.Context) (*card.Card, error) {
			inside++
			if inside > 1 {
				t.Error("two operations at once")
			}
			defer func() { inside-- }()
			<-release
			return goodCard(ctx)
		})})
		results := make(chan string, 3)
		start := func() {
			go func() { results <- call(t, a, request(cardRequest)).Msg }()
			synctest.Wait()
		}
		start() // has the turn
		start() // waits
		start() // finds the queue full
		if got := <-results; got != "读卡设备正忙：排队的读卡请求已满，请稍候重试" {
			t.Errorf("third caller got %q", got)
		}
		time.Sleep(5 * time.Second) // of the test's own clock
		if got := <-results; got != "读卡设备正忙：前一次读卡还未结束，请稍候重试" {
			t.Errorf("second caller got %q", got)
		}
		start() // waits
		release <- struct{}{}
		if got := <-results; got != "操作成功" {
			t.Errorf("first caller got %q", got)
		}
		release <- struct{}{}
		if got := <-results; got != "操作成功" {
			t.Errorf("fourth caller got %q", got)
		}
	})
}

// A device that never comes back costs its caller an error and nobody else
// gets into it, but calls that need no device go on.
func TestDeviceThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		a, _ := newAgent(Options{
			Timeout: 10 * time.Second, QueueWait: time.Second,
			Cards: cardFunc(func(ctx context.Context) (*card.Card, error) { <-release; return goodCard(ctx) }),
			Vouchers: voucherFunc(func(context.Context, voucher.Query) (*voucher.Answer, error) {
				return voucher.ParseAnswer([]byte(`{"code":"0"}`))
			}),
		})
		began := time.Now()
		if got := call(t, a, request(cardRequest)).Msg; !strings.Contains(got, "超时") {
			t.Errorf("caller got %q", got)
		}
		if took := time.Since(began); took != 10*time.Second+lateness {
			t.Errorf("answered after %v", took)
		}
		if got := call(t, a, request(cardRequest)).Msg; !strings.Contains(got, "正忙") {
			t.Errorf("next caller got %q", got)
		}
		if got := call(t, a, request(voucherRequest+"<ec_qr_code>1</ec_qr_code>")).Msg; got != "操作成功" {
			t.Errorf("voucher caller got %q", got)
		}
		close(release)
		synctest.Wait()
		if got := call(t, a, request(cardRequest)).Msg; got != "操作成功" {
			t.Errorf("after the device came back: %q", got)
		}
	})
}

// An operation that stops when told to is asked for its own error.
func TestTimeoutKeepsTheDevicesWords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, _ := newAgent(Options{Timeout: time.Second, Cards: cardFunc(func(ctx context.Context) (*card.Card, error) {
			<-ctx.Done()
			return nil, &card.Error{Function: "SSC_ReadCard", Failure: failure.Terse("test", "卡片无应答！", "").With(), Err: ctx.Err()}
		})})
		if got := call(t, a, request(cardRequest)).Msg; got != "接口SSC_ReadCard 失败:卡片无应答！" {
			t.Errorf("caller got %q", got)
		}
	})
}

func TestHTTP(t *testing.T) {
	a, _ := newAgent(Options{Cards: cardFunc(goodCard), Version: "1.2.3"})
	s := httptest.NewServer(a.Handler())
	defer s.Close()
	tests := []struct {
		name, method, path string
		header             map[string]string
		body               string
		status             int
		needed, contains   string
	}{
		{"call", "POST", "/v1/call", nil, request(cardRequest), 200, "", "<result>0</result>"},
		{"capacity", "POST", "/v1/call", map[string]string{"MPS-Capacity": "2048"}, request(cardRequest), 200, "", "<result>0</result>"},
		{"small capacity", "POST", "/v1/call", map[string]string{"MPS-Capacity": "400"}, request(cardRequest), 200, "419", "<result>-1</result>"},
		{"capacity for nothing", "POST", "/v1/call", map[string]string{"MPS-Capacity": "1"}, request(cardRequest), 200, "419", ""},
		{"bad capacity", "POST", "/v1/call", map[string]string{"MPS-Capacity": "x"}, request(cardRequest), 400, "", "no size"},
		{"zero capacity", "POST", "/v1/call", map[string]string{"MPS-Capacity": "0"}, request(cardRequest), 400, "", "no size"},
		{"longest request", "POST", "/v1/call", nil, request("<x>" + strings.Repeat("x", 70000) + "</x>"), 200, "", "<funid>N04.00.00.01</funid>"},
		{"empty request", "POST", "/v1/call", nil, "", 200, "", "<result>-1</result>"},
		{"method", "GET", "/v1/call", nil, "", 405, "", ""},
		{"path", "POST", "/", nil, "", 404, "", ""},
		{"health", "GET", "/healthz", nil, "", 200, "", `"version":"1.2.3"`},
		{"Host localhost", "GET", "/healthz", map[string]string{"Host": "localhost"}, "", 200, "", ""},
		{"Host ::1", "GET", "/healthz", map[string]string{"Host": "[::1]:7936"}, "", 200, "", ""},
		{"Host ::1 without port", "GET", "/healthz", map[string]string{"Host": "[::1]"}, "", 200, "", ""},
		{"Host of DNS rebinding", "POST", "/v1/call", map[string]string{"Host": "evil.example:7936"}, request(cardRequest), 403, "", "loopback"},
		{"Host of the network", "POST", "/v1/call", map[string]string{"Host": "10.0.0.1"}, request(cardRequest), 403, "", "loopback"},
		{"Host that begins as loopback", "POST", "/v1/call", map[string]string{"Host": "127.0.0.1.evil.example"}, request(cardRequest), 403, "", "loopback"},
		{"Origin", "POST", "/v1/call", map[string]string{"Origin": "http://localhost"}, request(cardRequest), 403, "", "web pages"},
		{"Origin null", "POST", "/v1/call", map[string]string{"Origin": "null"}, request(cardRequest), 403, "", "web pages"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), tt.method, s.URL+tt.path, strings.NewReader(tt.body))
			if err != nil {
				t.Fatal(err)
			}
			for k, v := range tt.header {
				req.Header.Set(k, v)
			}
			req.Host = tt.header["Host"]
			resp, err := s.Client().Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			body, err := io.ReadAll(resp.Body)
			if err != nil {
				t.Fatal(err)
			}
			if resp.StatusCode != tt.status || !strings.Contains(string(body), tt.contains) {
				t.Errorf("status %d, body:\n%s", resp.StatusCode, body)
			}
			if got := resp.Header.Get("MPS-Needed"); got != tt.needed {
				t.Errorf("MPS-Needed is %q, want %q", got, tt.needed)
			}
			if tt.status == 200 && tt.path == "/v1/call" {
				if got := resp.Header.Get("Content-Type"); got != "text/xml; charset=GBK" {
					t.Errorf("Content-Type is %q", got)
				}
				if got := resp.Header.Get("Content-Length"); got != strconv.Itoa(len(body)) {
					t.Errorf("Content-Length is %q for %d bytes", got, len(body))
				}
			}
		})
	}
}

// A caller of another user on the same machine is refused.
func TestSecret(t *testing.T) {
	a, _ := newAgent(Options{Cards: cardFunc(goodCard), Secret: "0123456789abcdef0123456789abcdef"})
	for secret, want := range map[string]int{"0123456789abcdef0123456789abcdef": 200, "0123456789abcdef": 403, "": 403} {
		w := httptest.NewRecorder()
		req := httptest.NewRequest("POST", "http://127.0.0.1/v1/call", strings.NewReader(request(cardRequest)))
		req.Header.Set("MPS-Secret", secret)
		a.Handler().ServeHTTP(w, req)
		if w.Code != want {
			t.Errorf("secret %q: status %d, want %d", secret, w.Code, want)
		}
		if refused := w.Header().Get("MPS-Refused"); (refused == "secret") != (want == 403) {
			t.Errorf("secret %q: MPS-Refused is %q", secret, refused)
		}
	}
}

func TestUTF16Caller(t *testing.T) {
	a, _ := newAgent(Options{Cards: cardFunc(goodCard)})
	wide := func(s string) []byte {
		var b []byte
		for _, u := range utf16.Encode([]rune(s)) {
			b = binary.LittleEndian.AppendUint16(b, u)
		}
		return b
	}
	w := httptest.NewRecorder()
	req := httptest.NewRequest("POST", "http://127.0.0.1/v1/call", bytes.NewReader(wide(request(cardRequest))))
	req.Header.Set("MPS-Charset", "utf-16le")
	req.Header.Set("MPS-Capacity", "2050")
	a.Handler().ServeHTTP(w, req)
	if got := w.Header().Get("Content-Type"); got != "text/xml; charset=UTF-16LE" {
		t.Errorf("Content-Type is %q", got)
	}
	if !bytes.Contains(w.Body.Bytes(), wide("<name>林小梅</name>")) {
		t.Errorf("answer is %q", w.Body)
	}
}

// When the caller is gone its work stops.
func TestDisconnectCancels(t *testing.T) {
	started, stopped := make(chan struct{}), make(chan struct{})
	a, _ := newAgent(Options{Cards: cardFunc(func(ctx context.Context) (*card.Card, error) {
		close(started)
		<-ctx.Done()
		close(stopped)
		return nil, ctx.Err()
	})})
	s := httptest.NewServer(a.Handler())
	defer s.Close()
	conn, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	body := request(cardRequest)
	io.WriteString(conn, "POST /v1/call HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: "+strconv.Itoa(len(body))+"\r\n\r\n"+body)
	<-started
	conn.Close()
	<-stopped
}

func FuzzCall(f *testing.F) {
	f.Add([]byte(request(cardRequest)), 2048, false)
	f.Add([]byte(request(voucherRequest)), 64, false)
	f.Add([]byte("<\x00r\x00"), 2048, true)
	f.Fuzz(func(t *testing.T, wire []byte, capacity int, utf16 bool) {
		a, _ := newAgent(Options{Cards: cardFunc(goodCard)})
		answer, needed := a.Call(t.Context(), wire, Caller{Capacity: capacity, UTF16: utf16})
		if len(answer) > 0 && len(answer) >= capacity {
			t.Fatalf("%d bytes for a capacity of %d", len(answer), capacity)
		}
		if len(answer) == 0 && needed == 0 {
			t.Fatal("no answer and no reason")
		}
		if len(answer) > 0 && !utf16 {
			if _, err := protocol.DecodeResponse(answer); err != nil {
				t.Fatal(err)
			}
		}
	})
}
