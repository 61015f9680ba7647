package driverhost_test

import (
	"errors"
	"io"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"mps/driverhost"
	"mps/test/standin/drivers"
)

// A library reaches nothing of what the agent was started with.
func TestInheritedDescriptors(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	inherited, err := unix.Dup(int(w.Fd())) // without close-on-exec
	if err != nil {
		t.Fatal(err)
	}
	h := drivers.Host(t, "frames")
	result, err := h.Call(t.Context(), call("write_low", 1))
	unix.Close(inherited)
	if !isRead(result, err, 1) {
		t.Errorf("%d, %v", result.Int, err)
	}
	h.Close()
	w.Close()
	if got, err := io.ReadAll(r); len(got) > 0 || err != nil {
		t.Errorf("the library wrote %d bytes, %v", len(got), err)
	}
}

// The end of a child is noticed even when a process that its library has
// started lives on and keeps the pipes open.
func TestLibraryForksAndQuits(t *testing.T) {
	defer goleak.VerifyNone(t)
	h := driverhost.New(driverhost.Options{Library: drivers.Library(t, "sscard"), Timeout: time.Minute})
	defer h.Close()
	for range 2 {
		reads(t, h)
		_, err := h.Call(t.Context(), call("fork_and_quit", 3))
		if e := errors.Unwrap(err); !errors.Is(err, driverhost.ErrCrashed) || e.Error() != driverhost.ErrCrashed.Error()+": exit status 3" {
			t.Errorf("%v (%v)", err, e)
		}
	}
	reads(t, h)
}
