package server

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode/utf8"

	"go.uber.org/goleak"

	"mps/journal"
	"mps/uplink"
	"mps/voucher"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestHealth(t *testing.T) {
	f := start(t, always(t, testAnswer), nil)
	r, err := http.NewRequest("GET", f.url+"/healthz", nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := do(r)
	if err != nil || got.status != 200 || got.body != `{"status":"ok","version":"1.2.3"}` {
		t.Errorf("%+v, error %v", got, err)
	}
}

func TestAnswersGoOutVerbatim(t *testing.T) {
	for _, text := range []string{testAnswer, expiredAnswer, `{"code":"0","data":"{\"userName\":\"林测试\"}"}`} {
		c := always(t, text)
		f := start(t, c, nil)
		got := f.post(t, request("r-1", testCode))
		if got.status != 200 || got.body != text || got.replayed {
			t.Errorf("got %+v, want %s", got, text)
		}
		want := voucher.Query{
			Code: testCode, OrgID: "H1",
			BusinessType: "01101", OperatorID: "00123", OperatorName: "操作员",
		}
		if c.queries[0] != want {
			t.Errorf("the centre was asked %#v", c.queries[0])
		}
		for name, want := range map[string]string{
			"Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store",
		} {
			if v := got.header.Get(name); v != want {
				t.Errorf("%s: %s", name, v)
			}
		}
	}
}

// Bad requests are answered with their code and a message that names the
// fault, and never reach the centre.
func TestRequestsThatAreRefused(t *testing.T) {
	c := always(t, testAnswer)
	f := start(t, c, nil)
	good := request("r-1", testCode)
	with := func(old, new string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("%s is not in %s", old, good)
		}
		return strings.Replace(good, old, new, 1)
	}
	long := strings.Repeat("x", 513)
	disabled, err := f.institutions.Add(t.Context(), "H2", "第二医院")
	if err != nil {
		t.Fatal(err)
	}
	if err := f.institutions.Disable(t.Context(), "H2"); err != nil {
		t.Fatal(err)
	}
	for _, s := range []struct {
		name        string
		method      string // POST
		path        string // uplink.QueryPath
		auth        string // the right one
		contentType string // application/json
		body        string
		status      int
		code        string
		message     string
	}{
		{name: "GET", method: "GET", status: 405, code: "method", message: "请求方法"},
		{name: "DELETE", method: "DELETE", body: good, status: 405, code: "method", message: "请求方法"},
		{name: "POST to healthz", path: "/healthz", status: 405, code: "method", message: "请求方法"},
		{name: "unknown path", path: "/v1/other", body: good, status: 404, code: "not_found", message: "地址"},
		{name: "no token", auth: "-", body: good, status: 401, code: "unauthorized", message: "机构凭证"},
		{name: "empty token", auth: "Bearer ", body: good, status: 401, code: "unauthorized", message: "机构凭证"},
		{name: "wrong token", auth: "Bearer mps_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", body: good, status: 401, code: "unauthorized", message: "机构凭证"},
		{name: "wrong scheme", auth: "Basic " + f.token, body: good, status: 401, code: "unauthorized", message: "机构凭证"},
		{name: "token and more", auth: "Bearer " + f.token + " x", body: good, status: 401, code: "unauthorized", message: "机构凭证"},
		{name: "long token", auth: "Bearer " + f.token + long, body: good, status: 401, code: "unauthorized", message: "机构凭证"},
		{name: "disabled institution", auth: "Bearer " + disabled, body: good, status: 401, code: "unauthorized", message: "已停用"},
		{name: "token before body", auth: "Bearer x", body: "garbage", status: 401, code: "unauthorized", message: "机构凭证"},
		{name: "no content type", contentType: "-", body: good, status: 400, code: "bad_request", message: "Content-Type"},
		{name: "form", contentType: "application/x-www-form-urlencoded", body: good, status: 400, code: "bad_request", message: "Content-Type"},
		{name: "text", contentType: "text/plain; charset=utf-8", body: good, status: 400, code: "bad_request", message: "Content-Type"},
		{name: "too large", body: with(`"terminal":"`, `"terminal":"`+strings.Repeat("x", uplink.MaxRequest)), status: 413, code: "too_large", message: "65536"},
		{name: "empty", body: "", status: 400, code: "bad_request", message: "JSON"},
		{name: "truncated", body: good[:len(good)-1], status: 400, code: "bad_request", message: "JSON"},
		{name: "trailing", body: good + "{}", status: 400, code: "bad_request", message: "JSON"},
		{name: "array", body: "[" + good + "]", status: 400, code: "bad_request", message: "JSON"},
		{name: "null", body: "null", status: 400, code: "bad_request", message: "request_id"},
		{name: "deep", body: strings.Repeat("[", 30000), status: 400, code: "bad_request", message: "JSON"},
		{name: "wrong type", body: with(`"`+testCode+`"`, "1"), status: 400, code: "bad_request", message: "JSON"},
		{name: "not UTF-8", body: with("收费窗口3", "\xca\xd5\xb7\xd1"), status: 400, code: "bad_request", message: "UTF-8"},
		{name: "no id", body: with(`"r-1"`, `""`), status: 400, code: "bad_request", message: "request_id"},
		{name: "long id", body: with(`"r-1"`, `"`+strings.Repeat("r", 65)+`"`), status: 400, code: "bad_request", message: "request_id"},
		{name: "id with blank", body: with(`"r-1"`, `"r 1"`), status: 400, code: "bad_request", message: "request_id"},
		{name: "id with newline", body: with(`"r-1"`, `"r-1\n"`), status: 400, code: "bad_request", message: "request_id"},
		{name: "no function", body: with(`"N04.00.00.01"`, `""`), status: 400, code: "bad_request", message: "funid"},
		{name: "strange function", body: with(`"N04.00.00.01"`, `"<b>"`), status: 400, code: "bad_request", message: "funid"},
		{name: "unknown function", body: with(`"N04.00.00.01"`, `"N04.00.00.02"`), status: 404, code: "unknown_function", message: "N04.00.00.02"},
		{name: "no code", body: with(testCode, ""), status: 400, code: "bad_request", message: "重新扫码"},
		{name: "long code", body: with(testCode, long), status: 400, code: "bad_request", message: "code"},
		{name: "code with NUL", body: with(testCode, `3500\u0000`), status: 400, code: "bad_request", message: "code"},
		{name: "long terminal", body: with("收费窗口3", long), status: 400, code: "bad_request", message: "terminal"},
		{name: "terminal with newline", body: with("收费窗口3", `a\nb`), status: 400, code: "bad_request", message: "terminal"},
		{name: "long business type", body: with("01101", long), status: 400, code: "bad_request", message: "businessType"},
		{name: "long operator", body: with(`"00123"`, `"`+long+`"`), status: 400, code: "bad_request", message: "operatorId"},
		{name: "long operator name", body: with("操作员", long), status: 400, code: "bad_request", message: "operatorName"},
		{name: "another institution", body: with(`"orgId":""`, `"orgId":"H2"`), status: 400, code: "bad_request", message: "orgId"},
		{name: "long orgId", body: with(`"orgId":""`, `"orgId":"`+long+`"`), status: 400, code: "bad_request", message: "orgId"},
	} {
		t.Run(s.name, func(t *testing.T) {
			r, err := http.NewRequest(or(s.method, "POST"), f.url+or(s.path, uplink.QueryPath), strings.NewReader(s.body))
			if err != nil {
				t.Fatal(err)
			}
			if auth := or(s.auth, "Bearer "+f.token); auth != "-" {
				r.Header.Set("Authorization", auth)
			}
			if contentType := or(s.contentType, "application/json"); contentType != "-" {
				r.Header.Set("Content-Type", contentType)
			}
			got, err := do(r)
			if err != nil {
				t.Fatal(err)
			}
			if got.status != s.status || got.code != s.code || !strings.Contains(got.message, s.message) {
				t.Errorf("got %d %s, want %d %s with %q", got.status, got.body, s.status, s.code, s.message)
			}
			if !strings.HasSuffix(got.message, "！") {
				t.Errorf("message %q has no end", got.message)
			}
		})
	}
	if n := c.asked(); n != 0 {
		t.Errorf("the centre was asked %d times", n)
	}
	if lines, err := f.journal.List(t.Context(), journal.Filter{}); err != nil || len(lines) != 0 {
		t.Errorf("journal: %v, error %v", lines, err)
	}
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// What a newer agent adds does not disturb, nor does the case of the scheme.
func TestRequestsThatAreTolerated(t *testing.T) {
	f := start(t, always(t, testAnswer), nil)
	for i, body := range []string{
		strings.Replace(request("a", testCode), "{", `{"new":{"x":[1]},`, 1),
		strings.Replace(request("b", testCode), `"query":{`, `"query":{"new":1,`, 1),
		strings.Replace(request("c", testCode), `"orgId":""`, `"orgId":"H1"`, 1),
		" \r\n" + request("d", testCode) + "\n",
	} {
		r, err := http.NewRequest("POST", f.url+uplink.QueryPath, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "bearer "+f.token)
		r.Header.Set("Content-Type", "Application/JSON; charset=utf-8")
		if got, err := do(r); err != nil || got.status != 200 {
			t.Errorf("%d: %+v, error %v", i, got, err)
		}
	}
}

// Whatever arrives is refused with a reason or within all limits.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(request("r-1", testCode)))
	f.Add([]byte(`{"request_id":"r","funid":"N04.00.00.01","query":{"code":"\ud800"}}`))
	f.Add([]byte(`{"REQUEST_ID":1}`))
	f.Add([]byte("\xff"))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, body []byte) {
		r := httptest.NewRequest("POST", uplink.QueryPath, bytes.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		got, failure := decode(httptest.NewRecorder(), r)
		if failure != nil {
			if failure.Code != uplink.CodeBadRequest && failure.Code != uplink.CodeTooLarge || failure.Message == "" {
				t.Fatalf("failure %+v", failure)
			}
			return
		}
		if got.RequestID == "" || len(got.RequestID) > 64 || got.Function == "" || len(got.Function) > 32 ||
			got.Query.Code == "" || len(got.Query.Code) > voucher.MaxCode || len(got.Terminal) > 128 ||
			!utf8.ValidString(got.Query.Code+got.Terminal) || strings.ContainsAny(got.Query.Code+got.Terminal, "\x00\n") {
			t.Fatalf("accepted %#v", got)
		}
	})
}
