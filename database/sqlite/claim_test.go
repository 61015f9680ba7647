package sqlite

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"mps/failure"
)

func TestClaim(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data", "mps.db")
	first, err := NewClaim(path, "127.0.0.1:8936")
	if err != nil {
		t.Fatal(err)
	}
	_, err = NewClaim(filepath.Join(filepath.Dir(path), ".", "mps.db"), "127.0.0.1:9000")
	f, ok := err.(failure.Failure)
	if !ok || f.Code() != "database_served" || !strings.Contains(err.Error(), "进程号 "+strconv.Itoa(os.Getpid())+"，监听 127.0.0.1:8936") {
		t.Errorf("a second server: %v", err)
	}
	openAt(t, path) // beside it
	if _, err := NewClaim(filepath.Join(t.TempDir(), "mps.db"), ""); err != nil {
		t.Errorf("another folder: %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := NewClaim(path, "")
	if err != nil {
		t.Fatal(err)
	}
	again.Close()
}

// Who holds the file may have left nothing, or nonsense.
func TestClaimOfUnknown(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mps.db")
	first, err := NewClaim(path, "")
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	for _, left := range []string{"", "\x00\x1b]0;x\n", "\x00" + strings.Repeat("长", 1000) + "\n"} {
		if err := os.WriteFile(path+claimSuffix, []byte(left), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := NewClaim(path, ""); err == nil || !strings.Contains(err.Error(), "（进程号不明）") {
			t.Errorf("%.20q: %v", left, err)
		}
	}
}

func TestClaimRefused(t *testing.T) {
	blocked := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(blocked, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	held := filepath.Join(t.TempDir(), "mps.db")
	if err := os.Mkdir(held+claimSuffix, 0o700); err != nil {
		t.Fatal(err)
	}
	for path, code := range map[string]string{filepath.Join(blocked, "mps.db"): "database_unusable", held: "database_unclaimed"} {
		if _, err := NewClaim(path, ""); err == nil || err.(failure.Failure).Code() != code {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// Where there is no database, a program that only reads makes none.
func TestOpenExisting(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	path := filepath.Join(dir, "mps.db")
	_, err := OpenExisting(t.Context(), path)
	if f, ok := err.(failure.Failure); !ok || f.Code() != "database_absent" || !strings.Contains(err.Error(), path) {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the folder was made: %v", err)
	}
	if d := openAt(t, path); !d.New || d.Path != path {
		t.Errorf("new is %t, path %s", d.New, d.Path)
	}
	d, err := OpenExisting(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if d.New {
		t.Error("the database is not new")
	}
}
