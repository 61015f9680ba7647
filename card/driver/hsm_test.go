package driver_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"mps/card"
	"mps/card/driver"
	"mps/charset"
	"mps/driverhost"
	"mps/test/standin/drivers"
)

// What the stand-in says in the first step, and the two results that it wants in the
// second.
const (
	step1 = "350000|00814A444686603500005700AB|03|350000D15600000512345678ABCDEF01|0011223344556677|8899AABBCCDDEEFF|FFEEDDCCBBAA9988|7766554433221100|"
	inner = "00112233445566778899AABBCCDDEEFF"
	outer = "FFEEDDCCBBAA99887766554433221100"
)

// service is a security module's, which answers as told.
func service(t *testing.T, answer http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(answer)
	t.Cleanup(s.Close)
	return s.URL + "/hsm?token=secret"
}

func saying(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, body) }
}

// A card that the PSAM cannot read is read with the security module, by whatever form
// of request and answer its service has.
func TestHSM(t *testing.T) {
	host := drivers.Host(t, "sscard")
	data := map[string]any{"code": 0, "data": map[string]any{"inner": inner, "outer": outer}}
	both, err := json.Marshal(data)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		hsm    driver.HSM
		answer string
		json   map[string]any // that the service is to be sent, or
		form   url.Values
	}{
		{"JSON", driver.HSM{
			Fields: map[string]string{"infno": "1903", "input.data.card_sn": "{code}", "input.data.rand": "{random1}{random2}", "input.data.all": "{step1}"},
			Result: []string{"data.inner", "data.outer"}, Code: "code",
		}, string(both), map[string]any{"infno": "1903", "input": map[string]any{"data": map[string]any{
			"card_sn": "350000D15600000512345678ABCDEF01", "rand": "00112233445566778899AABBCCDDEEFF", "all": step1,
		}}}, nil},
		{"form", driver.HSM{
			Format: "form", Fields: map[string]string{"in": "{region},{reset},{algorithm},{random3}-{random4}", "user": "a&b"},
		}, "<out>^^" + inner + "|" + outer + "|^</out>", nil, url.Values{
			"in": {"350000,00814A444686603500005700AB,03,FFEEDDCCBBAA9988-7766554433221100"}, "user": {"a&b"},
		}},
		{"in one text", driver.HSM{Fields: map[string]string{"a": ""}, Result: []string{"out"}, Code: "ok", Success: []string{"yes", "1"}},
			`{"ok":"1","out":" ` + inner + " | " + outer + `"}`, map[string]any{"a": ""}, nil},
		{"in an object in a text", driver.HSM{Fields: map[string]string{"a": ""}, Result: []string{"out.r.0", "out.r.1"}},
			`{"out":"{\"r\":[\"` + inner + `\",\"` + outer + `\"]}"}`, map[string]any{"a": ""}, nil},
		{"with an echo of the request", driver.HSM{Fields: map[string]string{"a": ""}},
			step1 + "\n" + inner + "|" + outer + "|", map[string]any{"a": ""}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			asked := 0
			tt.hsm.URL = service(t, func(w http.ResponseWriter, r *http.Request) {
				asked++
				body, err := io.ReadAll(r.Body)
				if err != nil || r.Method != http.MethodPost {
					t.Error(r.Method, err)
				}
				if form, err := url.ParseQuery(string(body)); tt.form != nil && (err != nil || !reflect.DeepEqual(form, tt.form) ||
					r.Header.Get("Content-Type") != "application/x-www-form-urlencoded") {
					t.Errorf("asked %v in %s, %v", form, r.Header.Get("Content-Type"), err)
				}
				var sent map[string]any
				if err := json.Unmarshal(body, &sent); tt.json != nil && (err != nil || !reflect.DeepEqual(sent, tt.json) ||
					charset.Declared(r.Header.Get("Content-Type")) != charset.UTF8) {
					t.Errorf("asked %v, %v", sent, err)
				}
				io.WriteString(w, tt.answer)
			})
			for i, code := range []int32{-2201, -2202, -2203, -24, -27272} {
				s := driver.SSCard{Library: host, Export: "fail", Type: code, HSM: tt.hsm}
				if got, err := s.Read(t.Context()); err != nil || *got != whole || asked != i+1 {
					t.Fatalf("%d: %#v, %v, asked %d times", code, got, err, asked)
				}
			}
			// It is not asked about anything else.
			fails(t, driver.SSCard{Library: host, Export: "fail", Type: -2, HSM: tt.hsm}, "接口fail 失败:未检测到卡片，请插入社会保障卡后重试！", card.ErrNoCard)
			if got, err := (driver.SSCard{Library: host, Export: "iReadCardBas", HSM: tt.hsm}).Read(t.Context()); err != nil || *got != whole || asked != 5 {
				t.Errorf("%#v, %v, asked %d times", got, err, asked)
			}
		})
	}
	// Without one, the card stays closed.
	fails(t, driver.SSCard{Library: host, Export: "fail", Type: -2201}, "接口fail 失败:没有PSAM卡，请检查读卡器中是否插好PSAM卡！", card.ErrAuthentication)
}

