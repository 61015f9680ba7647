package nationec_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode"

	"mps/charset"
	"mps/driverhost"
	"mps/failure"
	"mps/gbk"
	"mps/test/standin/drivers"
	"mps/voucher"
	"mps/voucher/nationec"
)

func TestMain(m *testing.M) { drivers.Main(m) }

var query = voucher.Query{Code: "9000000000000000000001350200", OrgID: "H35010000001", BusinessType: "01101", OperatorID: "1", OperatorName: "林"}

// national queries through a library.
func national(t testing.TB, o nationec.Options) *nationec.National {
	t.Helper()
	n, err := nationec.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestNational(t *testing.T) {
	host := drivers.Host(t, "nation")
	tests := []struct {
		url    string
		code   string
		holder voucher.Holder
	}{
		{"/object", "0", voucher.Holder{Name: "林小满", IDNumber: "35058219720630061X", Token: "35000000000000000000000000000000ABCDEF"}},
		{"/string", "0", voucher.Holder{Name: "林小满", IDNumber: "35058219720630061X", Token: "35000000000000000000000000000000ABCDEF"}},
		{"/refusal", "40004", voucher.Holder{}},
		{"/refusal-failed", "40004", voucher.Holder{}},
		{"/code", "1", voucher.Holder{}}, // the caller's code is not handed on
		{"/full", "0", voucher.Holder{}},
		{"/padded", "0", voucher.Holder{}},
	}
	for _, tt := range tests {
		t.Run(tt.url, func(t *testing.T) {
			a, err := national(t, nationec.Options{Caller: host, URL: "http://centre" + tt.url}).Query(t.Context(), query)
			if err != nil {
				t.Fatal(err)
			}
			if a.Code != tt.code || a.Holder() != tt.holder {
				t.Errorf("%v, want %s %v", a, tt.code, tt.holder)
			}
		})
	}
	a, err := national(t, nationec.Options{Caller: host, URL: "/code", CodeField: "ecQrCode"}).Query(t.Context(), query)
	if err != nil || a.Code != "0" {
		t.Errorf("the caller's code: %v, %v", a, err)
	}
	if a, err := national(t, nationec.Options{Caller: host, URL: "/refusal"}).Query(t.Context(), query); err != nil ||
		a.Err().Error() != "电子凭证解析错误[code=40004,msg=结算支付码已过期]{SERVER}" {
		t.Errorf("%v, %v", a, err)
	}
}

func TestNationalErrors(t *testing.T) {
	nation := drivers.Host(t, "nation")
	tests := []struct {
		name string
		o    nationec.Options
		q    voucher.Query
		want string
		is   error
	}{
		{"refused", nationec.Options{Caller: nation, URL: "/failure"}, query,
			"接口NationEcTrans 失败:扫码查询失败，状态1001：扫码超时350582**********1X，请患者重新出示医保电子凭证后重试！", voucher.ErrMalformed},
		{"bad request", nationec.Options{Caller: nation, URL: "/object"}, voucher.Query{},
			"接口NationEcTrans 失败:扫码查询失败，状态9999：请求有误，请患者重新出示医保电子凭证后重试！", voucher.ErrMalformed},
		{"no status", nationec.Options{Caller: nation, URL: "/silent"}, query,
			"接口NationEcTrans 失败:扫码查询失败，请患者重新出示医保电子凭证后重试！", voucher.ErrMalformed},
		{"cut off", nationec.Options{Caller: nation, URL: "/cut"}, query, "电子凭证中心的应答无法识别（", voucher.ErrMalformed},
		{"buffer too small", nationec.Options{Caller: nation, URL: "/full", Buffer: 4096}, query,
			"接口NationEcTrans 失败:厂商驱动写出的数据超过了4096字节的缓冲区，请在配置中加大缓冲区后重试！", driverhost.ErrOverrun},
		{"a byte too small", nationec.Options{Caller: nation, URL: "/full", Buffer: 20479}, query,
			"接口NationEcTrans 失败:厂商驱动写满了20479字节的缓冲区而没有写结束符，数据可能不完整，请在配置中加大缓冲区后重试！", driverhost.ErrOverrun},
		{"status without end", nationec.Options{Caller: nation, URL: "/endless"}, query, "接口NationEcTrans 失败:扫码查询失败", voucher.ErrMalformed},
		{"nobody shows a code", nationec.Options{Caller: nation, URL: "/hang"}, query,
			"接口NationEcTrans 失败:没有等到电子凭证，请患者出示医保电子凭证后重试，仍不成功请检查扫码设备！", voucher.ErrTimeout},
		{"crash", nationec.Options{Caller: nation, URL: "/crash"}, query, "接口NationEcTrans 失败:厂商驱动运行中崩溃", driverhost.ErrCrashed},
		{"no function", nationec.Options{Caller: nation, Export: "NationEcQuery"}, query, "中没有函数NationEcQuery", voucher.ErrConfig},
		{"no library", nationec.Options{Caller: drivers.Host(t, "no/such")}, query, "接口NationEcTrans 失败:找不到驱动程序库", voucher.ErrConfig},
		{"a text too long", nationec.Options{Caller: nation, URL: strings.Repeat("x", driverhost.MaxText)}, query,
			"接口NationEcTrans 失败:驱动程序库的调用配置有误", driverhost.ErrCall},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			if tt.name == "nobody shows a code" {
				ctx, cancel = context.WithTimeout(t.Context(), 300*time.Millisecond)
			}
			defer cancel()
			a, err := national(t, tt.o).Query(ctx, tt.q)
			if err == nil || !strings.Contains(err.Error(), tt.want) || !errors.Is(err, tt.is) {
				t.Fatalf("%v, %v\nwant %s", a, err, tt.want)
			}
			if _, worded := errors.AsType[failure.Failure](err); !worded {
				t.Errorf("%T is no failure", err)
			}
			for reason := err; reason != nil; reason = errors.Unwrap(reason) {
				if strings.Contains(reason.Error(), "19720630") || strings.Contains(reason.Error(), "林") {
					t.Errorf("%q gives personal data away", reason)
				}
			}
			if a, err := national(t, nationec.Options{Caller: nation, URL: "/object"}).Query(t.Context(), query); err != nil || a.Code != "0" {
				t.Errorf("the next query: %v", err)
			}
		})
	}
}

