package driver_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"mps/card"
	"mps/card/driver"
	"mps/charset"
	"mps/driverhost"
	"mps/gbk"
	"mps/test/standin/drivers"
)

func request(funid string) driver.SieafRequest {
	return driver.SieafRequest{User: "门诊", Password: "<&>", Function: funid}
}

func TestSieafLibrary(t *testing.T) {
	library := driver.SieafLibrary{Library: drivers.Host(t, "sieaf"), Export: "business_handle"}
	read := func(funid string) driver.Sieaf {
		return driver.Sieaf{Business: library, Request: request(funid), Layout: driver.SieafLayout}
	}
	if got, err := read("read").Read(t.Context()); err != nil || *got != whole {
		t.Errorf("%#v, %v", got, err)
	}
	// The stand-in's data as a string has an identity number only, which is a
	// patient where the layout knows of no name.
	fails(t, read("read-string"), "接口business_handle 失败:卡内没有姓名，请持卡人到发卡机构处理！", card.ErrIncomplete)
	nameless := read("read-string")
	nameless.Layout.Name = ""
	want := card.Card{IDNumber: whole.IDNumber, IDNumberValid: true}
	if got, err := nameless.Read(t.Context()); err != nil || *got != want {
		t.Errorf("%#v, %v", got, err)
	}
	fails(t, read("refuse"), "接口business_handle 失败:读卡失败，驱动返回：未插卡，证号350582**********1X，请检查读卡器与卡片后重试，仍不成功请联系读卡器厂商！", nil)
	fails(t, read("refuse-apart"), "接口business_handle 失败:读卡失败，驱动返回：未放卡，请检查读卡器与卡片后重试，仍不成功请联系读卡器厂商！", nil)
	fails(t, read("say-nothing-else"), "接口business_handle 失败:读卡失败，驱动返回：未放卡，请检查读卡器与卡片后重试，仍不成功请联系读卡器厂商！", nil)
	fails(t, read("say-nothing"), unreadable("business_handle", "不是JSON"), card.ErrMalformed)
	fails(t, read("cut"), unreadable("business_handle", "不是JSON"), card.ErrMalformed)
	fails(t, read("garbage"), "接口business_handle 失败:厂商驱动写满了20000字节的缓冲区而没有写结束符，数据可能不完整，请在配置中加大缓冲区后重试！", driverhost.ErrOverrun)

	stranger := read("read")
	stranger.Request.User = "x"
	fails(t, stranger, "接口business_handle 失败:读卡失败，驱动返回错误码-1：用户错误，请检查读卡器与卡片后重试，仍不成功请联系读卡器厂商！", driver.CodeError(-1))
	library.Buffer = 1024
	fails(t, driver.Sieaf{Business: library, Request: request("read"), Layout: driver.SieafLayout},
		"接口business_handle 失败:读卡失败，驱动返回错误码-1：outputlen，请检查读卡器与卡片后重试，仍不成功请联系读卡器厂商！", driver.CodeError(-1))
	bad := read("read")
	bad.Request.Data = map[string]any{"x": make(chan int)}
	fails(t, bad, "接口business_handle 失败:请求数据的配置有误，请联系信息科更正！", card.ErrNoReader)
}

// serve answers like the vendor's program: with what answer makes of the input.
func serve(t *testing.T, answer func(w http.ResponseWriter, input map[string]any)) driver.SieafHTTP {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			InputValue string
			OutputLen  int
		}
		var input map[string]any
		if json.NewDecoder(r.Body).Decode(&body) != nil || body.OutputLen != 20000 ||
			json.Unmarshal([]byte(body.InputValue), &input) != nil || r.Method != http.MethodPost {
			t.Error("bad request")
		}
		w.Header().Set("Content-Type", "application/json")
		answer(w, input)
	}))
	t.Cleanup(s.Close)
	return driver.SieafHTTP{URL: s.URL + "/sieaf/business_handle/"}
}

// valued is the HTTP answer that carries a text.
func valued(output string) string {
	b, err := json.Marshal(map[string]any{"data": map[string]any{"outputValue": output}})
	if err != nil {
		panic(err)
	}
	return string(b)
}

