package journal

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mps/database"
)

func TestRecordThenRecall(t *testing.T) {
	j := newJournal(t, openDB(t), Options{})
	e := benchEntry("r-1")
	if _, err := j.Recall(t.Context(), e.Institution, "r-1", e.Code); !errors.Is(err, ErrNotRecorded) {
		t.Fatalf("before: error %v", err)
	}
	if err := j.Record(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, institution, id, code string
		want                        error
	}{
		{"same", e.Institution, "r-1", e.Code, nil},
		{"other code", e.Institution, "r-1", "other", ErrOtherCode},
		{"no code", e.Institution, "r-1", "", ErrOtherCode},
		{"other institution", "H2", "r-1", e.Code, ErrNotRecorded},
		{"other id", e.Institution, "r-2", e.Code, ErrNotRecorded},
	} {
		answer, err := j.Recall(t.Context(), c.institution, c.id, c.code)
		if !errors.Is(err, c.want) || (err == nil) != bytes.Equal(answer, e.Answer) {
			t.Errorf("%s: answer %q, error %v", c.name, answer, err)
		}
	}
}

func TestAnIDHasOneAnswer(t *testing.T) {
	j := newJournal(t, openDB(t), Options{})
	failed := benchEntry("r-1")
	failed.Answer, failed.Result = nil, "centre_timeout"
	answered := benchEntry("r-1")
	second := benchEntry("r-1")
	second.Answer = []byte("another answer")
	for i, c := range []struct {
		e    Entry
		want error
	}{{failed, nil}, {failed, nil}, {answered, nil}, {second, ErrRecorded}, {failed, nil}} {
		if err := j.Record(t.Context(), c.e); !errors.Is(err, c.want) {
			t.Fatalf("entry %d: error %v", i, err)
		}
	}
	answer, err := j.Recall(t.Context(), answered.Institution, "r-1", answered.Code)
	if err != nil || !bytes.Equal(answer, answered.Answer) {
		t.Errorf("recalled %q, error %v", answer, err)
	}
	lines, err := j.List(t.Context(), Filter{RequestID: "r-1"})
	if err != nil || len(lines) != 4 {
		t.Errorf("%d entries, error %v", len(lines), err)
	}
}

