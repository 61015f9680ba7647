package voucher

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

var discard = log.New(io.Discard, "", 0)

func failing(status int, code, message string) http.HandlerFunc {
	body, err := json.Marshal(Failure{FailureDetail{code, message}})
	if err != nil {
		panic(err)
	}
	return answering(status, string(body))
}

func TestRemoteRequest(t *testing.T) {
	var got *http.Request
	var body []byte
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
		w.Header().Set(ReplayedHeader, "true")
		io.WriteString(w, success)
	})
	r := &Remote{URL: url + "/mps/", Token: "geheim", Terminal: "挂号1号窗"}
	q := fullQuery()
	q.RequestID, q.Function = "id-1", ""
	a, err := r.Query(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	if string(a.JSON) != success || !a.Replayed {
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
	if len(fields) != 4 || fields["request_id"] != "id-1" || fields["funid"] != "N04.00.00.01" || fields["terminal"] != "挂号1号窗" {
		t.Errorf("request %s", body)
	}
}

func TestRemoteCheck(t *testing.T) {
	bad := map[string]*Remote{
		"no address":    {Token: "t"},
		"other scheme":  {URL: "file:///x", Token: "t"},
		"no token":      {URL: "http://127.0.0.1"},
		"blank token":   {URL: "http://127.0.0.1", Token: "a b"},
		"token newline": {URL: "http://127.0.0.1", Token: "a\r\nX: y"},
		"not ASCII":     {URL: "http://127.0.0.1", Token: "机构"},
	}
	for name, r := range bad {
		if err := r.Check(); !errors.Is(err, ErrConfig) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := r.Query(t.Context(), fullQuery()); !errors.Is(err, ErrConfig) {
			t.Errorf("%s: query: %v", name, err)
		}
	}
	if err := (&Remote{URL: "https://127.0.0.1:8936", Token: "t"}).Check(); err != nil {
		t.Error(err)
	}
}

func TestRemoteFailures(t *testing.T) {
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
			r := &Remote{Token: "geheim", Backoff: time.Millisecond, URL: serve(t, func(w http.ResponseWriter, r *http.Request) {
				var request Request
				if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
					t.Error(err)
				}
				ids <- request.RequestID
				test.h(w, r)
			})}
			q := fullQuery()
			q.RequestID = ""
			_, err := r.Query(t.Context(), q)
			checkFailure(t, err, nil, "")
			if reported := strings.HasSuffix(test.text, serverSuffix); reported && err.Error() != test.text ||
				!reported && (!strings.Contains(err.Error(), test.text) || strings.HasSuffix(err.Error(), serverSuffix)) {
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

func TestRemoteTriesAgain(t *testing.T) {
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
			r := &Remote{Token: "t", Backoff: time.Millisecond, URL: serve(t, func(w http.ResponseWriter, r *http.Request) {
				if tries.Add(1) < maxTries {
					first(w, r)
					return
				}
				io.WriteString(w, success)
			})}
			if a, err := r.Query(t.Context(), fullQuery()); err != nil || a.Holder.Name != "林测试" {
				t.Errorf("%+v, %v", a, err)
			}
			if n := tries.Load(); n != maxTries {
				t.Errorf("%d tries", n)
			}
		})
	}
}

func TestRemoteStopsInTime(t *testing.T) {
	t.Run("no answer", func(t *testing.T) {
		r := &Remote{Token: "t", URL: serve(t, func(w http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			untilGone(w, r)
		}), Timeout: 50 * time.Millisecond}
		_, err := r.Query(t.Context(), fullQuery())
		checkFailure(t, err, ErrTimeout, "等待MPS服务器")
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
		r := &Remote{Token: "t", URL: url, Timeout: time.Hour, Backoff: time.Hour}
		_, err := r.Query(ctx, fullQuery())
		if err == nil || err.Error() != "忙！{SERVER}" && !errors.Is(err, context.Canceled) || tries.Load() != 1 {
			t.Errorf("%v after %d tries", err, tries.Load())
		}
	})
	t.Run("nothing listens", func(t *testing.T) {
		address := closedPort(t)
		r := &Remote{Token: "t", URL: "http://" + address, Backoff: time.Millisecond}
		_, err := r.Query(t.Context(), fullQuery())
		checkFailure(t, err, ErrUnreachable, "无法连接MPS服务器（"+address+"）：对方没有开启服务，")
	})
}
