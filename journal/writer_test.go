package journal

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// enqueue puts an entry into the queue of the journal's writer.
func enqueue(t *testing.T, j *Journal, e Entry) *write {
	t.Helper()
	row, err := j.keys.row(&e, time.Now(), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	w := &write{row: row, done: make(chan error, 1)}
	if err := j.enqueue(t.Context(), w); err != nil {
		t.Fatal(err)
	}
	return w
}

func TestABadRowCostsOnlyItself(t *testing.T) {
	goOn := make(chan struct{})
	s := &fakeStore{begin: func() error { <-goOn; return nil }}
	j := newFake(t, s)
	var batch []*write
	for _, id := range []string{"r-0", refused, "r-2", "r-3", "r-3"} {
		batch = append(batch, enqueue(t, j, answered(id)))
	}
	close(goOn)
	for i, w := range batch {
		err := <-w.done
		switch {
		case i == 1 && !errors.Is(err, errRefused),
			i == 4 && !errors.Is(err, ErrRecorded),
			i != 1 && i != 4 && err != nil:
			t.Errorf("row %d: error %v", i, err)
		}
	}
	j.Close()
	var n int
	for _, rows := range s.batches {
		n += len(rows)
	}
	if n != 3 {
		t.Errorf("%d entries", n)
	}
}

// Entries that come while a batch is open join it, up to its limit.
func TestBatchGrows(t *testing.T) {
	goOn := make(chan struct{})
	s := &fakeStore{begin: func() error { <-goOn; return nil }}
	j := newFake(t, s)
	var all []*write
	for i := range batchSize + 10 {
		all = append(all, enqueue(t, j, answered(fmt.Sprint("r-", i))))
	}
	close(goOn)
	for i, w := range all {
		if err := <-w.done; err != nil {
			t.Errorf("row %d: error %v", i, err)
		}
	}
	j.Close()
	if len(s.batches) != 2 || len(s.batches[0]) != batchSize || len(s.batches[1]) != 10 {
		t.Errorf("%d batches", len(s.batches))
	}
}

// What a failed Commit has left on the disk is unknown, so nothing is tried
// again: a second try would report an entry as another's.
func TestAFailedTransactionFailsItsBatch(t *testing.T) {
	broken := errors.New("broken")
	fail := func() error { return broken }
	for name, s := range map[string]*fakeStore{"begin": {}, "commit": {}} {
		t.Run(name, func(t *testing.T) {
			goOn := make(chan struct{})
			tries := 0
			s.begin = func() error {
				<-goOn
				tries++
				if name == "begin" {
					return broken
				}
				return nil
			}
			if name == "commit" {
				s.commit = fail
			}
			j := newFake(t, s)
			all := []*write{enqueue(t, j, answered("r-0")), enqueue(t, j, answered("r-1")), enqueue(t, j, answered("r-2"))}
			close(goOn)
			for i, w := range all {
				if err := <-w.done; !errors.Is(err, broken) {
					t.Errorf("row %d: error %v", i, err)
				}
			}
			j.Close()
			if name == "commit" && tries != 1 {
				t.Errorf("%d transactions", tries)
			}
		})
	}
}

// While the writer cannot go on, callers wait no longer than their context,
// and the queue grows no longer than its limit.
func TestQueueIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		goOn := make(chan struct{})
		j := newFake(t, &fakeStore{begin: func() error { <-goOn; return nil }})
		results := make(chan error)
		const callers = queueSize + 2*batchSize
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		for i := range callers {
			go func() { results <- j.Record(ctx, answered(fmt.Sprint("r-", i))) }()
		}
		synctest.Wait()
		if len(j.queue) != queueSize {
			t.Errorf("%d entries wait in the queue", len(j.queue))
		}
		cancel()
		for range callers {
			if err := <-results; !errors.Is(err, context.Canceled) {
				t.Errorf("error %v", err)
			}
		}
		close(goOn)
		if err := j.Record(t.Context(), answered("afterwards")); err != nil {
			t.Errorf("afterwards: %v", err)
		}
	})
}
