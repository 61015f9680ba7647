package server

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"mps/failure"
	"mps/journal"
	"mps/test/rig/port"
	"mps/uplink"
	"mps/voucher"
)

// The agent's client and the server understand each other.

// client returns an agent's client of the fixture's server. change may replace
// what it works with.
func (f *fixture) client(t testing.TB, change func(*uplink.Options)) *uplink.Client {
	t.Helper()
	o := uplink.Options{URL: f.url, Token: f.token, Terminal: "收费窗口3", Timeout: time.Minute, Backoff: time.Millisecond}
	if change != nil {
		change(&o)
	}
	c, err := uplink.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// between serves the fixture's server with something in between.
func (f *fixture) between(t testing.TB, serve func(w http.ResponseWriter, r *http.Request, server http.Handler)) {
	h := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { serve(w, r, f.server.Handler()) }))
	t.Cleanup(h.Close)
	f.url = h.URL
}

// The answer is lost twice on its way back; the third try gets the recorded one.
func TestAClientGetsTheRecordedAnswer(t *testing.T) {
	c := always(t, testAnswer)
	f := start(t, c, nil)
	var tries atomic.Int32
	f.between(t, func(w http.ResponseWriter, r *http.Request, server http.Handler) {
		if tries.Add(1) < 3 {
			server.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		}
		server.ServeHTTP(w, r)
	})
	a, err := f.client(t, nil).Query(t.Context(), voucher.Query{Code: testCode})
	if err != nil {
		t.Fatal(err)
	}
	if string(a.JSON) != testAnswer || a.Holder().Name != testName || !a.Replayed || c.asked() != 1 {
		t.Errorf("%v, the centre was asked %d times", a, c.asked())
	}
	lines, err := f.journal.List(t.Context(), journal.Filter{RequestID: a.RequestID})
	if err != nil || len(lines) != 1 || a.RequestID == "" {
		t.Errorf("journal of %q: %v, error %v", a.RequestID, lines, err)
	}
}

// kinds are all that an agent may ask for with errors.Is.
var kinds = []error{voucher.ErrTimeout, voucher.ErrUnreachable, voucher.ErrMalformed, voucher.ErrConfig, voucher.ErrCode}

// What goes wrong on the way to the centre is of the same kind, and reads the
// same, whether the agent asks the centre itself or through a server.
func TestKindsSurviveTheServer(t *testing.T) {
	reserved, err := port.Reserve(0) // nobody listens there while it is
	if err != nil {
		t.Fatal(err)
	}
	defer reserved.Close()
	nobody := "http://" + net.JoinHostPort("127.0.0.1", reserved.String())
	for _, c := range []struct {
		name    string
		centre  http.HandlerFunc
		timeout time.Duration
		kind    error
		code    string
	}{
		{"nobody listens", nil, time.Minute, voucher.ErrUnreachable, "centre_unreachable"},
		{"hangs up", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, time.Minute, voucher.ErrUnreachable, "centre_unreachable"},
		{"never answers", func(_ http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
		}, 20 * time.Millisecond, voucher.ErrTimeout, "centre_timeout"},
		{"HTTP status 500", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }, time.Minute, voucher.ErrMalformed, "centre_malformed"},
		{"a web page", func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "<html>") }, time.Minute, voucher.ErrMalformed, "centre_malformed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			url := nobody
			if c.centre != nil {
				h := httptest.NewServer(c.centre)
				defer h.Close()
				url = h.URL
			}
			centre, err := voucher.NewCentre(voucher.Options{URL: url, Timeout: c.timeout})
			if err != nil {
				t.Fatal(err)
			}
			_, direct := centre.Query(t.Context(), voucher.Query{Code: testCode})
			_, through := start(t, centre, nil).client(t, nil).Query(t.Context(), voucher.Query{Code: testCode})
			if !errors.Is(direct, c.kind) {
				t.Fatalf("asked directly: %v", direct)
			}
			for _, kind := range kinds {
				if errors.Is(through, kind) != errors.Is(direct, kind) {
					t.Errorf("%v: %t through the server, %t directly", kind, errors.Is(through, kind), errors.Is(direct, kind))
				}
			}
			f, ok := errors.AsType[failure.Failure](through)
			if !ok || f.Code() != c.code {
				t.Errorf("%#v, want code %s", through, c.code)
			}
			if c.kind != voucher.ErrTimeout && through.Error() != direct.Error()+"{SERVER}" { // the time waited may differ
				t.Errorf("%v through the server, %v directly", through, direct)
			}
		})
	}
}

