package journal

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"mps/database"
)

func TestRecordFailsWhenTheDatabaseDoes(t *testing.T) {
	t.Run("closed", func(t *testing.T) {
		db := openDB(t)
		j := newJournal(t, db, Options{})
		db.Close()
		if err := j.Record(t.Context(), benchEntry("r-1")); err == nil {
			t.Fatal("recorded")
		}
	})
	t.Run("full", func(t *testing.T) {
		db := openDB(t)
		db.SetMaxOpenConns(1) // the limit is one of the connection
		j := newJournal(t, db, Options{})
		var pages int
		if err := db.QueryRow("PRAGMA page_count").Scan(&pages); err != nil {
			t.Fatal(err)
		}
		if _, err := db.Exec(fmt.Sprintf("PRAGMA max_page_count = %d", pages+8)); err != nil {
			t.Fatal(err)
		}
		var ok, failed int
		for i := range 100 {
			if err := j.Record(t.Context(), benchEntry(fmt.Sprint("r-", i))); err == nil {
				ok++
			} else if failed++; !strings.Contains(err.Error(), "full") {
				t.Fatal(err)
			}
		}
		if failed == 0 || ok != count(t, db, "entries") || ok != count(t, db, "answers") {
			t.Errorf("%d recorded and %d refused, but %d entries and %d answers are there",
				ok, failed, count(t, db, "entries"), count(t, db, "answers"))
		}
	})
}

func TestABadRowCostsOnlyItself(t *testing.T) {
	db := openDB(t)
	j := newJournal(t, db, Options{})
	lock, err := db.Begin() // immediate: the writer waits, and the queue fills
	if err != nil {
		t.Fatal(err)
	}
	var batch []*write
	for i := range 5 {
		e := benchEntry(fmt.Sprint("r-", min(i, 3))) // the last one repeats an id
		row, err := j.keys.row(&e, time.Now(), time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		if i == 1 {
			row.entry[0] = nil // time is NOT NULL
		}
		batch = append(batch, &write{row: row, done: make(chan error, 1)})
		j.queue <- batch[i]
	}
	if err := lock.Rollback(); err != nil {
		t.Fatal(err)
	}
	for i, w := range batch {
		err := <-w.done
		switch {
		case i == 1 && (err == nil || errors.Is(err, ErrRecorded)),
			i == 4 && !errors.Is(err, ErrRecorded),
			i != 1 && i != 4 && err != nil:
			t.Errorf("row %d: error %v", i, err)
		}
	}
	if n := count(t, db, "entries"); n != 3 {
		t.Errorf("%d entries", n)
	}
}

// While the writer cannot go on, callers wait no longer than their context,
// and the queue grows no longer than its limit.
func TestQueueIsBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mps.db")
	db, err := database.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	j := newJournal(t, db, Options{})
	other, err := database.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	lock, err := other.Begin() // immediate: nobody else writes now
	if err != nil {
		t.Fatal(err)
	}
	results := make(chan error)
	const callers = queueSize + 2*batchSize
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for i := range callers {
		go func() { results <- j.Record(ctx, benchEntry(fmt.Sprint("r-", i))) }()
	}
	for len(j.queue) < cap(j.queue) {
		time.Sleep(time.Millisecond)
	}
	cancel()
	for range callers {
		if err := <-results; !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
	}
	if err := lock.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := j.Record(t.Context(), benchEntry("afterwards")); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func TestRecordHeedsAnEndedContext(t *testing.T) {
	db := openDB(t)
	j := newJournal(t, db, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := j.Record(ctx, benchEntry("r-1")); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if n := count(t, db, "entries"); n != 0 {
		t.Errorf("%d entries", n)
	}
}

func TestCloseWritesWhatWaits(t *testing.T) {
	db := openDB(t)
	j := newJournal(t, db, Options{})
	const callers = 500
	results := make(chan error, callers)
	for i := range callers {
		go func() { results <- j.Record(t.Context(), benchEntry(fmt.Sprint("r-", i))) }()
	}
	first := <-results
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	recorded := 0
	for i := range callers {
		err := first
		if i > 0 {
			err = <-results
		}
		switch {
		case err == nil:
			recorded++
		case !errors.Is(err, ErrClosed):
			t.Error(err)
		}
	}
	if n := count(t, db, "entries"); n != recorded {
		t.Errorf("%d were told that their entry is recorded, %d are", recorded, n)
	}
	if err := j.Record(t.Context(), benchEntry("late")); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: error %v", err)
	}
	if err := j.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
}
