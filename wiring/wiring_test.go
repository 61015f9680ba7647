package wiring_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"mps/agent"
	"mps/charset"
	"mps/config"
	"mps/failure"
	"mps/protocol"
	"mps/rendezvous"
	"mps/sandbox"
	"mps/wiring"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var quiet = slog.New(slog.DiscardHandler)

// configured is a configuration for one machine, on free ports.
func configured(t *testing.T) config.Config {
	c := config.Default()
	c.Agent.Listen, c.Server.Listen, c.Sandbox.Listen = "127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0"
	c.Server.Data = t.TempDir()
	c.Card.Sources = []string{"virtual:p01"}
	p, ok := sandbox.Find("p01")
	if !ok {
		t.Fatal("no patient p01")
	}
	c.Voucher.Code = p.Code
	return c
}

func call(t *testing.T, c agent.Client, certType string) *protocol.Response {
	t.Helper()
	var codec protocol.Codec
	answer, err := c.Call(t.Context(), codec.EncodeRequest(&protocol.Request{
		Funid: protocol.PatientInfo,
		Body:  []protocol.Field{{Name: protocol.CertType, Value: certType}},
	}), protocol.MaxResponse)
	if err != nil {
		t.Fatal(err)
	}
	r, err := protocol.DecodeResponse(answer)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// The whole house answers for a card and for an e-voucher, and ends without
// leaving anything running.
func TestHouse(t *testing.T) {
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	ctx, stop := context.WithCancel(t.Context())
	h, err := wiring.StartHouse(ctx, configured(t), wiring.HouseOptions{
		Institution: "H35010000001", Public: true, SandboxLog: quiet, ServerLog: quiet, AgentLog: quiet,
	})
	if err != nil {
		t.Fatal(err)
	}
	running, err := agent.Running()
	if err != nil || "http://"+running.Address != h.Agent.URL {
		t.Errorf("the user's agent is %+v, %v, not %s", running, err, h.Agent.URL)
	}
	if r := call(t, running, protocol.CertCard); r.Result != protocol.ResultOK || r.Value(protocol.Name) != "林小测" {
		t.Errorf("card: %+v", r)
	}
	if r := call(t, running, protocol.CertVoucher); r.Result != protocol.ResultOK || !strings.Contains(r.Value(protocol.OutPut), "ecToken") {
		t.Errorf("e-voucher: %+v", r)
	}
	if n := h.Sandbox.Centre.Queries(configured(t).Voucher.Code); n != 1 {
		t.Errorf("the centre was asked %d times", n)
	}

	// One agent for each user: a second one has nothing to do.
	if _, err := wiring.NewAgent(ctx, configured(t), quiet); !errors.Is(err, rendezvous.ErrRunning) {
		t.Errorf("a second agent: %v", err)
	}
	stop()
	if err := h.Wait(); err != nil {
		t.Error(err)
	}
	if _, err := agent.Running(); err == nil {
		t.Error("the agent left its address behind")
	}
}

// A part that cannot be had ends those that run already.
func TestHouseFails(t *testing.T) {
	c := configured(t)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	c.Server.Listen = taken.Addr().String()
	_, err = wiring.StartHouse(t.Context(), c, wiring.HouseOptions{
		Institution: "H35010000001", SandboxLog: quiet, ServerLog: quiet, AgentLog: quiet,
	})
	if f, ok := errors.AsType[failure.Failure](err); !ok || f.Code() != "web_port_in_use" {
		t.Errorf("%v", err)
	}
}

// One server over a data directory: the second is told who is the first, and what
// fails later leaves the directory to the next.
func TestOneServer(t *testing.T) {
	c := configured(t)
	c.Centre.URL = "http://127.0.0.1:1/"
	code := func(c config.Config) string {
		s, err := wiring.NewServer(t.Context(), c, quiet)
		if err == nil {
			s.Part.Close()
			return ""
		}
		f, _ := errors.AsType[failure.Failure](err)
		return f.Code()
	}
	first, err := wiring.NewServer(t.Context(), c, quiet)
	if err != nil {
		t.Fatal(err)
	}
	if got := code(c); got != "database_served" {
		t.Errorf("a second server: %s", got)
	}
	if err := first.Part.Close(); err != nil {
		t.Fatal(err)
	}
	foreign := c
	foreign.Server.Listen = "192.0.2.1:8936" // RFC 5737
	for range 2 {
		if got := code(foreign); got != "web_address_foreign" {
			t.Errorf("an address of another machine: %s", got)
		}
	}
	next, err := wiring.NewServer(t.Context(), c, quiet)
	if err != nil {
		t.Fatal(err)
	}
	next.Part.Close()
}

// Another program's port is given up for a free one; the library finds it.
func TestAgentMovesToAFreePort(t *testing.T) {
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	c := configured(t)
	c.Agent.Listen = taken.Addr().String()
	a, err := wiring.NewAgent(t.Context(), c, quiet)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	running, err := agent.Running()
	if err != nil || running.Address == c.Agent.Listen || "http://"+running.Address != a.URL {
		t.Errorf("%+v, %v; the part says %s", running, err, a.URL)
	}
}

// What the configuration asks for and cannot be had is told with a code, and
// leaves neither a listener nor a claim behind.
func TestRefused(t *testing.T) {
	for _, tt := range []struct {
		name, code string
		change     func(*config.Config)
	}{
		{"no such patient", "config_card_patient", func(c *config.Config) { c.Card.Sources = []string{"virtual:p99"} }},
		{"no such driver", "config_card_driver", func(c *config.Config) { c.Card.Sources = []string{"driver:x"} }},
		{"no such source", "config_card_source", func(c *config.Config) { c.Card.Sources = []string{"serial"} }},
		{"driver without library", "driver_config_library", func(c *config.Config) {
			c.Card.Sources = []string{"driver:x"}
			c.Driver = map[string]config.Driver{"x": {Kind: "sscard"}}
		}},
		{"server without credential", "uplink_no_token", func(c *config.Config) { c.Voucher.Server = "http://127.0.0.1:1" }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
			c := configured(t)
			tt.change(&c)
			_, err := wiring.NewAgent(t.Context(), c, quiet)
			if f, ok := errors.AsType[failure.Failure](err); !ok || f.Code() != tt.code {
				t.Errorf("%v", err)
			}
			if a, err := wiring.NewAgent(t.Context(), configured(t), quiet); err != nil {
				t.Errorf("the next agent: %v", err)
			} else {
				a.Close()
			}
		})
	}
}