// What goes wrong with the security module leads to a clear text, never to the card of
// somebody else, and on to the next source where that may help.
func TestHSMErrors(t *testing.T) {
	const ask = "该卡需要加密机认证，"
	const check = "请联系信息科核对hsm的配置，或改用医保电子凭证！"
	host := drivers.Host(t, "sscard")
	key := func(first string) string { return first + inner[2:] + "|" + outer + "|" }
	fields := map[string]string{"in": "{step1}"}
	for _, tt := range []struct {
		name   string
		hsm    driver.HSM
		answer http.HandlerFunc
		want   string // <host> is where the service is
		is     error
	}{
		{"another card", driver.HSM{}, saying(key("C0")), "接口iReadCardBas_HSM_Step2 失败:读卡过程中换了卡，请重新插卡后重试，读卡完成前不要拔卡！", card.ErrRemoved},
		{"nobody's card", driver.HSM{}, saying(key("C1")), "接口iReadCardBas_HSM_Step2 失败:读卡过程中换了卡，请重新插卡后重试，读卡完成前不要拔卡！", card.ErrRemoved},
		{"other results", driver.HSM{}, saying(key("AA")), "接口iReadCardBas_HSM_Step2 失败:卡片内部认证失败，请重新插卡后重试，仍不成功请持卡人到发卡机构处理！", driver.CodeError(-21)},
		{"crash", driver.HSM{}, saying(key("DE")), "接口iReadCardBas_HSM_Step2 失败:厂商驱动运行中崩溃或自行退出，请重试，仍不成功请重新插拔设备，并联系设备厂商！", driverhost.ErrCrashed},
		{"two answers", driver.HSM{}, saying(key("AA") + key("BB")), "接口iReadCardBas_HSM_Step1 失败:" + ask + "加密机服务（<host>）的应答中没有认证结果，" + check, card.ErrAuthentication},
		{"an echo only", driver.HSM{}, saying(step1), "接口iReadCardBas_HSM_Step1 失败:" + ask + "加密机服务（<host>）的应答中没有认证结果，" + check, card.ErrAuthentication},
		{"nothing", driver.HSM{}, saying(""), "接口iReadCardBas_HSM_Step1 失败:" + ask + "加密机服务（<host>）的应答中没有认证结果，" + check, card.ErrAuthentication},
		{"too long", driver.HSM{}, saying(strings.Repeat("x", 300<<10) + key("00")), "接口iReadCardBas_HSM_Step1 失败:" + ask + "加密机服务（<host>）的应答中没有认证结果，" + check, card.ErrAuthentication},
		{"elsewhere", driver.HSM{Result: []string{"a", "b"}}, saying(`{"a":"` + inner + `","b":null}`), "接口iReadCardBas_HSM_Step1 失败:" + ask + "加密机服务（<host>）的应答中没有认证结果，" + check, card.ErrAuthentication},
		{"one path", driver.HSM{Result: []string{"a"}}, saying(`{"a":"","b":"` + key("00") + `"}`), "接口iReadCardBas_HSM_Step1 失败:" + ask + "加密机服务（<host>）的应答中没有认证结果，" + check, card.ErrAuthentication},
		{"refusal", driver.HSM{Code: "code", Message: "msg"}, saying(`{"code":-1,"msg":"卡号35058219720630061X未授权！"}`), "接口iReadCardBas_HSM_Step1 失败:" + ask + "加密机服务拒绝：-1：卡号350582**********1X未授权，请按提示处理后重试，或改用医保电子凭证！", card.ErrAuthentication},
		{"refusal in GBK", driver.HSM{Code: "code", Message: "msg"}, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json;charset=GBK")
			w.Write(charset.GBK.Encode(`{"code":-1,"msg":"未授权"}`))
		}, "接口iReadCardBas_HSM_Step1 失败:" + ask + "加密机服务拒绝：-1：未授权，请按提示处理后重试，或改用医保电子凭证！", card.ErrAuthentication},
		{"refusal without words", driver.HSM{Code: "code"}, saying(key("00")), "接口iReadCardBas_HSM_Step1 失败:" + ask + "加密机服务拒绝，没有说明原因，请重试，仍不成功请联系信息科，或改用医保电子凭证！", card.ErrAuthentication},
		{"status", driver.HSM{}, func(w http.ResponseWriter, _ *http.Request) { http.Error(w, key("00"), http.StatusForbidden) }, "接口iReadCardBas_HSM_Step1 失败:" + ask + "加密机服务（<host>）应答HTTP状态403，" + check, card.ErrAuthentication},
		{"redirect", driver.HSM{}, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://192.0.2.1/", http.StatusTemporaryRedirect)
		}, "接口iReadCardBas_HSM_Step1 失败:" + ask + "加密机服务（<host>）应答HTTP状态307，" + check, card.ErrAuthentication},
		{"hang up", driver.HSM{}, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "接口iReadCardBas_HSM_Step1 失败:" + ask + "无法连接加密机服务（<host>），请检查网络后重试，仍不成功请联系信息科，或改用医保电子凭证！", card.ErrAuthentication},
		{"no first step", driver.HSM{Steps: []string{"fail", "x"}}, saying(""), "接口fail 失败:没有PSAM卡，请检查读卡器中是否插好PSAM卡！", card.ErrAuthentication},
		{"short first step", driver.HSM{Steps: []string{"step1_short", "x"}}, saying(""), unreadable("step1_short", "卡识别码"), card.ErrMalformed},
		{"first step of no card", driver.HSM{Steps: []string{"step1_without_code", "x"}}, saying(""), unreadable("step1_without_code", "卡识别码"), card.ErrMalformed},
		{"first step that fills its buffer", driver.HSM{Steps: []string{"overrun_megabyte", "x"}}, saying(""), "接口overrun_megabyte 失败:厂商驱动写出的数据超过了4096字节的缓冲区，请在配置中加大缓冲区后重试！", driverhost.ErrOverrun},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.hsm.URL, tt.hsm.Fields = service(t, tt.answer), fields
			u, err := url.Parse(tt.hsm.URL)
			if err != nil {
				t.Fatal(err)
			}
			s := driver.SSCard{Library: host, Export: "fail", Type: -2201, HSM: tt.hsm}
			fails(t, s, strings.ReplaceAll(tt.want, "<host>", u.Host), tt.is)
			_, err = s.Read(t.Context())
			for ; err != nil; err = errors.Unwrap(err) {
				if strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), inner[2:]) {
					t.Errorf("%q gives a secret away", err)
				}
			}
		})
	}
}