const sieafCard = `{"flag":"1","cause":"","data":{"aac002":"35058219720630061X","aaz500":"D12345678","aac003":"林小满","aaz501":"350000d15600000512345678abcdef01"}}`

func TestSieafHTTP(t *testing.T) {
	for name, answer := range map[string][]byte{
		"UTF-8": []byte(valued(sieafCard)),
		"GBK":   gbk.Append(nil, valued(sieafCard), gbk.GB18030),
	} {
		t.Run(name, func(t *testing.T) {
			h := serve(t, func(w http.ResponseWriter, input map[string]any) {
				if input["usr"] != "门诊" || input["pwd"] != "<&>" || input["funid"] != "read" || len(input["data"].(map[string]any)) != 0 {
					t.Errorf("input %v", input)
				}
				w.Write(answer)
			})
			if got, err := (driver.Sieaf{Business: h, Request: request("read"), Layout: driver.SieafLayout}).Read(t.Context()); err != nil || *got != whole {
				t.Errorf("%#v, %v", got, err)
			}
		})
	}
}

// An answer is in what it declares, then in what the configuration says, and
// guessed only when it is beyond doubt.
func TestSieafHTTPCharset(t *testing.T) {
	for _, tt := range []struct {
		contentType string
		configured  charset.Charset
		name        string // valid in the other charset, too
		in          charset.Charset
		fails       string
	}{
		{"application/json;charset=GBK", "", "谢伟", charset.GBK, ""},
		{`text/html; Charset="gb2312"`, charset.UTF8, "毛钱", charset.GBK, ""},
		{"application/json;charset=utf-8", charset.GBK, "王芳", charset.UTF8, ""},
		{"application/json", "", "谢伟", charset.GBK, ""},
		{"application/json", charset.Auto, "王芳", charset.UTF8, ""},
		{"application/json", charset.GBK, "毛钱", charset.GBK, ""},
		{"application/json", charset.UTF8, "Müñoz", charset.UTF8, ""},
		{"application/json", "", "毛钱", charset.GBK, "可能是UTF-8，也可能是GBK"},
		{"application/json;charset=utf-8", "", "王敏", charset.GBK, "不是UTF-8文字"},
		{"application/json;charset=GBK", "", "林 小", charset.UTF8, "不是GBK文字"},
		{"application/json;charset=big5", "", "王芳", charset.UTF8, "不支持字符集BIG5"},
	} {
		h := serve(t, func(w http.ResponseWriter, input map[string]any) {
			w.Header().Set("Content-Type", tt.contentType)
			w.Write(tt.in.Encode(valued(strings.Replace(sieafCard, "林小满", tt.name, 1))))
		})
		h.Charset = tt.configured
		s := driver.Sieaf{Business: h, Request: driver.SieafRequest{Function: "read"}, Layout: driver.SieafLayout}
		if tt.fails != "" {
			fails(t, s, unreadable("business_handle", tt.fails), card.ErrMalformed)
		} else if got, err := s.Read(t.Context()); err != nil || *got != named(tt.name) {
			t.Errorf("%s, configured %q: %#v, %v", tt.contentType, tt.configured, got, err)
		}
	}
}

// A service gets its request in the charset that it is configured to take, and is
// told so; without one, JSON is UTF-8.
func TestSieafHTTPRequestCharset(t *testing.T) {
	for configured, want := range map[charset.Charset]charset.Charset{
		"": charset.UTF8, charset.Auto: charset.UTF8, charset.UTF8: charset.UTF8, charset.GBK: charset.GBK,
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if declared := charset.Declared(r.Header.Get("Content-Type")); err != nil || declared != want ||
				!bytes.Contains(body, want.Encode("门诊")) {
				t.Errorf("%q: %q in %s, %v", configured, body, declared, err)
			}
			io.WriteString(w, valued(sieafCard))
		}))
		defer s.Close()
		h := driver.Sieaf{Business: driver.SieafHTTP{URL: s.URL, Charset: configured}, Request: request("read"), Layout: driver.SieafLayout}
		if got, err := h.Read(t.Context()); err != nil || *got != whole {
			t.Errorf("%q: %#v, %v", configured, got, err)
		}
	}
}

