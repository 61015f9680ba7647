package driverhost_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"mps/driverhost"
	"mps/gbk"
	"mps/test/standin/drivers"
)

// A program of one width uses a library of the other, through a host program of
// that width.
func TestOtherWidth(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	narrow := []string{filepath.Join(t.TempDir(), "host386")}
	build := exec.Command("go", "build", "-o", narrow[0], "mps/test/standin/drivers/host")
	build.Env = append(os.Environ(), "GOARCH=386", "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	// Some kernels run no 32-bit programs. Under the emulator that does (qemu-i386
	// 7.2) every Go program with several threads dies of the first signal, "bad g in
	// signal handler", a library or none in it. A busy machine sends one to each
	// goroutine that runs for 10 ms, unless Go is told not to.
	if err := exec.Command(narrow[0]).Run(); err != nil && !strings.Contains(err.Error(), "exit status") {
		narrow = []string{"qemu-i386-static", "-L", "/", narrow[0]}
		t.Setenv("GODEBUG", "asyncpreemptoff=1")
	}

	h := driverhost.New(driverhost.Options{Library: drivers.Library(t, "other/sscard"), Command: append(narrow[:len(narrow):len(narrow)], "driver-host")})
	t.Cleanup(func() { h.Close() })
	reads(t, h)
	if _, err := h.Call(t.Context(), call("crash", 1)); err == nil {
		t.Error("no crash")
	}
	reads(t, h)

	args := append(narrow[1:len(narrow):len(narrow)], "call", drivers.Library(t, "sscard"), "read8", self, "driver-host")
	out, err := exec.Command(narrow[0], args...).CombinedOutput()
	if text, _ := gbk.Decode(out); err != nil || text != card {
		t.Errorf("32-bit program, 64-bit library: %s, %v", text, err)
	}
}
