package sqlite

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"mps/database"
	"mps/failure"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func openAt(t testing.TB, path string) *Database {
	t.Helper()
	d, err := Open(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// openNew opens a new database.
func openNew(t testing.TB) *Database {
	t.Helper()
	return openAt(t, filepath.Join(t.TempDir(), "mps.db"))
}

func TestOpenSetsPragmasOnEveryConnection(t *testing.T) {
	db := openNew(t).db
	want := map[string]string{
		"journal_mode":  "wal",
		"synchronous":   "2", // FULL
		"foreign_keys":  "1",
		"busy_timeout":  "5000",
		"secure_delete": "1",
	}
	for range 3 {
		conn, err := db.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close() // all three are held at once
		for pragma, value := range want {
			var got string
			if err := conn.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got); err != nil {
				t.Fatal(err)
			}
			if got != value {
				t.Errorf("%s = %s, want %s", pragma, got, value)
			}
		}
	}
}

func TestOpenMakesPrivateFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state", "mps")
	db := openAt(t, filepath.Join(dir, "mps.db")).db
	if _, err := db.Exec("INSERT INTO journal_key (id, fingerprint) VALUES (1, x'00')"); err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS == "windows" {
		return // permissions there are those of the folder
	}
	for name, want := range map[string]os.FileMode{"": 0o700, "mps.db": 0o600, "mps.db-wal": 0o600, "mps.db-shm": 0o600} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%q has permissions %o, want %o", name, got, want)
		}
	}
}

func TestOpenTakesAnyFileName(t *testing.T) {
	for _, name := range []string{"医保 数据库.db", "50%41.db", "a?b#c&d.db", "mode=memory.db"} {
		if runtime.GOOS == "windows" && strings.ContainsAny(name, "?") {
			continue
		}
		path := filepath.Join(t.TempDir(), name)
		openAt(t, path)
		if _, err := os.Stat(path + "-wal"); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestOpenAgainKeepsContent(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mps.db")
	first := openAt(t, path)
	if _, err := first.db.Exec("INSERT INTO institutions (id, name, token_hash, created_at) VALUES ('H1', 'x', x'01', 1)"); err != nil {
		t.Fatal(err)
	}
	first.Close()
	var n int
	if err := openAt(t, path).db.QueryRow("SELECT count(*) FROM institutions").Scan(&n); err != nil || n != 1 {
		t.Fatalf("found %d institutions, error %v", n, err)
	}
}

// A server and a command may meet on a database that neither has seen.
func TestOpenAtTheSameMoment(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mps.db")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			db, err := Open(t.Context(), path)
			if err != nil {
				t.Error(err)
				return
			}
			db.Close()
		})
	}
	wg.Wait()
}

func TestOpenRefuses(t *testing.T) {
	newer := filepath.Join(t.TempDir(), "newer.db")
	db := openAt(t, newer).db
	if _, err := db.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, 1)"); err != nil {
		t.Fatal(err)
	}
	garbage := filepath.Join(t.TempDir(), "garbage.db")
	if err := os.WriteFile(garbage, []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	blocked := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(blocked, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, path, want string }{
		{"newer schema", newer, "数据库由更新版本的程序建立，请升级本程序后再启动（数据库结构版本 99999，本程序支持到 1）"},
		{"no database", garbage, "不是数据库文件，或已损坏，请检查"},
		{"directory", t.TempDir(), "请检查"},
		{"below a file", filepath.Join(blocked, "mps.db"), "请检查"},
	} {
		t.Run(c.name, func(t *testing.T) {
			db, err := Open(t.Context(), c.path)
			if err == nil {
				db.Close()
				t.Fatal("opened")
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %q does not say %q", err, c.want)
			}
			if f, ok := err.(failure.Failure); !ok || !strings.HasPrefix(f.Code(), "database_") || !strings.HasPrefix(f.Error(), "数据库") {
				t.Errorf("error %q was not written for an operator", err)
			}
		})
	}
	if _, err := Open(t.Context(), newer); !errors.Is(err, database.ErrNewer) {
		t.Errorf("error %v is not ErrNewer", err)
	}
}

func TestOpenHeedsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if db, err := Open(ctx, filepath.Join(t.TempDir(), "mps.db")); !errors.Is(err, context.Canceled) {
		db.Close()
		t.Fatalf("error %v", err)
	}
}

func TestMigrationsGoDownAndUpAgain(t *testing.T) {
	db := openNew(t).db
	provider, err := newProvider(db)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.DownTo(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	var tables int
	const count = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name NOT IN ('goose_db_version', 'sqlite_sequence')"
	if err := db.QueryRow(count).Scan(&tables); err != nil || tables != 0 {
		t.Fatalf("%d tables are left, error %v", tables, err)
	}
	if _, err := provider.Up(t.Context()); err != nil {
		t.Fatal(err)
	}
}
