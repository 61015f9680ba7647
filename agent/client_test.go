package agent_test

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"mps/agent"
	"mps/failure"
	"mps/rendezvous"
)

// runs leaves the address of an agent that pretends to run on a port, and returns
// its secret.
func runs(t *testing.T, port int) (secret string) {
	t.Helper()
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	t.Setenv("LOCALAPPDATA", t.TempDir())
	dir, err := rendezvous.Dir()
	if err != nil {
		t.Fatal(err)
	}
	claim, err := rendezvous.NewClaim(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { claim.Release() })
	secret = rendezvous.NewSecret()
	if err := claim.Publish(rendezvous.Address{Port: port, Secret: secret}); err != nil {
		t.Fatal(err)
	}
	return secret
}

// The secret goes to the agent that left it, and to nobody else.
func TestClientAt(t *testing.T) {
	secret := runs(t, 7936)
	for address, want := range map[string]string{
		"127.0.0.1:7936": secret, "localhost:7936": secret,
		"127.0.0.1:7937": "", "10.0.0.1:7936": "", "agent.example:7936": "", "7936": "",
	} {
		if got := agent.At(address); got.Secret != want || got.Address != address {
			t.Errorf("At(%q) = %q, with the secret: %t", address, got.Address, got.Secret != "")
		}
	}
	if c, err := agent.Running(); err != nil || c.Address != "127.0.0.1:7936" || c.Secret != secret {
		t.Errorf("Running: %q, %v", c.Address, err)
	}
}

// What answers and is no agent of this user is named as what it is.
func TestClientRefused(t *testing.T) {
	for _, tt := range []struct {
		name, code string
		answer     http.HandlerFunc
	}{
		{"another user's agent", "call_other_user", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set(agent.RefusedHeader, "secret")
			w.WriteHeader(http.StatusForbidden)
		}},
		{"another program", "call_not_agent", func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, strings.Repeat("x", 5000), http.StatusNotFound)
		}},
		{"an answer that is cut", "call_cut", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			w.Write([]byte("x"))
		}},
		{"nothing", "call_no_agent", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := httptest.NewServer(tt.answer)
			defer s.Close()
			c := agent.Client{Address: s.Listener.Addr().String()}
			_, err := c.Call(t.Context(), []byte("<request/>"), 2048)
			f, ok := errors.AsType[failure.Failure](err)
			if !ok || f.Code() != tt.code || len(err.Error()) > 500 {
				t.Errorf("%v", err)
			}
		})
	}
}

// The client sends what the client library sends.
func TestClientCall(t *testing.T) {
	var got *http.Request
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r
		w.Write([]byte("<response/>"))
	}))
	defer s.Close()
	secret := runs(t, s.Listener.Addr().(*net.TCPAddr).Port)
	c, err := agent.Running()
	if err != nil {
		t.Fatal(err)
	}
	answer, err := c.Call(t.Context(), []byte("<request/>"), 300)
	if err != nil || string(answer) != "<response/>" {
		t.Fatalf("%q, %v", answer, err)
	}
	if got.Method != "POST" || got.URL.Path != agent.CallPath || got.Header.Get(agent.SecretHeader) != secret ||
		got.Header.Get(agent.CapacityHeader) != strconv.Itoa(300) {
		t.Errorf("%s %s, capacity %q", got.Method, got.URL.Path, got.Header.Get(agent.CapacityHeader))
	}
}
