package main

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"mps/test/rig/port"
	"mps/test/standin/drivers"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"mps": main})
}

// The scripts run mps as people do, with the client library and the host
// program that "make build" puts into bin/.
func TestScripts(t *testing.T) {
	bin, err := filepath.Abs("../../bin")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"libmps_client.so", "mps-host", "mps"} {
		if _, err := os.Stat(filepath.Join(bin, name)); err != nil {
			t.Fatalf("run \"make build\" first: %v", err)
		}
	}
	protocolSamples, err := filepath.Abs("../../protocol/testdata")
	if err != nil {
		t.Fatal(err)
	}
	vendors := filepath.Dir(drivers.Library(t, "sscard"))
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(e *testscript.Env) error {
			e.Setenv("BIN", bin)
			e.Setenv("SAMPLES", protocolSamples)
			e.Setenv("DRIVERS", vendors)
			e.Setenv("MPS", filepath.Join(bin, "mps"))
			for _, name := range []string{"AGENT", "SERVER", "CENTRE"} {
				r, err := port.Reserve(0)
				if err != nil {
					return err
				}
				e.Defer(func() { _ = r.Close() })
				e.Setenv(name, r.String())
			}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"await":     await,
			"awaitfile": awaitFile,
			"awaitgone": awaitGone,
			"expand":    expand,
		},
	})
}

// await PORT... waits until something listens on each port of this machine.
func await(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: await PORT...")
	}
	for _, port := range args {
		ts.Check(awaitPort(port))
	}
}

// expand FILE replaces $NAME in a file by the environment's values.
func expand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: expand FILE")
	}
	path := ts.MkAbs(args[0])
	ts.Check(os.WriteFile(path, []byte(os.Expand(ts.ReadFile(args[0]), ts.Getenv)), 0o600))
}

// awaitFile FILE waits until a file is there.
func awaitFile(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: awaitfile FILE")
	}
	ts.Check(poll(func() error {
		_, err := os.Stat(ts.MkAbs(args[0]))
		return err
	}))
}

// awaitGone FILE waits until a file is no longer there.
func awaitGone(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: awaitgone FILE")
	}
	ts.Check(poll(func() error {
		if _, err := os.Stat(ts.MkAbs(args[0])); !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%s is still there: %w", args[0], err)
		}
		return nil
	}))
}

func awaitPort(port string) error {
	return poll(func() error {
		c, err := net.DialTimeout("tcp", "127.0.0.1:"+port, time.Second)
		if err != nil {
			return err
		}
		return c.Close()
	})
}

// poll tries until done returns nil, because another process cannot signal.
func poll(done func() error) error {
	const (
		tries = 200
		pause = 50 * time.Millisecond
	)
	err := done()
	for range tries {
		if err == nil {
			return nil
		}
		time.Sleep(pause)
		err = done()
	}
	return fmt.Errorf("waited in vain: %w", err)
}
