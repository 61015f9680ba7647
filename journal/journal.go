// Package journal records who read what about whom, when, and with what
// result, and keeps the centre's answers for a while so that a retried query
// gets the same answer without spending the patient's one-time code twice.
//
// An entry is on the disk when [Journal.Record] returns, and the caller lets
// the answer leave only then. Durability costs a sync of the disk, which is
// shared: one goroutine writes whatever entries are waiting in one transaction.
//
// Personal data is stored as a mask for people and as a keyed hash
// (HMAC-SM3) for search. Answers are sealed with SM4-GCM and dropped when
// their lifetime ends. See [LoadKeys] for where the keys are.
package journal

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// DefaultAnswerLifetime is the window in which an agent may still retry.
const DefaultAnswerLifetime = 10 * time.Minute

// Options of a journal. Zero values mean the defaults.
type Options struct {
	// AnswerLifetime is how long a sealed answer is kept for retries.
	// 0 means DefaultAnswerLifetime.
	AnswerLifetime time.Duration
	// Log gets failures of the background work. Default: nowhere.
	Log *slog.Logger
	// Now is the clock; tests set it. Default time.Now.
	Now func() time.Time
}

// The size of the queue in front of the writer, and of one transaction. More
// callers than the queue has places wait for one.
const (
	queueSize = 1024
	batchSize = 256
)

// Journal writes and reads entries. It is safe for concurrent use.
type Journal struct {
	store   Store
	keys    *Keys
	options Options

	queue   chan *write
	closing chan struct{} // closed by Close
	stopped chan struct{} // closed by the writer when it is done
	once    sync.Once
}

// New returns a journal over a store and starts its writer, which ends with
// Close. The first journal over a database ties it to the keys; later ones with
// other keys are refused with [ErrForeignKey]. The database stays the caller's
// to close, after the journal.
func New(ctx context.Context, store Store, keys *Keys, options Options) (*Journal, error) {
	options.AnswerLifetime = cmp.Or(options.AnswerLifetime, DefaultAnswerLifetime)
	if options.Log == nil {
		options.Log = slog.New(slog.DiscardHandler)
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	j := &Journal{
		store:   store,
		keys:    keys,
		options: options,
		queue:   make(chan *write, queueSize),
		closing: make(chan struct{}),
		stopped: make(chan struct{}),
	}
	tied, err := store.TieKey(ctx, keys.fingerprint)
	if err != nil {
		return nil, unusable.Because(err, err)
	}
	if !bytes.Equal(tied, keys.fingerprint) {
		return nil, ErrForeignKey.With()
	}
	go j.run()
	return j, nil
}

// Record writes an entry and returns nil when it is on the disk.
//
// Every other result means that the entry must not be relied on and that the
// answer must not leave: [ErrRecorded] when the request id has an answer
// already, [ErrClosed], the database's error when it cannot be written, or the
// context's error when ctx ends first. In this last case the entry may still
// be written a moment later; a retry finds it by Recall.
func (j *Journal) Record(ctx context.Context, e Entry) error {
	row, err := j.keys.row(&e, j.options.Now(), j.options.AnswerLifetime)
	if err != nil {
		return err
	}
	w := &write{row: row, done: make(chan error, 1)}
	if err := j.enqueue(ctx, w); err != nil {
		return fmt.Errorf("journal: waiting for the writer: %w", err)
	}
	select {
	case err = <-w.done:
		return err
	case <-ctx.Done():
		return fmt.Errorf("journal: waiting for the disk: %w", ctx.Err())
	case <-j.stopped:
	}
	// The writer may have answered just before it stopped.
	select {
	case err = <-w.done:
		return err
	default:
		return ErrClosed
	}
}

func (j *Journal) enqueue(ctx context.Context, w *write) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case <-j.closing:
		return ErrClosed
	default:
	}
	select {
	case j.queue <- w:
		return nil
	case <-j.closing:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close refuses further entries, writes those that wait, and returns when the
// writer has ended.
func (j *Journal) Close() {
	j.once.Do(func() { close(j.closing) })
	<-j.stopped
}
