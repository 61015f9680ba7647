package sqlite

import (
	"crypto/rand"
	"database/sql"
	"fmt"
	"sync"
	"testing"
	"time"

	"mps/database/storetest"
	"mps/journal"
)

// benchCallers is the number of callers of the two benchmarks, whose ratio is
// what the journal costs above the database.
const benchCallers = 64

// BenchmarkRecord64 records entries from 64 callers at once.
func BenchmarkRecord64(b *testing.B) {
	j := newJournal(b, openNew(b), journal.Options{})
	inParallel(b, func(int) error { return j.Record(b.Context(), storetest.Entry(requestID())) })
}

// BenchmarkRawInsert64 is the yardstick: 64 callers, one goroutine that inserts
// what they hand in and commits it together, one plain table with as many and
// as wide columns, values ready made, no second table, no search index.
func BenchmarkRawInsert64(b *testing.B) {
	raw := newRawLoop(b, openNew(b).db)
	rows := make([][]any, b.N)
	for i := range rows {
		r := storetest.Row(requestID())
		// Hashes and answers have no pattern.
		for _, random := range [][]byte{r.CodeHash, r.NameHash, r.IDNumberHash, r.TokenHash, r.Sealed} {
			rand.Read(random) // never fails: crypto/rand ends the program instead
		}
		rows[i] = []any{
			r.Time.UnixMilli(), r.Institution, r.RequestID, r.Answered(), r.Terminal, r.Operator, r.Function,
			r.Certificate, r.Code, r.CodeHash, r.Name, r.NameHash, r.IDNumber, r.IDNumberHash, r.Token, r.TokenHash,
			r.Result, r.Message, r.Duration.Milliseconds(), r.Expires.UnixMilli(), r.Sealed,
		}
	}
	inParallel(b, func(i int) error { return raw.insert(rows[i]) })
}

// requestID returns an id as agents make them: each is larger than those before
// it, so that new ones lie side by side in the index.
func requestID() string {
	return fmt.Sprintf("%012x%s", time.Now().UnixMilli(), rand.Text()[:20])
}

func inParallel(b *testing.B, do func(i int) error) {
	var wg sync.WaitGroup
	next := make(chan int, benchCallers)
	b.ReportAllocs()
	b.ResetTimer()
	for range benchCallers {
		wg.Go(func() {
			for i := range next {
				if err := do(i); err != nil {
					b.Error(err)
				}
			}
		})
	}
	for i := range b.N {
		next <- i
	}
	close(next)
	wg.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "entries/s")
}

// rawLoop is group commit and nothing else, with the journal's queue and the
// journal's largest batch.
type rawLoop struct {
	queue chan rawRow
}

type rawRow struct {
	values []any
	done   chan error
}

func (l *rawLoop) insert(values []any) error {
	r := rawRow{values, make(chan error, 1)}
	l.queue <- r
	return <-r.done
}

func newRawLoop(b *testing.B, db *sql.DB) *rawLoop {
	_, err := db.Exec(`CREATE TABLE raw (id INTEGER PRIMARY KEY, a INTEGER, b TEXT, c TEXT, d INTEGER, e TEXT, f TEXT,
		g TEXT, h TEXT, i TEXT, j BLOB, k TEXT, l BLOB, m TEXT, n BLOB, o TEXT, p BLOB, q TEXT, r TEXT, s INTEGER,
		t INTEGER, u BLOB)`)
	if err != nil {
		b.Fatal(err)
	}
	stmt, err := db.Prepare("INSERT INTO raw (a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)")
	if err != nil {
		b.Fatal(err)
	}
	l := &rawLoop{queue: make(chan rawRow, 1024)}
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		for r := range l.queue {
			batch := []rawRow{r}
			for len(l.queue) > 0 && len(batch) < 256 {
				batch = append(batch, <-l.queue)
			}
			err := rawBatch(db, stmt, batch)
			for _, r := range batch {
				r.done <- err
			}
		}
	}()
	b.Cleanup(func() {
		close(l.queue)
		<-stopped
		stmt.Close()
	})
	return l
}

func rawBatch(db *sql.DB, stmt *sql.Stmt, batch []rawRow) error {
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	s := tx.Stmt(stmt)
	for _, r := range batch {
		if _, err := s.Exec(r.values...); err != nil {
			return err
		}
	}
	return tx.Commit()
}