// What cannot work is refused before anything is called.
func TestNew(t *testing.T) {
	for name, o := range map[string]nationec.Options{
		"negative buffer":        {Buffer: -1},
		"buffer too large":       {Buffer: driverhost.MaxBuffer + 1},
		"code field taken":       {CodeField: "orgId"},
		"code field often taken": {CodeField: "deviceType"},
	} {
		n, err := nationec.New(o)
		if _, worded := errors.AsType[failure.Failure](err); !worded || !errors.Is(err, voucher.ErrConfig) {
			t.Errorf("%s: %v, %v", name, n, err)
		}
	}
	if got, args := nationec.Function(""); got != "NationEcTrans" || args != 3 {
		t.Errorf("a library is called by %s", got)
	}
	if got, args := nationec.Function("NationEcQuery"); got != "NationEcQuery" || args != 3 {
		t.Errorf("a library is called by %s, which is not configured", got)
	}
}

// A library takes and gives GBK unless it is configured otherwise.
func TestCharset(t *testing.T) {
	for _, tt := range []struct {
		configured charset.Charset
		in, out    charset.Charset // what the library takes and gives
		name       string          // all are valid in the other charset, too
	}{
		{"", charset.GBK, charset.GBK, "谢伟"},
		{charset.GBK, charset.GBK, charset.GBK, "毛钱"},
		{charset.UTF8, charset.UTF8, charset.UTF8, "王芳"},
		{charset.Auto, charset.GBK, charset.GBK, "谢伟"},
		{charset.Auto, charset.GBK, charset.UTF8, "王芳"},
	} {
		asked := new(driverhost.Call)
		n := national(t, nationec.Options{Charset: tt.configured, Caller: library{
			driverhost.Result{Text: []byte("0000"), Outputs: [][]byte{tt.out.Encode(`{"code":0,"data":{"userName":"` + tt.name + `"}}`)}}, asked,
		}})
		a, err := n.Query(t.Context(), query)
		if err != nil || a.Holder().Name != tt.name {
			t.Errorf("%q: %s in %s is read as %v, %v", tt.configured, tt.name, tt.out, a, err)
		}
		if request := string(asked.Args[1].Text); !strings.Contains(request, string(tt.in.Encode(`"operatorName":"林"`))) {
			t.Errorf("%q: asked %q", tt.configured, request)
		}
	}
	n := national(t, nationec.Options{Charset: charset.Auto, Caller: library{
		driverhost.Result{Text: []byte("0000"), Outputs: [][]byte{charset.GBK.Encode(`{"code":0,"data":{"userName":"毛钱"}}`)}}, new(driverhost.Call),
	}})
	if a, err := n.Query(t.Context(), query); !errors.Is(err, voucher.ErrMalformed) || !strings.Contains(err.Error(), "填写charset") {
		t.Errorf("%v, %v", a, err)
	}
}

// What some libraries fill their status up with is no part of it.
func TestStatusIsTrimmed(t *testing.T) {
	for status, success := range map[string]bool{
		"0000": true, "0000 ": true, "0000\r\n": true, " 0000 \t": true,
		"": false, "00 00": false, "00000": false, "000": false, "0000 x": false,
	} {
		n := national(t, nationec.Options{Caller: library{driverhost.Result{
			Text: []byte(status), Outputs: [][]byte{charset.GBK.Encode(`{"code":0,"data":{"userName":"林"}}`)},
		}, new(driverhost.Call)}})
		if a, err := n.Query(t.Context(), query); (err == nil) != success || success && a.Holder().Name != "林" {
			t.Errorf("status %q: %v, %v", status, a, err)
		}
	}
}

// library answers what it is told to.
type library struct {
	result driverhost.Result
	asked  *driverhost.Call
}

func (l library) Call(_ context.Context, c driverhost.Call) (driverhost.Result, error) {
	*l.asked = c
	return l.result, nil
}

func FuzzNational(f *testing.F) {
	f.Add("0000", []byte(`{"code":0,"message":"","data":"{\"userName\":\"甲\"}"}`))
	f.Add("1001", []byte("\xC9\xA8\xC2\xEB\xB3\xAC\xCA\xB1"))
	f.Add("-1", gbk.Append(nil, `{"code":"40004","message":"结算支付码已过期"}`, gbk.Reference))
	f.Add("", []byte("350000|35058219720630061X|"))
	f.Fuzz(func(t *testing.T, status string, output []byte) {
		n := national(t, nationec.Options{Caller: library{driverhost.Result{Text: []byte(status), Outputs: [][]byte{output}}, new(driverhost.Call)}})
		a, err := n.Query(t.Context(), query)
		if (a == nil) == (err == nil) {
			t.Fatalf("%v, %v", a, err)
		}
		if err == nil {
			if !json.Valid(a.JSON) {
				t.Errorf("%q", a.JSON)
			}
			return
		}
		text := err.Error()
		if !strings.HasSuffix(text, "！") || len(text) > 2000 || strings.ContainsFunc(text, unicode.IsControl) {
			t.Errorf("%q", text)
		}
	})
}