// Another process of the library knows nothing of the first step: the second is not
// made there.
func TestHSMNeedsOneProcess(t *testing.T) {
	host := drivers.Host(t, "sscard")
	steps := driver.HSM{Steps: []string{"print_and_crash", "iReadCardBas_HSM_Step2"}, Fields: map[string]string{"in": "{step1}"}}
	steps.URL = service(t, func(http.ResponseWriter, *http.Request) { t.Error("the service is asked") })
	fails(t, driver.SSCard{Library: host, Export: "fail", Type: -2201, HSM: steps},
		"接口print_and_crash 失败:厂商驱动运行中崩溃或自行退出，请重试，仍不成功请重新插拔设备，并联系设备厂商！", driverhost.ErrCrashed)
}

// A service that does not answer costs its own time, and not that of the call.
func TestHSMIsLate(t *testing.T) {
	host := drivers.Host(t, "sscard")
	done := make(chan struct{})
	hsm := driver.HSM{Timeout: 100 * time.Millisecond, Fields: map[string]string{"in": "{step1}"}, URL: service(t, func(http.ResponseWriter, *http.Request) { <-done })}
	defer close(done)
	u, err := url.Parse(hsm.URL)
	if err != nil {
		t.Fatal(err)
	}
	fails(t, driver.SSCard{Library: host, Export: "fail", Type: -2201, HSM: hsm},
		"接口iReadCardBas_HSM_Step1 失败:该卡需要加密机认证，等待加密机服务（"+u.Host+"）应答超时，请重新插卡后重试，仍不成功请联系信息科，或改用医保电子凭证！", card.ErrAuthentication)
	ctx, cancel := context.WithCancel(t.Context())
	cancelled := driver.HSM{Fields: hsm.Fields, URL: service(t, func(_ http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body) // otherwise nobody notices that the client has left
		cancel()
		<-r.Context().Done()
	})}
	if _, err := (driver.SSCard{Library: host, Export: "fail", Type: -2201, HSM: cancelled}).Read(ctx); !errors.Is(err, context.Canceled) ||
		errors.Is(err, card.ErrAuthentication) || err.Error() != "接口iReadCardBas_HSM_Step1 失败:读卡已取消，请重新读卡！" {
		t.Error(err)
	}
}

