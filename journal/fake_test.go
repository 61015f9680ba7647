package journal

import (
	"context"
	"errors"
	"testing"
	"time"
)

// fakeStore keeps rows in memory and has what tests of the writer need to
// control. Its hooks may be nil.
type fakeStore struct {
	begin  func() error // what Begin waits for and returns
	commit func() error // the same of Commit

	batches [][]*Row // that were committed; the writer's until the journal is closed
}

var errRefused = errors.New("refused")

// refused is a request id of rows that the store refuses.
const refused = "refused"

func (s *fakeStore) TieKey(_ context.Context, fingerprint []byte) ([]byte, error) {
	return fingerprint, nil
}

func (s *fakeStore) Begin(context.Context) (Batch, error) {
	if s.begin != nil {
		if err := s.begin(); err != nil {
			return nil, err
		}
	}
	return &fakeBatch{store: s}, nil
}

func (s *fakeStore) Recall(context.Context, string, string) (Answer, error) {
	return Answer{}, ErrNotRecorded
}

func (s *fakeStore) List(context.Context, Selection) ([]Stored, error) { return nil, nil }

func (s *fakeStore) DropExpired(context.Context, time.Time, int) (int, error) { return 0, nil }

// fakeBatch collects rows and looks at them in Flush, as an engine may do.
type fakeBatch struct {
	store *fakeStore
	rows  []*Row
	added []*Row
}

func (b *fakeBatch) Append(r *Row) error {
	b.rows = append(b.rows, r)
	return nil
}

func (b *fakeBatch) Flush() ([]bool, error) {
	spent := make(map[string]bool)
	for _, rows := range b.store.batches {
		for _, r := range rows {
			spent[r.RequestID] = true
		}
	}
	var added []bool
	for _, r := range b.rows {
		if r.RequestID == refused {
			return nil, errRefused
		}
		added = append(added, !spent[r.RequestID])
		if !spent[r.RequestID] {
			b.added = append(b.added, r)
			spent[r.RequestID] = true
		}
	}
	return added, nil
}

func (b *fakeBatch) Commit() error {
	if b.store.commit != nil {
		if err := b.store.commit(); err != nil {
			return err
		}
	}
	b.store.batches = append(b.store.batches, b.added)
	return nil
}

func (b *fakeBatch) Rollback() error { return nil }

// answered is an entry with an answer.
func answered(requestID string) Entry {
	return Entry{Institution: "H1", RequestID: requestID, Answer: []byte("x")}
}

func newFake(t testing.TB, s *fakeStore) *Journal {
	t.Helper()
	j, err := New(t.Context(), s, testKeys(t), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(j.Close)
	return j
}
