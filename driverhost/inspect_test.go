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
	if !f.Has("needs", 2) || f.Has("need", 2) {
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

// A function counts as there when the loader would find it.
func TestHas(t *testing.T) {
	windows := func(machine, export string) driverhost.File {
		return driverhost.File{System: "windows", Machine: machine, Exports: []string{"DllMain", export}}
	}
	for _, tt := range []struct {
		file driverhost.File
		want bool
	}{
		{windows("386", "iReadCardBas"), true},
		{windows("386", "_iReadCardBas@8"), true}, // Microsoft's
		{windows("386", "iReadCardBas@8"), true},  // MinGW's
		{windows("386", "_iReadCardBas@12"), false},
		{windows("386", "iReadCardBas@12"), false},
		{windows("386", "@iReadCardBas@8"), false}, // fastcall
		{windows("386", "_iReadCardBas"), false},
		{windows("386", "iReadCardBas2"), false},
		{windows("386", "ireadcardbas"), false},
		{windows("amd64", "iReadCardBas"), true},
		{windows("amd64", "iReadCardBas@8"), false},
		{driverhost.File{System: "linux", Machine: "386", Exports: []string{"iReadCardBas"}}, true},
		{driverhost.File{System: "linux", Machine: "386", Exports: []string{"iReadCardBas@8"}}, false},
		{driverhost.File{System: "windows", Machine: "386"}, false},
	} {
		if got := tt.file.Has("iReadCardBas", 2); got != tt.want {
			t.Errorf("%+v: %t", tt.file, got)
		}
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