func TestMisconfiguredHSM(t *testing.T) {
	fields := map[string]string{"in": "{step1}"}
	for _, tt := range []struct {
		hsm  driver.HSM
		want string
	}{
		{driver.HSM{Fields: fields}, "hsm.url：应为http://或https://开头的地址"},
		{driver.HSM{URL: "10.1.2.3", Fields: fields}, "hsm.url：应为http://或https://开头的地址"},
		{driver.HSM{URL: "http://a", Fields: fields, Format: "xml"}, `hsm.format="xml"：应为json或form`},
		{driver.HSM{URL: "http://a"}, "hsm.fields：应填写请求的字段"},
		{driver.HSM{URL: "http://a", Fields: map[string]string{"in": "{number}"}}, "hsm.fields：没有{number}，可以写{step1}、{region}、{reset}、{algorithm}、{code}、{random1}、{random2}、{random3}、{random4}"},
		{driver.HSM{URL: "http://a", Fields: fields, Result: []string{"a", "b", "c"}}, "hsm：result应为一个或两个位置，steps应为两个函数名"},
		{driver.HSM{URL: "http://a", Fields: fields, Steps: []string{"a"}}, "hsm：result应为一个或两个位置，steps应为两个函数名"},
		{driver.HSM{URL: "http://a", Fields: fields, Success: []string{"0"}}, "hsm：写了success或message就要写code"},
		{driver.HSM{URL: "http://a", Fields: fields, Message: "msg"}, "hsm：写了success或message就要写code"},
	} {
		s, err := driver.New("x", driver.KindSSCard, driver.Options{HSM: tt.hsm}, driverhost.Options{Library: "x.dll"})
		if err == nil || err.Error() != "[driver.x]："+tt.want {
			t.Errorf("%v, %v, want %s", s, err, tt.want)
		}
	}
	// Of two paths, neither may lead through the value of the other, in whatever order
	// they are taken.
	for range 20 {
		hsm := driver.HSM{URL: "http://a", Fields: map[string]string{"a": "", "a.b": "", "a.b.c": ""}}
		if _, err := driver.New("x", driver.KindSSCard, driver.Options{HSM: hsm}, driverhost.Options{Library: "x.dll"}); err == nil {
			t.Fatal("passes")
		}
	}
}
