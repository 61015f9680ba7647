package sqlite

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mps/database/storetest"
	"mps/journal"
)

func TestJournal(t *testing.T) {
	storetest.Journal(t, func(t *testing.T) journal.Store {
		d := openNew(t)
		_, err := d.db.Exec(`CREATE TRIGGER refuse BEFORE INSERT ON entries WHEN new.function = '` + storetest.Refused + `'
			BEGIN SELECT RAISE(ABORT, 'refused'); END`)
		if err != nil {
			t.Fatal(err)
		}
		return d.Journal()
	})
}

func newJournal(t testing.TB, d *Database, options journal.Options) *journal.Journal {
	t.Helper()
	keys, err := journal.LoadKeys(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	j, err := journal.New(t.Context(), d.Journal(), keys, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(j.Close)
	return j
}

// When the disk is full, what was recorded is there and nothing else.
func TestFullDatabase(t *testing.T) {
	d := openNew(t)
	d.db.SetMaxOpenConns(1) // the limit is one of the connection
	j := newJournal(t, d, journal.Options{})
	var pages int
	if err := d.db.QueryRow("PRAGMA page_count").Scan(&pages); err != nil {
		t.Fatal(err)
	}
	if _, err := d.db.Exec(fmt.Sprintf("PRAGMA max_page_count = %d", pages+8)); err != nil {
		t.Fatal(err)
	}
	var ok, failed int
	for i := range 100 {
		if err := j.Record(t.Context(), storetest.Entry(fmt.Sprint("r-", i))); err == nil {
			ok++
		} else if failed++; !strings.Contains(err.Error(), "full") {
			t.Fatal(err)
		}
	}
	if entries, answers := count(t, d, "entries"), count(t, d, "answers"); failed == 0 || ok != entries || ok != answers {
		t.Errorf("%d recorded and %d refused, but %d entries and %d answers are there", ok, failed, entries, answers)
	}
}

// The files of the database show no personal value, and of an answer that was
// dropped not even the sealed form.
func TestFilesShowNothing(t *testing.T) {
	dir := t.TempDir()
	d := openAt(t, filepath.Join(dir, "mps.db"))
	j := newJournal(t, d, journal.Options{AnswerLifetime: time.Hour})
	e := storetest.Entry("r-1")
	e.Answer = fmt.Appendf(nil, `{"data":{"userName":%q,"idNo":%q,"ecToken":%q}}`, e.Name, e.IDNumber, e.Token)
	e.Message = e.Name + e.IDNumber
	if err := j.Record(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	var sealed []byte
	if err := d.db.QueryRow("SELECT sealed FROM answers").Scan(&sealed); err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(filesIn(t, dir), sealed) {
		t.Fatal("the sealed answer is not where this test looks for it")
	}
	for _, secret := range []string{e.Name, e.IDNumber, e.Token, e.Code, e.IDNumber[:12], e.Code[6:20]} {
		if bytes.Contains(filesIn(t, dir), []byte(secret)) {
			t.Errorf("%q is in the files", secret)
		}
	}
	if n, err := d.Journal().DropExpired(t.Context(), time.Now().Add(2*time.Hour), 1); err != nil || n != 1 {
		t.Fatalf("dropped %d, error %v", n, err)
	}
	if _, err := d.db.Exec("PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(filesIn(t, dir), sealed) {
		t.Error("the sealed answer is still in the files")
	}
}

func filesIn(t *testing.T, dir string) []byte {
	t.Helper()
	var all []byte
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		content, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, content...)
	}
	return all
}

func count(t *testing.T, d *Database, table string) (n int) {
	t.Helper()
	if err := d.db.QueryRow("SELECT count(*) FROM " + table).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
