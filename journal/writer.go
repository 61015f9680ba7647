package journal

import (
	"context"
	"fmt"
	"time"
)

// write is a row on its way to the disk.
type write struct {
	row    *Row
	result error      // of the last try; the writer's until it is sent
	done   chan error // gets the result; has room for it
}

// sweepInterval is how often expired answers are looked for. Recall does not
// give them out anyway; this only removes them.
const sweepInterval = 15 * time.Second

// run is the one writer of entries and answers: there are no two transactions
// of this journal that could wait for each other.
func (j *Journal) run() {
	defer close(j.stopped)
	sweep := time.NewTimer(0) // the last run may have left something
	defer sweep.Stop()
	for {
		select {
		case w := <-j.queue:
			j.write(w)
		case <-sweep.C:
			sweep.Reset(j.sweep())
		case <-j.closing:
			for {
				select {
				case w := <-j.queue:
					j.write(w)
				default:
					return
				}
			}
		}
	}
}

// write stores a row, and with it those that wait or come meanwhile, in one
// transaction, and answers everybody who waits for it. When a row cannot be
// inserted, each is tried in a transaction of its own, so that a bad row costs
// only itself.
func (j *Journal) write(first *write) {
	batch, bad, err := j.transact([]*write{first}, batchSize)
	if bad && len(batch) > 1 {
		for _, w := range batch {
			if _, _, err := j.transact([]*write{w}, 1); err != nil {
				w.result = err
			}
		}
	} else if err != nil {
		for _, w := range batch {
			w.result = err
		}
	}
	for _, w := range batch {
		w.done <- w.result
	}
}

// transact stores a batch, all or nothing, after filling it from the queue to
// at most limit rows. It does so while it inserts: callers whom the last batch
// has just answered come back at that moment, and would need a transaction of
// their own if the batch were closed before.
//
// Rows that another entry excludes get ErrRecorded as their result and are no
// failure; bad tells that the failure came from a row and not from the
// transaction around it.
//
// There is no context: the store bounds how long it waits for a lock, and a
// commit must not be given up half way.
func (j *Journal) transact(batch []*write, limit int) (_ []*write, bad bool, err error) {
	tx, err := j.store.Begin(context.Background())
	if err != nil {
		return batch, false, fmt.Errorf("journal: beginning to write: %w", err)
	}
	defer tx.Rollback() // without effect after Commit
	for i := 0; i < len(batch); i++ {
		if err := tx.Append(batch[i].row); err != nil {
			return batch, true, fmt.Errorf("journal: writing: %w", err)
		}
		if len(batch) < limit {
			select {
			case w := <-j.queue:
				batch = append(batch, w)
			default:
			}
		}
	}
	added, err := tx.Flush()
	if err != nil {
		return batch, true, fmt.Errorf("journal: writing: %w", err)
	}
	for i, w := range batch {
		w.result = nil
		if !added[i] {
			w.result = ErrRecorded
		}
	}
	if err := tx.Commit(); err != nil {
		return batch, false, fmt.Errorf("journal: committing: %w", err)
	}
	return batch, false, nil
}

// dropAtOnce bounds how long entries wait for a removal.
const dropAtOnce = 500

// sweep removes some expired answers and returns when to do so next: at once,
// after the entries that wait, while there is more to remove.
func (j *Journal) sweep() time.Duration {
	n, err := j.store.DropExpired(context.Background(), j.options.Now(), dropAtOnce)
	if err != nil {
		j.options.Log.Error("过期的应答未能删除，稍后重试", "error", err)
	}
	if n < dropAtOnce {
		return sweepInterval
	}
	return time.Millisecond
}