// Every code of the wire reaches the agent as what it is.
func TestEveryCodeReachesTheAgent(t *testing.T) {
	failing := func(err error) func(*Options) {
		return func(o *Options) {
			o.Querier = &centre{answer: func(context.Context, voucher.Query) (*voucher.Answer, error) { return nil, err }}
		}
	}
	recalling := func(err error) func(*Options) {
		return func(o *Options) {
			o.Journal = brokenJournal{Journal: o.Journal, recall: func() ([]byte, error) { return nil, err }}
		}
	}
	with := func(old, new string) func(*http.Request) {
		return func(r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				panic(http.ErrAbortHandler)
			}
			body = bytes.ReplaceAll(body, []byte(old), []byte(new))
			r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		}
	}
	for _, c := range []struct {
		code   string
		server func(*Options)        // how the server differs, nil: not
		client func(*uplink.Options) // how the agent does
		wire   func(*http.Request)   // what happens to the request on the way
		query  voucher.Query
		kind   error // nil: none
		text   string
	}{
		{code: uplink.CodeBadRequest, query: voucher.Query{OfficeName: "a\nb"}, text: "参数 officeName 含有控制字符，请检查传入的参数！{SERVER}"},
		{code: uplink.CodeBadRequest, query: voucher.Query{OrgID: "H2"}, text: "参数 orgId 与机构凭证所属的机构不一致，请联系信息科核对本机配置！{SERVER}"},
		{code: "uplink_token_refused", client: func(o *uplink.Options) { o.Token = "mps_x" }, text: "服务器不接受本机的机构凭证，请联系信息科核对配置中的机构凭证！{SERVER}"},
		{code: uplink.CodeNotFound, client: func(o *uplink.Options) { o.URL += "/mps" }, text: "服务器没有这个地址，请联系信息科核对配置的服务器地址！{SERVER}"},
		{code: uplink.CodeUnknownFunction, wire: with("N04.00.00.01", "N04.00.00.02"), text: "服务器不支持功能 N04.00.00.02，请核对功能编号或联系信息科升级服务器！{SERVER}"},
		{code: uplink.CodeMethod, wire: func(r *http.Request) { r.Method = "PUT" }, text: "请求方法不受支持，请联系信息科核对服务器地址和客户端版本！{SERVER}"},
		{code: uplink.CodeRequestIDReused, server: recalling(journal.ErrOtherCode), text: "请求编号已用于另一个电子凭证二维码，请用新的请求编号重新发起！{SERVER}"},
		{code: uplink.CodeRequestIDExpired, server: recalling(journal.ErrExpired), text: "该请求的应答已超过保存时间，请让患者刷新电子凭证二维码后重新扫码！{SERVER}"},
		{code: uplink.CodeTooLarge, query: voucher.Query{OfficeName: strings.Repeat("x", uplink.MaxRequest)}, text: "请求超过 65536 字节，服务器不予处理，请检查传入的参数！{SERVER}"},
		{code: uplink.CodeInternal, server: recalling(errors.New("disk")), text: "服务器内部错误，请稍后重试，仍不成功请联系信息科查看服务器日志！{SERVER}"},
		{code: uplink.CodeInternal, server: failing(errors.New("whatever")), text: "服务器内部错误，请稍后重试，仍不成功请联系信息科查看服务器日志！{SERVER}"},
		{code: uplink.CodeInternal, server: failing(worded("配置有误！", voucher.ErrConfig)), text: "配置有误！{SERVER}"},
		{code: uplink.CodeBusy, server: func(o *Options) { o.MaxQueries = -1 }, text: "服务器正忙，请稍后重试！{SERVER}"},
		{code: uplink.CodeCentreTimeout, server: failing(voucher.ErrTimeout), kind: voucher.ErrTimeout, text: "等待电子凭证中心应答超时，请稍后重试！{SERVER}"},
		{code: uplink.CodeCentreTimeout, server: failing(context.DeadlineExceeded), kind: voucher.ErrTimeout, text: "等待电子凭证中心应答超时，请稍后重试！{SERVER}"},
		{code: uplink.CodeCentreTimeout, server: failing(worded("久等！", voucher.ErrTimeout)), kind: voucher.ErrTimeout, text: "久等！{SERVER}"},
		{code: uplink.CodeCentreUnreachable, server: failing(fmt.Errorf("x: %w", voucher.ErrUnreachable)), kind: voucher.ErrUnreachable, text: "服务器无法连接电子凭证中心，请稍后重试，仍不成功请联系信息科！{SERVER}"},
		{code: uplink.CodeCentreMalformed, server: failing(voucher.ErrMalformed), kind: voucher.ErrMalformed, text: "电子凭证中心的应答无法识别，请稍后重试，仍不成功请联系信息科！{SERVER}"},
	} {
		t.Run(c.code, func(t *testing.T) {
			f := start(t, always(t, testAnswer), c.server)
			if c.wire != nil {
				f.between(t, func(w http.ResponseWriter, r *http.Request, server http.Handler) {
					c.wire(r)
					server.ServeHTTP(w, r)
				})
			}
			c.query.Code = testCode
			_, err := f.client(t, c.client).Query(t.Context(), c.query)
			got, ok := errors.AsType[failure.Failure](err)
			if !ok || got.Code() != c.code || got.Error() != c.text || got.Next() == "" {
				t.Errorf("%T %v, want %s %s", err, err, c.code, c.text)
			}
			for _, kind := range kinds {
				if errors.Is(err, kind) != (kind == c.kind) {
					t.Errorf("errors.Is(%v, %v) = %t", err, kind, errors.Is(err, kind))
				}
			}
		})
	}
}
