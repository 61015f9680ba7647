package rendezvous

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestClaim(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "mps")
	first, err := NewClaim(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := NewClaim(dir); !errors.Is(err, ErrRunning) {
		t.Errorf("second claim: %v", err)
	}
	if _, err := Read(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("before it is published: %v", err)
	}
	want := Address{Port: 7936, Secret: NewSecret()}
	if err := first.Publish(want); err != nil {
		t.Fatal(err)
	}
	if got, err := Read(dir); err != nil || got != want {
		t.Errorf("read %+v, %v; want %+v", got, err, want)
	}
	if text, err := os.ReadFile(filepath.Join(dir, addressFile)); err != nil || !strings.Contains(string(text), fmt.Sprintf("\npid = %d\n", os.Getpid())) {
		t.Errorf("no process id: %v\n%s", err, text)
	}
	info, err := os.Stat(filepath.Join(dir, addressFile))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode is %v, %v", info.Mode(), err)
	}
	if err := first.Release(); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 || left[0].Name() != lockFile {
		t.Errorf("left behind: %v, %v", left, err)
	}
	again, err := NewClaim(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Release(); err != nil {
		t.Error(err)
	}
}

// An address that is not the claim's own stays.
func TestReleaseKeepsAnothers(t *testing.T) {
	dir := t.TempDir()
	c, err := NewClaim(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Publish(Address{Port: 1, Secret: NewSecret()}); err != nil {
		t.Fatal(err)
	}
	another := "port = 2\nsecret = " + strings.Repeat("a", 32) + "\n"
	if err := os.WriteFile(filepath.Join(dir, addressFile), []byte(another), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := c.Release(); err != nil {
		t.Fatal(err)
	}
	if a, err := Read(dir); err != nil || a.Port != 2 {
		t.Errorf("read %+v, %v", a, err)
	}
}

func TestParseRefuses(t *testing.T) {
	good := strings.Repeat("0", 32)
	for _, file := range []string{
		"", "port = 7936\n", "secret = " + good, "port = x\nsecret = " + good, "port = 65536\nsecret = " + good,
		"port = 0\nsecret = " + good, "port = 1\nsecret = 00", "port = 1\nsecret = " + strings.Repeat("g", 32),
		strings.Repeat("#", maxFile+1),
	} {
		if a, err := parse([]byte(file)); err == nil {
			t.Errorf("%.40q gives %+v", file, a)
		}
	}
}

func TestDir(t *testing.T) {
	tests := []struct {
		runtime, home, want string
	}{
		{"/run/user/1", "/home/a", "/run/user/1/mps"},
		{"", "/home/a", "/home/a/.cache/mps"},
		{"relative", "/home/a", "/home/a/.cache/mps"},
		{"", "", ""},
	}
	for _, tt := range tests {
		t.Setenv("XDG_RUNTIME_DIR", tt.runtime)
		t.Setenv("HOME", tt.home)
		if got, err := Dir(); got != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("%q, %q: %q, %v", tt.runtime, tt.home, got, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("; x\nport = 7936\nsecret = 0123456789abcdef0123456789abcdef\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if a, err := parse(b); err == nil && (a.Port < 1 || a.Port > 65535 || len(a.Secret) != 32) {
			t.Errorf("%q gives %+v", b, a)
		}
	})
}
