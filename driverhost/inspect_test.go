package driverhost_test

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"mps/driverhost"
	"mps/test/standin/drivers"
)

func TestInspect(t *testing.T) {
	f, err := driverhost.Inspect(drivers.Library(t, "needs"))
	if err != nil {
		t.Fatal(err)
	}
	if f.System != runtime.GOOS || f.Machine != runtime.GOARCH {
		t.Errorf("for %s/%s", f.System, f.Machine)
	}
	for _, name := range f.Exports {
		if filepath.Base(name) != name || name == "sibling" {
			t.Errorf("exports %q", name)
		}
	}
	if !slices.ContainsFunc(f.Exports, func(s string) bool { return s == "needs" || s == "needs@8" }) {
		t.Errorf("exports %q", f.Exports)
	}
	sibling := filepath.Base(drivers.Library(t, "sibling"))
	if !slices.Contains(f.Needs, sibling) {
		t.Errorf("needs %q", f.Needs)
	}
	want := 64
	if runtime.GOARCH == "386" {
		want = 32
	}
	if f.Bits() != want {
		t.Errorf("%d bits, want %d", f.Bits(), want)
	}
	for name, text := range map[string]string{"text": "350000|", "empty": "", "ELF": "\x7fELF\x02\x01\x01", "PE": "MZ\x90\x00"} {
		path := filepath.Join(drivers.TempDir(t), "library")
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if f, err := driverhost.Inspect(path); err == nil {
			t.Errorf("%s: %+v", name, f)
		}
	}
	if _, err := driverhost.Inspect(filepath.Join(drivers.TempDir(t), "missing")); !os.IsNotExist(err) {
		t.Error(err)
	}
}

// Libraries come from anywhere; doctor inspects them in its own process.
func FuzzInspect(f *testing.F) {
	for _, name := range []string{"needs", "sieaf"} {
		b, err := os.ReadFile(drivers.Library(f, name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	path := filepath.Join(drivers.TempDir(f), "library")
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 1<<20 {
			return
		}
		if err := os.WriteFile(path, b, 0o644); err != nil {
			t.Fatal(err)
		}
		if file, err := driverhost.Inspect(path); err == nil && file.System == "" {
			t.Errorf("%+v", file)
		}
	})
}
