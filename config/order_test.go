package config

import (
	"strings"
	"testing"
	"time"
)

func TestDefaultsAreInOrder(t *testing.T) {
	for _, file := range []string{"", "[voucher]\nserver = \"http://10.0.0.1:8936\"", "[voucher]\nvia = \"centre\"", string(example(t))} {
		c, err := Parse([]byte(file))
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range []string{PartAgent, PartServer} {
			if d := c.Disorder(part, defaultLibraryTimeout); len(d) > 0 {
				t.Errorf("%s of %.40q: %v", part, file, d)
			}
		}
	}
}

func TestDisorder(t *testing.T) {
	const server = "[voucher]\nserver = \"http://10.0.0.1:8936\"\n"
	for _, tt := range []struct {
		part, file string
		want       []string // beginnings; nil for order
	}{
		{PartAgent, "[agent]\ntimeout = \"65s\"", []string{"agent.timeout（1m5s）应短于动态库的 timeout_ms（1m5s）"}},
		{PartAgent, "[agent]\ntimeout = \"2m\"", []string{"agent.timeout（2m）应短于动态库的 timeout_ms（1m5s）"}},
		{PartAgent, "[agent]\ntimeout = \"64s\"", nil},
		{PartAgent, "[agent]\ntimeout = \"15s\"\nqueue_wait = \"5s\"", []string{"voucher.timeout（20s）应短于agent.timeout（15s）"}},
		{PartAgent, "[agent]\nqueue_wait = \"60s\"", []string{"agent.queue_wait（1m）应短于agent.timeout（1m）"}},
		{PartAgent, "[card]\nwait = \"70s\"", []string{"card.wait（1m10s）应短于agent.timeout（1m）"}},
		{PartAgent, "[card]\nwait = \"70s\"\nsources = [\"virtual:p01\"]", nil},
		{PartAgent, "[card]\nwait = \"0s\"", nil},
		{PartAgent, "[card]\nread_timeout = \"60s\"", []string{"card.read_timeout（1m）应短于agent.timeout（1m）"}},
		{PartAgent, "[card]\nread_timeout = \"60s\"\nsources = [\"virtual:p01\"]", nil},
		{PartAgent, "[driver.a]\ntimeout = \"60s\"\n[driver.b]\ntimeout = \"0s\"\n[driver.c]\ntimeout = \"59s\"", []string{"driver.a.timeout（1m）应短于agent.timeout（1m）"}},
		{PartAgent, server + "timeout = \"60s\"", []string{"voucher.timeout（1m）应短于agent.timeout（1m）"}},
		{PartAgent, server + "timeout = \"15s\"", []string{"server.timeout（15s）应短于voucher.timeout（15s）"}},
		{PartAgent, server + "timeout = \"15s\"\n[server]\ntimeout = \"12s\"", nil},
		{PartAgent, "[voucher]\ntimeout = \"10s\"", nil}, // asks no server
		{PartAgent, "[voucher]\nvia = \"centre\"\n[centre]\ntimeout = \"60s\"", []string{"centre.timeout（1m）应短于agent.timeout（1m）"}},
		{PartAgent, "[centre]\ntimeout = \"60s\"", nil}, // the server's business
		{PartServer, "[centre]\ntimeout = \"15s\"", []string{"centre.timeout（15s）应短于server.timeout（15s）"}},
		{PartServer, "[server]\ntimeout = \"20s\"", []string{"server.timeout（20s）应短于voucher.timeout（20s）"}},
		{PartServer, "[server]\nanswer_lifetime = \"20s\"", []string{"voucher.timeout（20s）应短于server.answer_lifetime（20s）"}},
		{PartServer, "[agent]\ntimeout = \"65s\"", nil},
		{PartServer, "[server]\ntimeout = \"5s\"", []string{"centre.timeout（10s）应短于server.timeout（5s）"}},
	} {
		c, err := Parse([]byte(tt.file))
		if err != nil {
			t.Fatal(err)
		}
		got := c.Disorder(tt.part, defaultLibraryTimeout)
		if len(got) != len(tt.want) {
			t.Errorf("%s of %q: %v", tt.part, tt.file, got)
			continue
		}
		for i, want := range tt.want {
			if !strings.HasPrefix(got[i].Error(), want+"：否则") {
				t.Errorf("%s of %q: %v, want %s", tt.part, tt.file, got[i], want)
			}
		}
	}
}

func TestLibraryTimeout(t *testing.T) {
	for ini, want := range map[string]time.Duration{
		"":                              defaultLibraryTimeout,
		"capacity = 4096\n":             defaultLibraryTimeout,
		"timeout_ms = 5000\n":           5 * time.Second,
		"\ufeffTimeout_MS=5000":         5 * time.Second,
		"port=1\r\ntimeout_ms = 0900\r": 900 * time.Millisecond,
		"; timeout_ms = 5\n# timeout_ms = 6\ntimeout_ms = 700 ; ms": 700 * time.Millisecond,
		"timeout_ms = 5s\n":                 defaultLibraryTimeout,
		"timeout_ms = 0\n":                  defaultLibraryTimeout,
		"timeout_ms = 99999999999999999999": defaultLibraryTimeout,
	} {
		if got := libraryTimeout(strings.NewReader(ini)); got != want {
			t.Errorf("%q: %v, want %v", ini, got, want)
		}
	}
	if got := LibraryTimeout(t.TempDir()); got != defaultLibraryTimeout {
		t.Errorf("without a file: %v", got)
	}
}

func FuzzLibraryTimeout(f *testing.F) {
	f.Add("timeout_ms = 5000 ; five seconds\n")
	f.Fuzz(func(t *testing.T, ini string) {
		if d := libraryTimeout(strings.NewReader(ini)); d <= 0 || d > time.Hour {
			t.Error(d)
		}
	})
}
