package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"mps/gbk"
	"mps/voucher"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// open starts a centre and returns a production client for it.
func open(t *testing.T, o Options) (*Centre, *voucher.Centre) {
	t.Helper()
	centre := NewCentre(o)
	s := httptest.NewServer(centre)
	t.Cleanup(s.Close)
	return centre, client(t, voucher.Options{URL: s.URL + "/fj" + Path, OrgID: "H35020000001", CodeField: o.CodeField})
}

func client(t *testing.T, o voucher.Options) *voucher.Centre {
	t.Helper()
	c, err := voucher.NewCentre(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func find(t *testing.T, key string) Patient {
	t.Helper()
	p, ok := Find(key)
	if !ok {
		t.Fatalf("no patient %s", key)
	}
	return p
}

// showing is the query for a code as a kiosk sends it.
func showing(code string) voucher.Query {
	return voucher.Query{Code: code, BusinessType: "01101", OperatorID: "zzjH35020000001", OperatorName: "DDJS",
		DeviceType: "SelfService"}
}

// TestEveryCode queries the code of every patient with the production client.
func TestEveryCode(t *testing.T) {
	const trace = `\[[0-9a-f]{32}\]`
	refusals := map[codeForm]string{
		codeExpired: `^电子凭证解析错误\[code=40004,msg=结算支付码已过期，请重新获取` + trace + `\]\{SERVER\}$`,
		codeUnknown: `^电子凭证解析错误\[code=99001,msg=电子凭证不存在，请核对后重新获取` + trace + `\]\{SERVER\}$`,
		codeUsed:    `^电子凭证解析错误\[code=99002,msg=电子凭证已被使用，请重新获取` + trace + `\]\{SERVER\}$`,
		// Code 0, and nobody whom a caller could be told of.
		codeNobody:    `^电子凭证中心的应答中没有患者信息，`,
		codeTokenless: `^电子凭证中心的应答中没有令牌（ecToken），`,
	}
	failures := map[codeForm]string{
		codeFailure:   `返回HTTP状态500`,
		codeMalformed: `应答不是JSON对象`,
	}
	centre, client := open(t, Options{Slow: time.Millisecond})
	for _, p := range Patients() {
		t.Run(p.Key, func(t *testing.T) {
			a, err := client.Query(t.Context(), showing(p.Code))
			if n := centre.Queries(p.Code); n != 1 {
				t.Errorf("counted %d queries", n)
			}
			if want := failures[p.code]; want != "" {
				if err == nil || !regexp.MustCompile(want).MatchString(err.Error()) || !strings.HasPrefix(p.CodeShows, "失败：") {
					t.Errorf("%v, shows %s", err, p.CodeShows)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if want := refusals[p.code]; want != "" {
				if err := a.Err(); err == nil || !regexp.MustCompile(want).MatchString(err.Error()) || !strings.HasPrefix(p.CodeShows, "失败：") {
					t.Errorf("%v, shows %s", err, p.CodeShows)
				}
				return
			}
			if a.Err() != nil || strings.HasPrefix(p.CodeShows, "失败：") {
				t.Errorf("%v, shows %s", a.Err(), p.CodeShows)
			}
			h := a.Holder()
			if h.Name != p.Name || h.IDNumber != p.IDNumber || !regexp.MustCompile(`^350000[0-9a-f]{32}$`).MatchString(h.Token) {
				t.Errorf("holder %+v", h)
			}
		})
	}
}

func TestCodeOnceIsGoodOnce(t *testing.T) {
	_, client := open(t, Options{})
	q := showing(find(t, "p02").Code)
	for i, want := range []string{"0", "99002", "99002"} {
		if a, err := client.Query(t.Context(), q); err != nil || a.Code != want {
			t.Errorf("query %d: %+v, %v", i+1, a, err)
		}
	}
}

func TestTraceDiffers(t *testing.T) {
	_, client := open(t, Options{})
	q := showing(find(t, "p08").Code)
	first, err := client.Query(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	second, err := client.Query(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	if first.Message == second.Message {
		t.Errorf("twice %s", first.Message)
	}
}

// shape keeps of indented JSON what comes before the values.
func shape(text []byte) string {
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	for i, line := range lines {
		lines[i], _, _ = strings.Cut(line, ": ")
	}
	return strings.Join(lines, "\n")
}

func TestAnswerIsShapedLikeTheSpecifications(t *testing.T) {
	sample, err := os.ReadFile("testdata/specification.json")
	if err != nil {
		t.Fatal(err)
	}
	_, client := open(t, Options{})
	a, err := client.Query(t.Context(), showing(find(t, "p01").Code))
	if err != nil {
		t.Fatal(err)
	}
	if shape(a.JSON) != shape(sample) {
		t.Errorf("shape differs: %s", a.JSON)
	}
	if n := len(gbk.Append(nil, string(a.JSON), gbk.Reference)); n < 1200 || n > 1400 {
		t.Errorf("%d bytes in GBK, the sample has %d", n, len(sample))
	}
	golden(t, "p01.json", append(a.JSON, '\n'))
}

func TestForms(t *testing.T) {
	_, client := open(t, Options{})
	for key, part := range map[string]string{
		"p01": "{\n    \"code\": \"0\",\n",
		"p03": "{\n    \"code\": 0,\n",
		"p07": `    "data": "{\"aac002\":\"359907195610090248\",`,
		"p14": "{\n    \"code\": \"0\",\n    \"data\": null,\n",
	} {
		a, err := client.Query(t.Context(), showing(find(t, key).Code))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(a.JSON, []byte(part)) {
			t.Errorf("%s: %s", key, a.JSON)
		}
	}
}

func TestEcho(t *testing.T) {
	_, client := open(t, Options{CodeField: "authCode"})
	q := voucher.Query{Code: find(t, "p01").Code, OrgID: "H35", BusinessType: "01301", OperatorID: "o<1>", OperatorName: "操作员",
		OfficeID: "k1", OfficeName: "药房", DeviceType: ""}
	a, err := client.Query(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	var got answer
	if err := json.Unmarshal(a.JSON, &got); err != nil {
		t.Fatal(err)
	}
	if got.OrgID != "H35" || got.TransType != "ec.query" {
		t.Errorf("%s", a.JSON)
	}
	data := got.Data.(map[string]any)
	for name, want := range map[string]string{"orgId": "H35", "businessType": "01301", "operatorId": "o<1>",
		"operatorName": "操作员", "officeId": "k1", "officeName": "药房", "deviceType": ""} {
		if data[name] != want {
			t.Errorf("%s = %v, want %q", name, data[name], want)
		}
	}
}

func TestSlowCodeStopsWithTheClient(t *testing.T) {
	returned := make(chan struct{})
	centre := NewCentre(Options{Slow: time.Hour})
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer close(returned)
		centre.ServeHTTP(w, r)
	}))
	defer s.Close()
	_, err := client(t, voucher.Options{URL: s.URL + Path, OrgID: "H35", Timeout: 50 * time.Millisecond}).Query(t.Context(), showing(find(t, "p13").Code))
	if !errors.Is(err, voucher.ErrTimeout) {
		t.Error(err)
	}
	<-returned
}

func TestBadRequests(t *testing.T) {
	good := `{"orgId":"H35","transType":"ec.query","data":{"orgId":"H35","ecQrCode":"9900000000000000000001350200"}}`
	tests := []struct {
		name, method, path, body string
		status                   int
		code                     string
	}{
		{"good", "POST", Path, good, 200, "0"},
		{"any prefix", "POST", "/a/b" + Path, good, 200, "0"},
		{"nobody's code", "POST", Path, strings.Replace(good, "9900000000000000000001350200", "1", 1), 200, "99001"},
		{"GET", "GET", Path, "", 405, "99003"},
		{"other path", "POST", "/", good, 404, "99003"},
		{"longer path", "POST", Path + "/x", good, 404, "99003"},
		{"no JSON", "POST", Path, "code=1", 400, "99003"},
		{"data is a string", "POST", Path, `{"orgId":"H35","transType":"ec.query","data":"x"}`, 400, "99003"},
		{"empty", "POST", Path, "", 400, "99003"},
		{"null", "POST", Path, "null", 200, "99004"},
		{"too large", "POST", Path, strings.Repeat(" ", maxRequest) + good, 413, "99003"},
		{"other transType", "POST", Path, strings.Replace(good, "ec.query", "cn.nhsa.ec.auth", 1), 200, "99004"},
		{"no orgId", "POST", Path, strings.ReplaceAll(good, "H35", ""), 200, "99005"},
		{"orgId only once", "POST", Path, strings.Replace(good, `"data":{"orgId":"H35",`, `"data":{`, 1), 200, "99005"},
		{"different orgIds", "POST", Path, strings.Replace(good, `{"orgId":"H35"`, `{"orgId":"H36"`, 1), 200, "99005"},
		{"no code", "POST", Path, strings.Replace(good, "ecQrCode", "qrCode", 1), 200, "99003"},
		{"code as number", "POST", Path, strings.Replace(good, `"9900000000000000000001350200"`, "1", 1), 200, "99003"},
	}
	s := httptest.NewServer(NewCentre(Options{}))
	defer s.Close()
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			request, err := http.NewRequestWithContext(t.Context(), test.method, s.URL+test.path, strings.NewReader(test.body))
			if err != nil {
				t.Fatal(err)
			}
			response, err := s.Client().Do(request)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			body, err := io.ReadAll(response.Body)
			if err != nil {
				t.Fatal(err)
			}
			a, err := voucher.ParseAnswer(body)
			if err != nil {
				t.Fatal(err)
			}
			if response.StatusCode != test.status || a.Code != test.code {
				t.Errorf("status %d, want %d; code %s, want %s", response.StatusCode, test.status, a.Code, test.code)
			}
			if test.code != "0" && a.Message == "" {
				t.Error("no message")
			}
		})
	}
}

func FuzzCentre(f *testing.F) {
	f.Add([]byte(`{"orgId":"H35","transType":"ec.query","data":{"orgId":"H35","ecQrCode":"9900000000000000000001350200"}}`))
	f.Add([]byte(`{"orgId":"H35","transType":"ec.query","data":{"orgId":"H35","ecQrCode":"1","officeName":null}}`))
	f.Add([]byte(`{"data":[]}`))
	centre := NewCentre(Options{Slow: time.Nanosecond})
	meantToFail := map[string]bool{Patients()[10].Code: true, Patients()[11].Code: true}
	f.Fuzz(func(t *testing.T, body []byte) {
		w := httptest.NewRecorder()
		r := httptest.NewRequestWithContext(context.Background(), "POST", Path, bytes.NewReader(body))
		centre.ServeHTTP(w, r)
		if _, err := voucher.ParseAnswer(w.Body.Bytes()); err == nil {
			return
		}
		q := new(query)
		if err := json.Unmarshal(body, q); err != nil || !meantToFail[q.field(voucher.DefaultCodeField)] {
			t.Errorf("status %d, answer %q", w.Code, w.Body)
		}
	})
}
