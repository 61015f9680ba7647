package uplink

import (
	"cmp"
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"mps/failure"
	"mps/test/rig/port"
	"mps/voucher"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	testCode = "9000000000000000000001350200"
	success  = `{"code":"0","data":{"userName":"林测试"},"message":"success"}`
)

func fullQuery() voucher.Query {
	return voucher.Query{
		Code: testCode, OrgID: "H35020000001", BusinessType: "01101", OperatorID: "op01", OperatorName: "测试<员>&",
		OfficeID: "0101", OfficeName: "挂号室", DeviceType: "SelfService",
	}
}

// newClient returns the client that o describes.
func newClient(t *testing.T, o Options) *Client {
	t.Helper()
	o.Token = cmp.Or(o.Token, "geheim")
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// serve starts an HTTP server and returns its address.
func serve(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

// answering answers every request alike.
func answering(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(status)
		w.Write([]byte(body))
	}
}

// hangUp ends the connection without an answer.
func hangUp(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

// checkFailure checks that an error was written for a person, its kind unless
// nil, that its text contains the given part and ends as it should, and that
// neither it nor its causes give away the code or a secret.
func checkFailure(t *testing.T, err error, kind error, part string) {
	t.Helper()
	f, ok := errors.AsType[failure.Failure](err)
	if !ok || kind != nil && !errors.Is(err, kind) {
		t.Fatalf("%T %v, wraps %v", err, err, errors.Unwrap(err))
	}
	if text := strings.TrimSuffix(f.Error(), "{SERVER}"); !strings.Contains(text, part) || !strings.HasSuffix(text, "！") {
		t.Errorf("text %q, want %q in it", text, part)
	}
	if f.Code() == "" || f.Next() == "" {
		t.Errorf("code %q, next %q", f.Code(), f.Next())
	}
	all := fmt.Sprintf("%v %+v %v", err, f, errors.Unwrap(err))
	for _, secret := range []string{testCode, "geheim"} {
		if strings.Contains(all, secret) {
			t.Errorf("%q is in %s", secret, all)
		}
	}
}

func failing(status int, code, message string) http.HandlerFunc {
	body, err := json.Marshal(Failure{Error: FailureDetail{Code: code, Message: message}})
	if err != nil {
		panic(err)
	}
	return answering(status, string(body))
}

func TestRequest(t *testing.T) {
	var got *http.Request
	var body []byte
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
		w.Header().Set(ReplayedHeader, "true")
		io.WriteString(w, success)
	})
	c := newClient(t, Options{URL: url + "/mps/", Terminal: "挂号1号窗"})
	a, err := c.Query(t.Context(), fullQuery())
	if err != nil {
		t.Fatal(err)
	}
	if string(a.JSON) != success || !a.Replayed || len(a.RequestID) != 32 {
		t.Errorf("answer %+v", a)
	}
	if got.Method != "POST" || got.URL.Path != "/mps/v1/vouchers/query" ||
		got.Header.Get("Authorization") != "Bearer geheim" || got.Header.Get("Content-Type") != "application/json" {
		t.Errorf("%s %s %v", got.Method, got.URL, got.Header)
	}
	var fields map[string]any
	if err := json.Unmarshal(body, &fields); err != nil {
		t.Fatal(err)
	}
	query, _ := fields["query"].(map[string]any)
	want := map[string]any{"code": testCode, "orgId": "H35020000001", "businessType": "01101", "operatorId": "op01",
		"operatorName": "测试<员>&", "officeId": "0101", "officeName": "挂号室", "deviceType": "SelfService"}
	if len(query) != len(want) {
		t.Errorf("query %v", query)
	}
	for name, value := range want {
		if query[name] != value {
			t.Errorf("%s = %v, want %v", name, query[name], value)
		}
	}
	if len(fields) != 4 || fields["request_id"] != a.RequestID || fields["funid"] != "N04.00.00.01" || fields["terminal"] != "挂号1号窗" {
		t.Errorf("request %s", body)
	}
}

// The bytes on the wire are those that servers have always been sent.
func TestRequestBytes(t *testing.T) {
	body, err := json.Marshal(Request{RequestID: "id-1", Function: "N04.00.00.01", Terminal: "t", Query: fullQuery()})
	const want = `{"request_id":"id-1","funid":"N04.00.00.01","terminal":"t","query":{"code":"9000000000000000000001350200",` +
		`"orgId":"H35020000001","businessType":"01101","operatorId":"op01","operatorName":"测试\u003c员\u003e\u0026",` +
		`"officeId":"0101","officeName":"挂号室","deviceType":"SelfService"}}`
	if err != nil || string(body) != want {
		t.Errorf("%s\nwant %s, %v", body, want, err)
	}
}

