// Package pcsc_test reads virtual cards through the real PC/SC stack: the library
// libpcsclite, the service pcscd, and vpcd, its driver for virtual readers. The
// service is started for each test, with a socket of its own.
package pcsc_test

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"

	"mps/card/pcsc"
	"mps/card/virtual"
	"mps/test/rig/pcscd"
)

// folder is where the service of these tests has its socket. libpcsclite reads
// the place of the socket once in a process.
var folder string

func TestMain(m *testing.M) {
	var err error
	if folder, err = os.MkdirTemp("", "mps-pcscd"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if err := os.Setenv(pcscd.SocketVariable, pcscd.Socket(folder)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		_ = os.RemoveAll(folder)
		os.Exit(code)
	}))
}

// theReader is the name of the reader that most tests use.
const theReader = "Test Reader"

// patience is the time for what is certain to happen, on a busy machine too.
const patience = time.Minute

// holder is the invented person on the cards of these tests.
var holder = virtual.Holder{
	IDNumber:           "35058219720630061X",
	Name:               "林小满",
	Number:             "D12345678",
	IdentificationCode: "350000D15600000512345678ABCDEF01",
	Issued:             "20200229",
	Expires:            "20300228",
	Nation:             "01",
}

// start runs a service until the test ends.
func start(t *testing.T, readers ...string) *pcscd.Daemon {
	t.Helper()
	d, err := pcscd.Start(folder, readers...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Stop(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// insert puts a card into the slot at addr until the test ends or the function
// that it returns is called.
func insert(t *testing.T, addr string, c *virtual.Card) (remove func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	out := make(chan struct{})
	go func() {
		defer close(out)
		// vpcd takes a card only when pcscd next looks for one; how serving
		// ends shows in the read.
		_ = c.ServeVPCD(ctx, addr)
	}()
	remove = func() {
		cancel()
		<-out
	}
	t.Cleanup(remove)
	return remove
}

// awaitCard waits until pcscd has noticed the card in a reader, or that there is
// none any more.
func awaitCard(t *testing.T, reader string, present bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for {
		slots, err := pcsc.List(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range slots {
			if s.Name == reader && s.Card == present {
				return
			}
		}
		time.Sleep(10 * time.Millisecond) // PC/SC polls, too
	}
}
