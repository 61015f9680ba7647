package agent

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"mps/card"
	"mps/protocol"
)

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

// With a key, calls in either charset must be signed.
func TestSignedCalls(t *testing.T) {
	a, _ := newAgent(Options{Cards: cardFunc(goodCard), Codec: protocol.Codec{Key: protocol.Key("secret of the hospital")}})
	for _, charset := range []protocol.Charset{protocol.GBK, protocol.UTF16LE} {
		codec := a.options.Codec
		codec.Charset = charset
		unsigned := protocol.Codec{Charset: charset}
		ask := func(c protocol.Codec) *protocol.Response {
			answer, _ := a.call(t.Context(), &codec, c.EncodeRequest(&protocol.Request{
				Funid: protocol.PatientInfo, Body: []protocol.Field{{Name: protocol.CertType, Value: protocol.CertCard}},
			}), 8192)
			r, err := protocol.DecodeResponse(asUTF8(t, charset, answer))
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		if r := ask(codec); r.Result != protocol.ResultOK || r.Sign == protocol.Unsigned {
			t.Errorf("%v: signed: %s %s, sign %s", charset, r.Result, r.Msg, r.Sign)
		}
		if r := ask(unsigned); !strings.HasPrefix(r.Msg, "请求未签名") || r.Value(protocol.Name) != "" {
			t.Errorf("%v: unsigned: %s %s", charset, r.Result, r.Msg)
		}
	}
}

// asUTF8 is an answer in a form that DecodeResponse reads.
func asUTF8(t *testing.T, charset protocol.Charset, answer []byte) []byte {
	t.Helper()
	if charset == protocol.GBK {
		return answer
	}
	units := make([]uint16, len(answer)/2)
	if err := binary.Read(bytes.NewReader(answer), binary.LittleEndian, units); err != nil {
		t.Fatal(err)
	}
	return []byte("\ufeff" + string(utf16.Decode(units)))
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
		var codec protocol.Codec
		if utf16 {
			codec.Charset = protocol.UTF16LE
		}
		answer, needed := a.call(t.Context(), &codec, wire, capacity)
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
