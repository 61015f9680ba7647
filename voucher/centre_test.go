package voucher

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"mps/charset"
	"mps/failure"
)

const success = `{"code":"0","data":{"userName":"林测试"},"message":"success"}`

func fullQuery() Query {
	return Query{
		Code: testCode, OrgID: "H35020000001", BusinessType: "01101", OperatorID: "op01", OperatorName: "测试<员>&",
		OfficeID: "0101", OfficeName: "挂号室", DeviceType: "SelfService",
	}
}

// newCentre returns the centre that o describes.
func newCentre(t *testing.T, o Options) *Centre {
	t.Helper()
	c, err := NewCentre(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCentreRequest(t *testing.T) {
	var got *http.Request
	var body []byte
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
		io.WriteString(w, success)
	})
	tests := []struct {
		name    string
		options Options
		query   Query
		want    string
	}{
		{"full", Options{}, fullQuery(),
			`{"orgId":"H35020000001","transType":"ec.query","data":{"orgId":"H35020000001","businessType":"01101","operatorId":"op01",` +
				`"operatorName":"测试<员>&","officeId":"0101","officeName":"挂号室","deviceType":"SelfService","ecQrCode":"` + testCode + `"}}`},
		{"default institution", Options{OrgID: "H35"}, Query{Code: "1"},
			`{"orgId":"H35","transType":"ec.query","data":{"orgId":"H35","businessType":"","operatorId":"","operatorName":"",` +
				`"officeId":"","officeName":"","deviceType":"","ecQrCode":"1"}}`},
		{"extra members", Options{CodeField: "authCode", Extra: map[string]any{"z": 1, "a": map[string]any{"b": nil}}}, Query{Code: "1"},
			`{"orgId":"","transType":"ec.query","data":{"orgId":"","businessType":"","operatorId":"","operatorName":"",` +
				`"officeId":"","officeName":"","deviceType":"","authCode":"1","a":{"b":null},"z":1}}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			o := test.options
			o.URL = url + "/fj/localcfc/api/hsecfc/localQrCodeQuery"
			a, err := newCentre(t, o).Query(t.Context(), test.query)
			if err != nil {
				t.Fatal(err)
			}
			if string(body) != test.want {
				t.Errorf("posted %s\nwant   %s", body, test.want)
			}
			if got.Method != "POST" || got.URL.Path != "/fj/localcfc/api/hsecfc/localQrCodeQuery" ||
				got.Header.Get("Content-Type") != "application/json; charset=utf-8" {
				t.Errorf("%s %s %v", got.Method, got.URL, got.Header)
			}
			if string(a.JSON) != success || a.Holder().Name != "林测试" {
				t.Errorf("answer %+v", a)
			}
		})
	}
}

func TestCentreRefusalIsAnAnswer(t *testing.T) {
	c := newCentre(t, Options{URL: serve(t, answering(200, `{"code":40004,"message":"结算支付码已过期","data":null}`))})
	a, err := c.Query(t.Context(), fullQuery())
	if err != nil || a.Code != "40004" || a.Err() == nil {
		t.Fatalf("%+v, %v", a, err)
	}
}

// An answer is in what its Content-Type says, then in what the configuration says,
// and guessed only when it is beyond doubt.
func TestCentreCharset(t *testing.T) {
	inGBK := func(name string) string {
		return string(charset.GBK.Encode(`{"code":0,"data":{"userName":"` + name + `"}}`))
	}
	inUTF8 := func(name string) string { return `{"code":0,"data":{"userName":"` + name + `"}}` }
	tests := []struct {
		contentType, body string
		configured        charset.Charset
		name, fails       string
	}{
		// All GBK below is valid UTF-8, too.
		{"application/json;charset=GBK", inGBK("谢伟"), "", "谢伟", ""},
		{"application/json; charset=gb2312", inGBK("叶小平"), "", "叶小平", ""},
		{`application/json; charset="GB18030"`, inGBK("史毛"), charset.UTF8, "史毛", ""},
		{"application/json;charset=UTF-8", inUTF8("王芳"), charset.GBK, "王芳", ""},
		{"application/json;charset=utf8", inUTF8("лΰ"), "", "лΰ", ""},
		{"application/json", inGBK("谢伟"), "", "谢伟", ""},
		{"application/json", inUTF8("王芳"), "", "王芳", ""},
		{"", inGBK("毛钱"), charset.GBK, "毛钱", ""},
		{"", inUTF8("Müñoz"), charset.UTF8, "Müñoz", ""},
		{"application/json", inGBK("毛钱"), "", "", "没有声明字符集，内容可能是UTF-8，也可能是GBK"},
		{"application/json", "{\"code\":0,\"data\":{\"userName\":\"\xff\"}}", "", "", "既不是UTF-8也不是GBK"},
		{"application/json;charset=UTF-8", inGBK("王芳"), "", "", "应答声明或配置的字符集是UTF-8，内容不是"},
		{"application/json", inGBK("王芳"), charset.UTF8, "", "应答声明或配置的字符集是UTF-8，内容不是"},
		{"application/json;charset=GBK", inUTF8("林"), "", "", "应答声明或配置的字符集是GBK，内容不是"},
		{"application/json;charset=Big5", inGBK("王芳"), "", "", "不支持应答声明的字符集BIG5"},
		{"application/json;charset=GBK;charset=UTF-8", inGBK("谢伟"), "", "", "不支持应答声明的字符集GBK/UTF-8"},
		{"application/json;charset=ISO-8859-1", inUTF8("LIN"), "", "LIN", ""},
	}
	for _, test := range tests {
		c := newCentre(t, Options{Charset: test.configured, URL: serve(t, func(w http.ResponseWriter, r *http.Request) {
			w.Header()["Content-Type"] = []string{test.contentType}
			io.WriteString(w, test.body)
		})})
		a, err := c.Query(t.Context(), fullQuery())
		switch {
		case test.fails != "":
			checkFailure(t, err, ErrMalformed, test.fails)
		case err != nil:
			t.Errorf("%s, configured %q: %v", test.contentType, test.configured, err)
		case a.Holder().Name != test.name:
			t.Errorf("%s, configured %q: %s, want %s", test.contentType, test.configured, a.Holder().Name, test.name)
		}
	}
}

func TestNewCentre(t *testing.T) {
	good := "http://10.0.0.1:8080/localcfc/api/hsecfc/localQrCodeQuery"
	bad := map[string]Options{
		"no address":             {},
		"no scheme":              {URL: "10.0.0.1/x"},
		"other scheme":           {URL: "ftp://10.0.0.1/x"},
		"no host":                {URL: "http:///x"},
		"not a URL":              {URL: "http://geheim:geheim@[::1/%zz"},
		"extra repeats a member": {URL: good, Extra: map[string]any{"orgId": "x"}},
		"extra repeats the code": {URL: good, Extra: map[string]any{"ecQrCode": "x"}},
		"code field taken":       {URL: good, CodeField: "orgId"},
		"extra is not JSON":      {URL: good, Extra: map[string]any{"f": func() {}}},
	}
	for name, o := range bad {
		_, err := NewCentre(o)
		checkFailure(t, err, ErrConfig, "请联系信息科更正")
		if c, err := NewCentre(o); c != nil {
			t.Errorf("%s: %v, %v", name, c, err)
		}
	}
	if _, err := NewCentre(Options{URL: good, Extra: map[string]any{"x": 1}}); err != nil {
		t.Error(err)
	}
}

func TestCentreFailures(t *testing.T) {
	tests := []struct {
		name string
		h    http.HandlerFunc
		kind error
		text string
	}{
		{"status 500", answering(500, success), ErrMalformed, "返回HTTP状态500，"},
		{"status 404", answering(404, ""), ErrMalformed, "返回HTTP状态404，"},
		{"status 204", answering(204, ""), ErrMalformed, "返回HTTP状态204，"},
		{"redirect", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		}, ErrMalformed, "返回HTTP状态307，"},
		{"not JSON", answering(200, "<html>"), ErrMalformed, "应答不是JSON对象"},
		{"empty", answering(200, ""), ErrMalformed, "应答不是JSON对象"},
		{"endless", endless, ErrMalformed, "应答过大"},
		{"hangs up", hangUp, ErrUnreachable, "连接中断"},
		{"cut off", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "1000")
			io.WriteString(w, success)
		}, ErrUnreachable, "连接中断"},
		{"never answers", untilGone, ErrTimeout, "应答超时"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var asked atomic.Int32
			url := serve(t, func(w http.ResponseWriter, r *http.Request) {
				asked.Add(1)
				io.Copy(io.Discard, r.Body)
				test.h(w, r)
			})
			timeout := time.Minute
			if test.kind == ErrTimeout {
				timeout = 50 * time.Millisecond
			}
			c := newCentre(t, Options{URL: strings.Replace(url, "http://", "http://hospital:geheim@", 1) + "/?key=geheim", Timeout: timeout})
			_, err := c.Query(t.Context(), fullQuery())
			checkFailure(t, err, test.kind, test.text)
			if n := asked.Load(); n != 1 {
				t.Errorf("asked %d times", n)
			}
		})
	}
}

// endless sends white space until the client has gone.
func endless(w http.ResponseWriter, r *http.Request) {
	blanks := []byte(strings.Repeat(" ", 4096))
	for {
		if _, err := w.Write(blanks); err != nil {
			return
		}
	}
}

// checkFailure checks an error's kind unless nil, that its text contains the given part
// and ends as it should, and that neither it nor its causes give away the code
// or a secret.
func checkFailure(t *testing.T, err error, kind error, part string) {
	t.Helper()
	e, ok := errors.AsType[failure.Failure](err)
	if !ok || kind != nil && !errors.Is(err, kind) {
		t.Fatalf("%T %v, wraps %v", err, err, errors.Unwrap(err))
	}
	if text := e.Error(); !strings.Contains(text, part) || !strings.HasSuffix(text, "！") {
		t.Errorf("text %q, want %q in it", text, part)
	}
	if e.Code() == "" || e.Next() == "" {
		t.Errorf("code %q, next %q", e.Code(), e.Next())
	}
	all := fmt.Sprintf("%v %+v %v", err, e, errors.Unwrap(err))
	for _, secret := range []string{testCode, "geheim"} {
		if strings.Contains(all, secret) {
			t.Errorf("%q is in %s", secret, all)
		}
	}
}

func TestCentreUnreachable(t *testing.T) {
	address := closedPort(t)
	c := newCentre(t, Options{URL: "http://" + address})
	_, err := c.Query(t.Context(), fullQuery())
	checkFailure(t, err, ErrUnreachable, "无法连接电子凭证中心（"+address+"）：对方没有开启服务，")

	plain := serve(t, answering(200, success))
	c = newCentre(t, Options{URL: strings.Replace(plain, "http:", "https:", 1)})
	_, err = c.Query(t.Context(), fullQuery())
	checkFailure(t, err, ErrUnreachable, "对方不是HTTPS服务")

	c = newCentre(t, Options{URL: "http://centre.invalid/"})
	_, err = c.Query(t.Context(), fullQuery())
	checkFailure(t, err, ErrUnreachable, "找不到该主机名")
}

func TestCentreTLS(t *testing.T) {
	s := httptest.NewUnstartedServer(answering(200, success))
	s.Config.ErrorLog = discard
	s.StartTLS()
	defer s.Close()

	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	trusting := newCentre(t, Options{URL: s.URL, Roots: roots})
	if _, err := trusting.Query(t.Context(), fullQuery()); err != nil {
		t.Error(err)
	}
	strict := newCentre(t, Options{URL: s.URL})
	_, err := strict.Query(t.Context(), fullQuery())
	checkFailure(t, err, ErrUnreachable, "对方的证书不可信")
}

func TestCentreGoesAroundProxies(t *testing.T) {
	transport := newClient(nil).Transport.(*http.Transport)
	if transport.Proxy != nil {
		t.Error("a proxy from the environment would be used")
	}
}

func TestCentreCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c := newCentre(t, Options{URL: serve(t, func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		cancel()
		<-r.Context().Done()
	})})
	_, err := c.Query(ctx, fullQuery())
	checkFailure(t, err, context.Canceled, "查询已取消")
}