func TestSieafHTTPErrors(t *testing.T) {
	for _, tt := range []struct {
		name   string
		answer func(w http.ResponseWriter)
		want   string
	}{
		{"refused", func(w http.ResponseWriter) { io.WriteString(w, valued(`{"flag":"0","cause":"未插卡！"}`)) },
			"接口business_handle 失败:读卡失败，驱动返回：未插卡，请检查读卡器与卡片后重试，仍不成功请联系读卡器厂商！"},
		{"refused with a card", func(w http.ResponseWriter) { io.WriteString(w, valued(`{"flag":"0","cause":"350000|林小满|"}`)) },
			"接口business_handle 失败:读卡失败，驱动没有说明原因，请检查读卡器与卡片后重试，仍不成功请联系读卡器厂商！"},
		{"no flag", func(w http.ResponseWriter) { io.WriteString(w, valued(`{"data":{}}`)) }, unreadable("business_handle", "没有flag")},
		{"no field", func(w http.ResponseWriter) {
			io.WriteString(w, valued(`{"flag":"1","data":{"aac002":{"林":"35058219720630061X"}}}`))
		}, unreadable("business_handle", "身份证号")},
		{"blank", func(w http.ResponseWriter) { io.WriteString(w, valued(`{"flag":1,"data":{}}`)) },
			"接口business_handle 失败:卡内无个人信息，该卡可能尚未启用，请持卡人到发卡机构处理！"},
		{"no value", func(w http.ResponseWriter) { io.WriteString(w, `{"data":null}`) }, unreadable("business_handle", "没有outputValue")},
		{"page", func(w http.ResponseWriter) { io.WriteString(w, "<html>林小满</html>") }, unreadable("business_handle", "没有outputValue")},
		{"bytes", func(w http.ResponseWriter) { w.Write([]byte{0xff}) }, unreadable("business_handle", "文字编码")},
		{"endless", func(w http.ResponseWriter) { io.WriteString(w, strings.Repeat("x", 300<<10)) }, unreadable("business_handle", "过大")},
		{"status", func(w http.ResponseWriter) { http.Error(w, "林小满", http.StatusInternalServerError) }, unreadable("business_handle", "HTTP状态500")},
		{"redirect", func(w http.ResponseWriter) {
			w.Header().Set("Location", "http://192.0.2.1/")
			w.WriteHeader(http.StatusTemporaryRedirect)
		}, unreadable("business_handle", "HTTP状态307")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := serve(t, func(w http.ResponseWriter, _ map[string]any) { tt.answer(w) })
			fails(t, driver.Sieaf{Business: h, Request: request("read"), Layout: driver.SieafLayout}, tt.want, nil)
		})
	}
	fails(t, driver.Sieaf{Business: driver.SieafHTTP{URL: "\x00"}}, "接口business_handle 失败:url：应为http://或https://开头的地址", card.ErrNoReader)

	closed := httptest.NewServer(nil)
	closed.Close()
	host := strings.TrimPrefix(closed.URL, "http://")
	fails(t, driver.Sieaf{Business: driver.SieafHTTP{URL: closed.URL}}, "接口business_handle 失败:无法连接厂商读卡服务（"+host+"），请检查它是否已启动！", card.ErrNoReader)

	done := make(chan struct{})
	slow := serve(t, func(http.ResponseWriter, map[string]any) { <-done })
	defer close(done)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	u, err := url.Parse(slow.URL)
	if err != nil {
		t.Fatal(err)
	}
	late := "接口business_handle 失败:等待厂商读卡服务（" + u.Host + "）应答超时，请检查读卡器连接后重试！"
	if _, err := (driver.Sieaf{Business: slow}).Read(ctx); !errors.Is(err, context.DeadlineExceeded) ||
		err.Error() != late {
		t.Error(err)
	}
	slow.Timeout = 100 * time.Millisecond
	fails(t, driver.Sieaf{Business: slow}, late, context.DeadlineExceeded)
}
