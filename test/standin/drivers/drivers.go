// Package drivers gives tests the stand-ins for vendors' libraries, which are
// written in C in libraries/, and the child process to call them from.
package drivers

import (
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"mps/driverhost"
)

// Main is the TestMain of packages that call stand-ins: the test program is
// its own host program.
func Main(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "driver-host" {
		if err := driverhost.Serve(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	// Otherwise the race detector lets every child wait a second at its end.
	os.Setenv("GORACE", "atexit_sleep_ms=0")
	os.Exit(m.Run())
}

// folder is where the stand-ins lie: where MPS_DRIVERS says or, without it,
// where they are built now.
var folder = sync.OnceValues(func() (string, error) {
	if dir := os.Getenv("MPS_DRIVERS"); dir != "" {
		return filepath.Abs(dir)
	}
	_, here, _, _ := runtime.Caller(0)
	here = filepath.Dir(here)
	// Several test programs may want to build at the same time.
	build := exec.Command("flock", "Makefile", "make", "-s", "linux")
	build.Dir = filepath.Join(here, "libraries")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building the stand-ins: %w\n%s", err, out)
	}
	return filepath.Join(here, "../../../.cache/drivers/linux"), nil
})

// Library returns the path of a stand-in: "sscard", "orphan/needs" and so on.
func Library(t testing.TB, name string) string {
	t.Helper()
	dir, err := folder()
	if err != nil {
		t.Fatal(err)
	}
	extension := ".so"
	if runtime.GOOS == "windows" {
		extension = ".dll"
	}
	return filepath.Join(dir, filepath.FromSlash(name)+extension)
}

// Host returns a host of a stand-in. It logs to the test and is closed at its
// end.
func Host(t testing.TB, name string) *driverhost.Host {
	t.Helper()
	h := driverhost.New(driverhost.Options{Library: Library(t, name), Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	t.Cleanup(func() { h.Close() })
	return h
}

// TempDir is t.TempDir, which fails under Wine 8: that lacks the call by which
// Go removes files.
func TempDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "drivers")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}