func TestManyCallersOfOneID(t *testing.T) {
	j := newJournal(t, openDB(t), Options{})
	var wg sync.WaitGroup
	var recorded, refused atomic.Int32
	for range 50 {
		wg.Go(func() {
			switch err := j.Record(t.Context(), benchEntry("r-1")); {
			case err == nil:
				recorded.Add(1)
			case errors.Is(err, ErrRecorded):
				refused.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if recorded.Load() != 1 || refused.Load() != 49 {
		t.Errorf("%d recorded, %d refused", recorded.Load(), refused.Load())
	}
}

// clock is a clock that tests move.
type clock struct{ ms atomic.Int64 }

func (c *clock) Now() time.Time          { return time.UnixMilli(c.ms.Load()) }
func (c *clock) advance(d time.Duration) { c.ms.Add(d.Milliseconds()) }

func TestAnswersExpire(t *testing.T) {
	var c clock
	c.advance(1000 * time.Hour)
	db := openDB(t)
	j := newJournal(t, db, Options{AnswerLifetime: time.Minute, Now: c.Now})
	recall := func(id string) error {
		_, err := j.Recall(t.Context(), benchEntry("").Institution, id, benchEntry("").Code)
		return err
	}
	if err := j.Record(t.Context(), benchEntry("old")); err != nil {
		t.Fatal(err)
	}
	c.advance(time.Minute - time.Millisecond)
	if err := j.Record(t.Context(), benchEntry("new")); err != nil {
		t.Fatal(err)
	}
	if err := recall("old"); err != nil {
		t.Errorf("just before the end: %v", err)
	}
	c.advance(time.Millisecond)
	if err := recall("old"); !errors.Is(err, ErrExpired) {
		t.Errorf("at the end, before the removal: %v", err)
	}
	if n, err := j.drop(); n != 1 || err != nil {
		t.Errorf("removed %d, error %v", n, err)
	}
	if err := recall("old"); !errors.Is(err, ErrExpired) {
		t.Errorf("after the removal: %v", err)
	}
	if err := recall("new"); err != nil {
		t.Errorf("an answer that lives: %v", err)
	}
	if err := j.Record(t.Context(), benchEntry("old")); !errors.Is(err, ErrRecorded) {
		t.Errorf("the id can be used again: %v", err)
	}
}

func TestSweepRemovesAllInPortions(t *testing.T) {
	var c clock
	db := openDB(t)
	j := newJournal(t, db, Options{AnswerLifetime: time.Minute, Now: c.Now})
	const n = 2*dropAtOnce + 1
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			if err := j.Record(t.Context(), benchEntry(fmt.Sprint("r-", i))); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	c.advance(2 * time.Minute)
	for i, want := range []time.Duration{time.Millisecond, time.Millisecond, sweepInterval} {
		if next := j.sweep(); next != want {
			t.Errorf("sweep %d: next one in %v, want %v", i, next, want)
		}
	}
	if left := count(t, db, "answers"); left != 0 {
		t.Errorf("%d answers are left", left)
	}
	if left := count(t, db, "entries"); left != n {
		t.Errorf("%d entries are left, want %d", left, n)
	}
}

// A journal that starts removes what expired while no program ran.
func TestStartRemovesExpiredAnswers(t *testing.T) {
	var c clock
	db := openDB(t)
	first := newJournal(t, db, Options{AnswerLifetime: time.Minute, Now: c.Now})
	if err := first.Record(t.Context(), benchEntry("r-1")); err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	c.advance(time.Hour)
	newJournal(t, db, Options{Now: c.Now})
	for count(t, db, "answers") > 0 { // the test's own timeout ends this
		time.Sleep(time.Millisecond)
	}
}

func TestSweepReportsFailure(t *testing.T) {
	var log bytes.Buffer
	db := openDB(t)
	j := newJournal(t, db, Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	db.Close()
	if next := j.sweep(); next != sweepInterval || !strings.Contains(log.String(), "过期") {
		t.Errorf("next sweep in %v, log %q", next, log.String())
	}
}

func TestKeysAreTiedToTheDatabase(t *testing.T) {
	db := openDB(t)
	newJournal(t, db, Options{})
	newJournal(t, db, Options{}) // the same keys
	other, err := newKeys(bytes.Repeat([]byte{8}, masterSize))
	if err != nil {
		t.Fatal(err)
	}
	if j, err := New(t.Context(), db, other, Options{}); !errors.Is(err, ErrForeignKey) {
		j.Close()
		t.Errorf("error %v", err)
	}
}

// The files of the database show no personal value, and of an answer that was
// dropped not even the sealed form.
func TestFilesShowNothing(t *testing.T) {
	var c clock
	dir := t.TempDir()
	db, err := database.Open(t.Context(), filepath.Join(dir, "mps.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	j := newJournal(t, db, Options{AnswerLifetime: time.Minute, Now: c.Now})
	e := benchEntry("r-1")
	e.Answer = []byte(fmt.Sprintf(`{"data":{"userName":%q,"idNo":%q,"ecToken":%q}}`, e.Name, e.IDNumber, e.Token))
	e.Message = e.Name + e.IDNumber
	if err := j.Record(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	var sealed []byte
	if err := db.QueryRow("SELECT sealed FROM answers").Scan(&sealed); err != nil {
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
	c.advance(time.Hour)
	if _, err := j.drop(); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
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

func count(t *testing.T, db *sql.DB, table string) (n int) {
	t.Helper()
	if err := db.QueryRow("SELECT count(*) FROM " + table).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