func TestEveryQueryHasItsOwnID(t *testing.T) {
	c := newClient(t, Options{URL: serve(t, answering(200, success))})
	first, err := c.Query(t.Context(), fullQuery())
	if err != nil {
		t.Fatal(err)
	}
	second, err := c.Query(t.Context(), fullQuery())
	if err != nil || first.RequestID == second.RequestID {
		t.Errorf("%v, then %v, %v", first, second, err)
	}
}

func TestNew(t *testing.T) {
	bad := map[string]Options{
		"no address":    {Token: "t"},
		"other scheme":  {URL: "file:///x", Token: "t"},
		"no token":      {URL: "http://127.0.0.1"},
		"blank token":   {URL: "http://127.0.0.1", Token: "a b"},
		"token newline": {URL: "http://127.0.0.1", Token: "a\r\nX: y"},
		"not ASCII":     {URL: "http://127.0.0.1", Token: "机构"},
	}
	for name, o := range bad {
		c, err := New(o)
		if c != nil || !errors.Is(err, voucher.ErrConfig) {
			t.Errorf("%s: %v", name, err)
		}
		checkFailure(t, err, voucher.ErrConfig, "请联系信息科")
	}
	if _, err := New(Options{URL: "https://127.0.0.1:8936", Token: "t"}); err != nil {
		t.Error(err)
	}
}

func TestTLS(t *testing.T) {
	s := httptest.NewUnstartedServer(answering(200, success))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	defer s.Close()

	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	if _, err := newClient(t, Options{URL: s.URL, Roots: roots}).Query(t.Context(), fullQuery()); err != nil {
		t.Error(err)
	}
	_, err := newClient(t, Options{URL: s.URL, Backoff: time.Millisecond}).Query(t.Context(), fullQuery())
	checkFailure(t, err, voucher.ErrUnreachable, "对方的证书不可信")
}

func TestFailures(t *testing.T) {
	tests := []struct {
		name  string
		h     http.HandlerFunc
		text  string // whole when it ends in {SERVER}, else a part
		tries int
	}{
		{"reported", failing(502, CodeCentreUnreachable, "无法连接电子凭证中心，请稍后重试！"),
			"无法连接电子凭证中心，请稍后重试！{SERVER}", 1},
		{"busy", failing(503, CodeBusy, "服务器忙，请稍后重试！"), "服务器忙，请稍后重试！{SERVER}", 3},
		{"credential", failing(401, CodeUnauthorized, "?"), "服务器不接受本机的机构凭证，请联系信息科核对配置中的机构凭证！{SERVER}", 1},
		{"credential, proxy in between", answering(401, "<html>"), "服务器不接受本机的机构凭证，请联系信息科核对配置中的机构凭证！{SERVER}", 1},
		{"control characters", failing(500, CodeInternal, "内部\r\n错误！\x00"), "内部  错误！{SERVER}", 1},
		{"endless message", failing(500, CodeInternal, strings.Repeat("长", 299)+"！"+strings.Repeat("长", 1000)),
			strings.Repeat("长", 299) + "！{SERVER}", 1},
		{"proxy in between", answering(502, "<html>Bad Gateway"), "返回HTTP状态502，", 1},
		{"busy proxy", answering(503, "<html>"), "返回HTTP状态503，", 3},
		{"no message", failing(500, CodeInternal, " "), "返回HTTP状态500，", 1},
		{"other JSON", answering(404, `{"error":"Not Found"}`), "返回HTTP状态404，", 1},
		{"not JSON", answering(200, "<html>登录"), "的应答无法识别，", 1},
		{"hangs up", hangUp, "连接中断", 3},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			ids := make(chan string, maxTries+1)
			c := newClient(t, Options{Backoff: time.Millisecond, URL: serve(t, func(w http.ResponseWriter, r *http.Request) {
				var request Request
				if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
					t.Error(err)
				}
				ids <- request.RequestID
				test.h(w, r)
			})})
			_, err := c.Query(t.Context(), fullQuery())
			checkFailure(t, err, nil, "")
			if reported := strings.HasSuffix(test.text, "{SERVER}"); reported && err.Error() != test.text ||
				!reported && (!strings.Contains(err.Error(), test.text) || strings.HasSuffix(err.Error(), "{SERVER}")) {
				t.Errorf("%v\nwant %s", err, test.text)
			}
			if len(ids) != test.tries {
				t.Fatalf("%d tries, want %d", len(ids), test.tries)
			}
			first := <-ids
			if len(first) != 32 {
				t.Errorf("request id %q", first)
			}
			for range test.tries - 1 {
				if id := <-ids; id != first {
					t.Errorf("request id %q, then %q", first, id)
				}
			}
		})
	}
}

