package journal

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// write is a row on its way to the disk.
type write struct {
	row    *row
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
// There is no context: statements wait for a lock as long as the database's
// busy timeout at most, and a commit must not be given up half way.
func (j *Journal) transact(batch []*write, limit int) (_ []*write, bad bool, err error) {
	ctx := context.Background()
	tx, err := j.db.BeginTx(ctx, nil)
	if err != nil {
		return batch, false, fmt.Errorf("journal: beginning to write: %w", err)
	}
	defer tx.Rollback() // without effect after Commit
	entry, answer := tx.StmtContext(ctx, j.insertEntry), tx.StmtContext(ctx, j.insertAnswer)
	for i := 0; i < len(batch); i++ {
		if batch[i].result, err = insert(ctx, entry, answer, batch[i].row); err != nil {
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
	if err := tx.Commit(); err != nil {
		return batch, false, fmt.Errorf("journal: committing: %w", err)
	}
	return batch, false, nil
}

// insert stores one row. The result is nil or ErrRecorded.
func insert(ctx context.Context, entry, answer *sql.Stmt, r *row) (result, err error) {
	inserted, err := entry.ExecContext(ctx, r.entry...)
	if err != nil {
		return nil, err
	}
	if n, err := inserted.RowsAffected(); err != nil {
		return nil, err
	} else if n == 0 {
		return ErrRecorded, nil
	}
	if r.sealed == nil {
		return nil, nil
	}
	id, err := inserted.LastInsertId()
	if err != nil {
		return nil, err
	}
	_, err = answer.ExecContext(ctx, id, r.expires, r.sealed)
	return nil, err
}

// dropAtOnce bounds how long entries wait for a removal.
const dropAtOnce = 500

// sweep removes some expired answers and returns when to do so next: at once,
// after the entries that wait, while there is more to remove.
func (j *Journal) sweep() time.Duration {
	n, err := j.drop()
	if err != nil {
		j.options.Log.Error("过期的应答未能删除，稍后重试", "error", err)
	}
	if n < dropAtOnce {
		return sweepInterval
	}
	return time.Millisecond
}

// drop removes answers whose lifetime is over from among the dropAtOnce oldest
// and returns how many.
func (j *Journal) drop() (int64, error) {
	result, err := j.db.ExecContext(context.Background(), `
		DELETE FROM answers WHERE expires_at <= ? AND entry_id IN
			(SELECT entry_id FROM answers ORDER BY entry_id LIMIT ?)`,
		j.options.Now().UnixMilli(), dropAtOnce)
	if err != nil {
		return 0, fmt.Errorf("journal: dropping expired answers: %w", err)
	}
	return result.RowsAffected()
}
