package journal

import (
	"bytes"
	"context"
	"database/sql"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"mps/database"
	"mps/uplink"
)

// benchCallers is the number of callers of the two benchmarks, whose ratio is
// what the journal costs above the database.
const benchCallers = 64

// benchAnswer has the size of the specification's sample answer.
var benchAnswer = bytes.Repeat([]byte("x"), 1300)

func benchEntry(id string) Entry {
	return Entry{
		Time: time.Now(), Duration: 35 * time.Millisecond,
		Institution: "H35000000001", RequestID: id, Terminal: "收费窗口3", Operator: "00123",
		Function: "N04.00.00.01", Certificate: "01",
		Code: "3500001234567890123456350102", Name: "林测试", IDNumber: "350102199001011238",
		Token: "350000ec7ed79i1c4n0a83460a0000d425f060", Result: "0", Message: "success", Answer: benchAnswer,
	}
}

// BenchmarkRecord64 records entries from 64 callers at once.
func BenchmarkRecord64(b *testing.B) {
	j := newJournal(b, openDB(b), Options{})
	inParallel(b, func(int) error { return j.Record(b.Context(), benchEntry(uplink.NewRequestID())) })
}

// BenchmarkRawInsert64 is the yardstick: 64 callers, one goroutine that inserts
// what they hand in and commits it together, one plain table with as many and
// as wide columns, values ready made, no second table, no search index.
func BenchmarkRawInsert64(b *testing.B) {
	db := openDB(b)
	raw := newRawLoop(b, db)
	keys := testKeys(b)
	rows := make([][]any, b.N)
	for i := range rows {
		e := benchEntry(uplink.NewRequestID())
		r, err := keys.row(&e, time.Now(), time.Minute)
		if err != nil {
			b.Fatal(err)
		}
		rows[i] = append(r.entry, r.expires, r.sealed)
	}
	inParallel(b, func(i int) error { return raw.insert(rows[i]) })
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

// rawLoop is group commit and nothing else.
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
	l := &rawLoop{queue: make(chan rawRow, queueSize)}
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		for r := range l.queue {
			batch := []rawRow{r}
			for len(l.queue) > 0 && len(batch) < batchSize {
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

func openDB(t testing.TB) *sql.DB {
	t.Helper()
	db, err := database.Open(context.Background(), filepath.Join(t.TempDir(), "mps.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func testKeys(t testing.TB) *Keys {
	t.Helper()
	keys, err := newKeys(bytes.Repeat([]byte{7}, masterSize))
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func newJournal(t testing.TB, db *sql.DB, options Options) *Journal {
	t.Helper()
	j, err := New(context.Background(), db, testKeys(t), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	return j
}