// The sources of cards are asked in their order, by their names in the log, and a card
// that does not answer has the time that is configured.
func TestCardSources(t *testing.T) {
	c := configured(t)
	c.Card.Sources = []string{"virtual:p03", "virtual:p08", "virtual:p01"} // wants a key, does not answer, is read
	c.Card.ReadTimeout = config.Duration(200 * time.Millisecond)
	var log bytes.Buffer
	sources, err := wiring.Cards(c, slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	if err != nil {
		t.Fatal(err)
	}
	p, _ := sandbox.Find("p01")
	if got, err := sources.Read(t.Context()); err != nil || got.IDNumber != p.IDNumber {
		t.Errorf("read %v, %v", got, err)
	}
	for _, want := range []string{"source=virtual:p03 code=card_protected_version", "source=virtual:p08 code=card_too_slow"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log lacks %s:\n%s", want, log.String())
		}
	}
}

// What the configuration says about charsets reaches whoever reads the text.
func TestCharsetIsConfigured(t *testing.T) {
	// 毛 in GBK, ë in UTF-8, and a matter of guessing where nothing is said.
	centre := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, "{\"code\":0,\"data\":{\"ecToken\":\"t\",\"userName\":\"\xc3\xab\"}}")
	}))
	defer centre.Close()
	for configuredAs, want := range map[charset.Charset]string{charset.GBK: "毛", charset.UTF8: "ë", charset.Auto: "没有声明字符集"} {
		c := configured(t)
		c.Voucher.Via, c.Centre.URL, c.Centre.Charset = config.ViaCentre, centre.URL, configuredAs
		a, err := wiring.NewPrivateAgent(t.Context(), c, quiet)
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		served := make(chan error, 1)
		go func() { served <- a.Serve(ctx) }()
		r := call(t, agent.Client{Address: strings.TrimPrefix(a.URL, "http://")}, protocol.CertVoucher)
		if !strings.Contains(r.Value(protocol.OutPut)+r.Msg, want) {
			t.Errorf("%s: %+v", configuredAs, r)
		}
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	}
}