func TestClientTriesAgain(t *testing.T) {
	for name, first := range map[string]http.HandlerFunc{
		"connection broken": hangUp,
		"busy":              failing(503, CodeBusy, "忙"),
		"answer cut off": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "1000")
			io.WriteString(w, success)
		},
	} {
		t.Run(name, func(t *testing.T) {
			var tries atomic.Int32
			c := newClient(t, Options{Backoff: time.Millisecond, URL: serve(t, func(w http.ResponseWriter, r *http.Request) {
				if tries.Add(1) < maxTries {
					first(w, r)
					return
				}
				io.WriteString(w, success)
			})})
			if a, err := c.Query(t.Context(), fullQuery()); err != nil || a.Holder().Name != "林测试" {
				t.Errorf("%+v, %v", a, err)
			}
			if n := tries.Load(); n != maxTries {
				t.Errorf("%d tries", n)
			}
		})
	}
}

func TestClientStopsInTime(t *testing.T) {
	t.Run("no answer", func(t *testing.T) {
		c := newClient(t, Options{URL: serve(t, func(_ http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
		}), Timeout: 50 * time.Millisecond})
		_, err := c.Query(t.Context(), fullQuery())
		checkFailure(t, err, voucher.ErrTimeout, "等待MPS服务器")
	})
	t.Run("while pausing", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var tries atomic.Int32
		url := serve(t, func(w http.ResponseWriter, r *http.Request) {
			tries.Add(1)
			failing(503, CodeBusy, "忙！")(w, r)
			context.AfterFunc(r.Context(), cancel) // when the exchange is over
		})
		c := newClient(t, Options{URL: url, Timeout: time.Hour, Backoff: time.Hour})
		_, err := c.Query(ctx, fullQuery())
		if err == nil || err.Error() != "忙！{SERVER}" && !errors.Is(err, context.Canceled) || tries.Load() != 1 {
			t.Errorf("%v after %d tries", err, tries.Load())
		}
	})
	t.Run("nothing listens", func(t *testing.T) {
		reserved, err := port.Reserve(0)
		if err != nil {
			t.Fatal(err)
		}
		defer reserved.Close()
		address := net.JoinHostPort("127.0.0.1", reserved.String())
		c := newClient(t, Options{URL: "http://" + address, Backoff: time.Millisecond})
		_, err = c.Query(t.Context(), fullQuery())
		checkFailure(t, err, voucher.ErrUnreachable, "无法连接MPS服务器（"+address+"）：对方没有开启服务，")
	})
}

// What a server says is kept, with its code; a code that a newer server has is
// cleaned and bounded, and of no kind.
func TestReportedCode(t *testing.T) {
	for said, want := range map[string]string{
		CodeCentreTimeout:        CodeCentreTimeout,
		"centre_asleep":          "centre_asleep",
		"":                       "uplink_reported",
		"医保":                     "uplink_reported",
		"A b\n<c>":               "bc",
		strings.Repeat("x", 500): strings.Repeat("x", 40),
	} {
		c := newClient(t, Options{URL: serve(t, failing(500, said, "中心休息！"))})
		_, err := c.Query(t.Context(), fullQuery())
		f, ok := errors.AsType[failure.Failure](err)
		if !ok || f.Code() != want || f.Error() != "中心休息！{SERVER}" {
			t.Errorf("%q: %v", said, err)
			continue
		}
		for _, kind := range []error{voucher.ErrTimeout, voucher.ErrUnreachable, voucher.ErrMalformed, voucher.ErrConfig, voucher.ErrCode} {
			if errors.Is(err, kind) != (said == CodeCentreTimeout && kind == voucher.ErrTimeout) {
				t.Errorf("%q is of kind %v: %v", said, kind, errors.Is(err, kind))
			}
		}
	}
}

func TestNewRequestID(t *testing.T) {
	a, b := NewRequestID(), NewRequestID()
	if len(a) != 32 || strings.Trim(a, "0123456789abcdef") != "" || a == b {
		t.Errorf("%q, %q", a, b)
	}
}
