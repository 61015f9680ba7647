package driverhost_test

import (
	"io"
	"os"
	"testing"

	"golang.org/x/sys/unix"

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
