package journal_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"mps/database/sqlite"
	"mps/database/storetest"
	"mps/failure"
	"mps/journal"
)

// testDB is a SQLite database, of which tests count what the journal does not
// show.
type testDB struct {
	*sqlite.Database
	path string
}

func openDB(t testing.TB, path string) testDB {
	t.Helper()
	d, err := sqlite.Open(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return testDB{d, path}
}

func openNew(t testing.TB) testDB {
	t.Helper()
	return openDB(t, filepath.Join(t.TempDir(), "mps.db"))
}

// query reads one value with a connection of its own.
func (d testDB) query(t *testing.T, statement string, value any) {
	t.Helper()
	db, err := sql.Open("sqlite", d.path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRow(statement).Scan(value); err != nil {
		t.Fatal(err)
	}
}

func (d testDB) count(t *testing.T, table string) (n int) {
	t.Helper()
	d.query(t, "SELECT count(*) FROM "+table, &n)
	return n
}

func newJournal(t testing.TB, d testDB, options journal.Options) *journal.Journal {
	t.Helper()
	j, err := journal.New(context.Background(), d.Journal(), journal.KeysOf(t, 7), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(j.Close)
	return j
}

func TestRecordThenRecall(t *testing.T) {
	j := newJournal(t, openNew(t), journal.Options{})
	e := storetest.Entry("r-1")
	if _, err := j.Recall(t.Context(), e.Institution, "r-1", e.Code); !errors.Is(err, journal.ErrNotRecorded) {
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
		{"other code", e.Institution, "r-1", "other", journal.ErrOtherCode},
		{"no code", e.Institution, "r-1", "", journal.ErrOtherCode},
		{"other institution", "H2", "r-1", e.Code, journal.ErrNotRecorded},
		{"other id", e.Institution, "r-2", e.Code, journal.ErrNotRecorded},
	} {
		answer, err := j.Recall(t.Context(), c.institution, c.id, c.code)
		if !errors.Is(err, c.want) || (err == nil) != bytes.Equal(answer, e.Answer) {
			t.Errorf("%s: answer %q, error %v", c.name, answer, err)
		}
	}
}

func TestAnIDHasOneAnswer(t *testing.T) {
	j := newJournal(t, openNew(t), journal.Options{})
	failed := storetest.Entry("r-1")
	failed.Answer, failed.Result = nil, "centre_timeout"
	answered := storetest.Entry("r-1")
	second := storetest.Entry("r-1")
	second.Answer = []byte("another answer")
	for i, c := range []struct {
		e    journal.Entry
		want error
	}{{failed, nil}, {failed, nil}, {answered, nil}, {second, journal.ErrRecorded}, {failed, nil}} {
		if err := j.Record(t.Context(), c.e); !errors.Is(err, c.want) {
			t.Fatalf("entry %d: error %v", i, err)
		}
	}
	answer, err := j.Recall(t.Context(), answered.Institution, "r-1", answered.Code)
	if err != nil || !bytes.Equal(answer, answered.Answer) {
		t.Errorf("recalled %q, error %v", answer, err)
	}
	lines, err := j.List(t.Context(), journal.Filter{RequestID: "r-1"})
	if err != nil || len(lines) != 4 {
		t.Errorf("%d entries, error %v", len(lines), err)
	}
}

func TestManyCallersOfOneID(t *testing.T) {
	j := newJournal(t, openNew(t), journal.Options{})
	var wg sync.WaitGroup
	var recorded, refused atomic.Int32
	for range 50 {
		wg.Go(func() {
			switch err := j.Record(t.Context(), storetest.Entry("r-1")); {
			case err == nil:
				recorded.Add(1)
			case errors.Is(err, journal.ErrRecorded):
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
	db := openNew(t)
	j := newJournal(t, db, journal.Options{AnswerLifetime: time.Minute, Now: c.Now})
	recall := func(id string) error {
		_, err := j.Recall(t.Context(), storetest.Entry("").Institution, id, storetest.Entry("").Code)
		return err
	}
	if err := j.Record(t.Context(), storetest.Entry("old")); err != nil {
		t.Fatal(err)
	}
	c.advance(time.Minute - time.Millisecond)
	if err := j.Record(t.Context(), storetest.Entry("new")); err != nil {
		t.Fatal(err)
	}
	if err := recall("old"); err != nil {
		t.Errorf("just before the end: %v", err)
	}
	c.advance(time.Millisecond)
	if err := recall("old"); !errors.Is(err, journal.ErrExpired) {
		t.Errorf("at the end, before the removal: %v", err)
	}
	j.Sweep()
	if n := db.count(t, "answers"); n != 1 {
		t.Errorf("%d answers are left", n)
	}
	if err := recall("old"); !errors.Is(err, journal.ErrExpired) {
		t.Errorf("after the removal: %v", err)
	}
	if err := recall("new"); err != nil {
		t.Errorf("an answer that lives: %v", err)
	}
	if err := j.Record(t.Context(), storetest.Entry("old")); !errors.Is(err, journal.ErrRecorded) {
		t.Errorf("the id can be used again: %v", err)
	}
}

func TestSweepRemovesAllInPortions(t *testing.T) {
	var c clock
	db := openNew(t)
	j := newJournal(t, db, journal.Options{AnswerLifetime: time.Minute, Now: c.Now})
	const n = 2*journal.DropAtOnce + 1
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			if err := j.Record(t.Context(), storetest.Entry(fmt.Sprint("r-", i))); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	c.advance(2 * time.Minute)
	for i, want := range []time.Duration{time.Millisecond, time.Millisecond, journal.SweepInterval} {
		if next := j.Sweep(); next != want {
			t.Errorf("sweep %d: next one in %v, want %v", i, next, want)
		}
	}
	if left := db.count(t, "answers"); left != 0 {
		t.Errorf("%d answers are left", left)
	}
	if left := db.count(t, "entries"); left != n {
		t.Errorf("%d entries are left, want %d", left, n)
	}
}

// A journal that starts removes what expired while no program ran.
func TestStartRemovesExpiredAnswers(t *testing.T) {
	var c clock
	db := openNew(t)
	first := newJournal(t, db, journal.Options{AnswerLifetime: time.Minute, Now: c.Now})
	if err := first.Record(t.Context(), storetest.Entry("r-1")); err != nil {
		t.Fatal(err)
	}
	first.Close()
	c.advance(time.Hour)
	newJournal(t, db, journal.Options{Now: c.Now})
	for db.count(t, "answers") > 0 { // the test's own timeout ends this
		time.Sleep(time.Millisecond)
	}
}

func TestSweepReportsFailure(t *testing.T) {
	var log bytes.Buffer
	db := openNew(t)
	j := newJournal(t, db, journal.Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	db.Close()
	next := j.Sweep()
	j.Close() // it has a sweep of its own, which may fail as well
	if next != journal.SweepInterval || !strings.Contains(log.String(), "过期") {
		t.Errorf("next sweep in %v, log %q", next, log.String())
	}
}

func TestKeysAreTiedToTheDatabase(t *testing.T) {
	db := openNew(t)
	newJournal(t, db, journal.Options{})
	newJournal(t, db, journal.Options{}) // the same keys
	j, err := journal.New(t.Context(), db.Journal(), journal.KeysOf(t, 8), journal.Options{})
	if !errors.Is(err, journal.ErrForeignKey) {
		j.Close()
		t.Fatalf("error %v", err)
	}
	if want := "密钥文件 journal.key 与数据库不匹配，请恢复与数据库一起使用的密钥文件"; err.Error() != want {
		t.Errorf("error %q, want %q", err, want)
	}
}

func TestTextsShowNoPerson(t *testing.T) {
	j := newJournal(t, openNew(t), journal.Options{})
	e := storetest.Entry("r-1")
	if err := j.Record(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	err := j.Record(t.Context(), e)
	for _, secret := range []string{e.Code, e.IDNumber, e.Token, e.Name} {
		for _, text := range []string{fmt.Sprint(err), fmt.Sprint(e), fmt.Sprintf("%+v", &e)} {
			if strings.Contains(text, secret) {
				t.Errorf("%q shows %q", text, secret)
			}
		}
	}
	if bytes.Contains([]byte(fmt.Sprintf("%+v", journal.KeysOf(t, 7))), bytes.Repeat([]byte("7 "), 16)) {
		t.Error("formatted keys show the master key")
	}
}

func TestRecordFailsWhenTheDatabaseDoes(t *testing.T) {
	db := openNew(t)
	j := newJournal(t, db, journal.Options{})
	db.Close()
	if err := j.Record(t.Context(), storetest.Entry("r-1")); err == nil {
		t.Fatal("recorded")
	}
}

func TestRecordHeedsAnEndedContext(t *testing.T) {
	db := openNew(t)
	j := newJournal(t, db, journal.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := j.Record(ctx, storetest.Entry("r-1")); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if n := db.count(t, "entries"); n != 0 {
		t.Errorf("%d entries", n)
	}
}

func TestCloseWritesWhatWaits(t *testing.T) {
	db := openNew(t)
	j := newJournal(t, db, journal.Options{})
	const callers = 500
	results := make(chan error, callers)
	for i := range callers {
		go func() { results <- j.Record(t.Context(), storetest.Entry(fmt.Sprint("r-", i))) }()
	}
	first := <-results
	j.Close()
	recorded := 0
	for i := range callers {
		err := first
		if i > 0 {
			err = <-results
		}
		switch {
		case err == nil:
			recorded++
		case !errors.Is(err, journal.ErrClosed):
			t.Error(err)
		}
	}
	if n := db.count(t, "entries"); n != recorded {
		t.Errorf("%d were told that their entry is recorded, %d are", recorded, n)
	}
	if err := j.Record(t.Context(), storetest.Entry("late")); !errors.Is(err, journal.ErrClosed) {
		t.Errorf("after Close: error %v", err)
	}
	j.Close() // may be repeated
}

// What operators read is written for them.
func TestAnUnusableDatabaseIsToldInChinese(t *testing.T) {
	db := openNew(t)
	j := newJournal(t, db, journal.Options{})
	db.Close()
	_, listing := j.List(t.Context(), journal.Filter{})
	_, starting := journal.New(t.Context(), db.Journal(), journal.KeysOf(t, 7), journal.Options{})
	for _, err := range []error{listing, starting} {
		if f, ok := errors.AsType[failure.Failure](err); !ok || f.Code() != "journal_unusable" || !strings.HasPrefix(f.Error(), "台账的数据库不可用：") {
			t.Errorf("error %v", err)
		}
	}
}
