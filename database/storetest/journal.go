package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"mps/journal"
)

// Journal tests a store of the journal. open returns the store of a new, empty
// database, which refuses entries whose function is [Refused], by a trigger or
// a constraint.
func Journal(t *testing.T, open func(t *testing.T) journal.Store) {
	for name, test := range map[string]func(*testing.T, journal.Store){
		"key":                testKey,
		"batch":              testBatch,
		"one answer":         testOneAnswer,
		"bad row":            testBadRow,
		"bad row of many":    testBadRowOfMany,
		"concurrent batches": testConcurrentBatches,
		"recall":             testRecall,
		"list":               testList,
		"drop":               testDrop,
		"largest rows":       testLargestRows,
		"texts":              testTexts,
		"ended context":      testEndedContext,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

func testKey(t *testing.T, s journal.Store) {
	first, other := bytes.Repeat([]byte{1}, 32), bytes.Repeat([]byte{2}, 32)
	for _, fingerprint := range [][]byte{first, first, other, first} {
		if tied, err := s.TieKey(t.Context(), fingerprint); err != nil || !bytes.Equal(tied, first) {
			t.Errorf("tying %x: tied to %x, error %v", fingerprint[:1], tied, err)
		}
	}
}

func testBatch(t *testing.T, s journal.Store) {
	b, err := s.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []*journal.Row{Row("r-1"), failed("r-2")} {
		if err := b.Append(r); err != nil {
			t.Fatal(err)
		}
	}
	if added, err := b.Flush(); err != nil || !slices.Equal(added, []bool{true, true}) {
		t.Fatalf("added %v, error %v", added, err)
	}
	if got := requestIDs(t, s); got != nil {
		t.Errorf("before the end of the batch: %v", got)
	}
	if err := b.Rollback(); err != nil {
		t.Fatal(err)
	}
	if got := requestIDs(t, s); got != nil {
		t.Errorf("given up: %v", got)
	}
	write(t, s, Row("r-3"), failed("r-4"))
	if got, want := requestIDs(t, s), []string{"r-4", "r-3"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	empty, err := s.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if added, err := empty.Flush(); err != nil || len(added) != 0 {
		t.Errorf("empty batch: added %v, error %v", added, err)
	}
	if err := empty.Commit(); err != nil {
		t.Errorf("empty batch: %v", err)
	}
	if err := empty.Rollback(); err != nil {
		t.Errorf("after Commit: %v", err)
	}
}

// Answered rows are unique by institution and request id, failed attempts are
// not.
func testOneAnswer(t *testing.T, s journal.Store) {
	elsewhere, second := Row("r-1"), Row("r-1")
	elsewhere.Institution = "H2"
	second.Sealed = []byte("another answer")
	for i, c := range []struct {
		rows []*journal.Row
		want []bool
	}{
		{[]*journal.Row{failed("r-1"), failed("r-1"), Row("r-1"), second, failed("r-1"), elsewhere, Row("R-1")},
			[]bool{true, true, true, false, true, true, true}},
		{[]*journal.Row{second, Row("r-2"), second, failed("r-1")}, []bool{false, true, false, true}},
		{[]*journal.Row{Row("r-1")}, []bool{false}},
	} {
		if added := write(t, s, c.rows...); !slices.Equal(added, c.want) {
			t.Errorf("batch %d: added %v, want %v", i, added, c.want)
		}
	}
	want := []string{"r-1", "r-2", "R-1", "r-1", "r-1", "r-1", "r-1", "r-1"}
	if got := requestIDs(t, s); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if a, err := s.Recall(t.Context(), second.Institution, "r-1"); err != nil || bytes.Equal(a.Sealed, second.Sealed) {
		t.Errorf("the second answer replaced the first, or error %v", err)
	}
}

// A row that the database refuses spoils the batch and nothing after it.
func testBadRow(t *testing.T, s journal.Store) {
	rows := []*journal.Row{Row("r-0"), Row("r-1"), Row("r-2")}
	rows[1].Function = Refused
	if _, err := try(t.Context(), s, rows...); err == nil {
		t.Fatal("the batch was written")
	}
	if got := requestIDs(t, s); got != nil {
		t.Errorf("of a batch that failed there is %v", got)
	}
	for i, r := range rows {
		if _, err := try(t.Context(), s, r); (err == nil) != (i != 1) {
			t.Errorf("row %d alone: error %v", i, err)
		}
	}
	if got, want := requestIDs(t, s), []string{"r-2", "r-0"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// The same through a journal, whose writer makes the batches.
func testBadRowOfMany(t *testing.T, s journal.Store) {
	j := newJournal(t, s)
	const callers = 64
	var wg sync.WaitGroup
	for i := range callers {
		wg.Go(func() {
			e := Entry(fmt.Sprint("r-", i))
			bad := i%16 == 3
			if bad {
				e.Function = Refused
			}
			if err := j.Record(t.Context(), e); (err == nil) == bad {
				t.Errorf("entry %d: error %v", i, err)
			}
		})
	}
	wg.Wait()
	if got := requestIDs(t, s); len(got) != callers-callers/16 {
		t.Errorf("%d entries", len(got))
	}
}

func testConcurrentBatches(t *testing.T, s journal.Store) {
	const writers, batches, rows = 4, 4, 10
	var mu sync.Mutex
	added := 0
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for b := range batches {
				var all []*journal.Row
				for i := range rows { // every writer has the same ids
					all = append(all, Row(fmt.Sprintf("r-%d-%d", b, i)))
				}
				got, err := try(t.Context(), s, all...)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				for _, a := range got {
					if a {
						added++
					}
				}
				mu.Unlock()
				if _, err := s.List(t.Context(), journal.Selection{Limit: 10}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if n := len(requestIDs(t, s)); n != batches*rows || added != n {
		t.Errorf("%d entries, %d told to be added, want %d", n, added, batches*rows)
	}
}

func testRecall(t *testing.T, s journal.Store) {
	answered, nameless, tried := Row("r-1"), Row("r-2"), failed("r-3")
	nameless.CodeHash = nil
	write(t, s, tried, failed("r-1"), answered, nameless)
	for _, r := range []*journal.Row{answered, nameless} {
		a, err := s.Recall(t.Context(), r.Institution, r.RequestID)
		if err != nil || !bytes.Equal(a.CodeHash, r.CodeHash) || !bytes.Equal(a.Sealed, r.Sealed) || !a.Expires.Equal(r.Expires) {
			t.Errorf("%s: got %+v, error %v", r.RequestID, a, err)
		}
	}
	for _, c := range [][2]string{{"H2", "r-1"}, {answered.Institution, "r-3"}, {answered.Institution, "r-4"},
		{answered.Institution, "R-1"}, {"", ""}} {
		if _, err := s.Recall(t.Context(), c[0], c[1]); !errors.Is(err, journal.ErrNotRecorded) {
			t.Errorf("%q: error %v", c, err)
		}
	}
	if n, err := s.DropExpired(t.Context(), answered.Expires, 10); err != nil || n != 2 {
		t.Fatalf("dropped %d, error %v", n, err)
	}
	a, err := s.Recall(t.Context(), answered.Institution, "r-1")
	if err != nil || a.Sealed != nil || !bytes.Equal(a.CodeHash, answered.CodeHash) {
		t.Errorf("dropped: got %+v, error %v", a, err)
	}
}

func testList(t *testing.T, s journal.Store) {
	hash := func(text string) []byte { return bytes.Repeat([]byte(text), 32) }
	var rows []*journal.Row
	for i := range 6 {
		r := Row(fmt.Sprint("r-", i))
		r.Time = at(i)
		if i%2 == 1 {
			r.Institution = "H2"
		}
		rows = append(rows, r)
	}
	*rows[3] = *failed("r-3")
	rows[3].Time, rows[3].Institution = at(3), "H2"
	rows[3].CodeHash, rows[3].NameHash, rows[3].IDNumberHash, rows[3].TokenHash = hash("c"), hash("n"), hash("i"), hash("t")
	rows[4].CodeHash, rows[4].NameHash, rows[4].IDNumberHash, rows[4].TokenHash = nil, nil, nil, nil
	write(t, s, rows...)
	all, err := s.List(t.Context(), journal.Selection{Limit: journal.MaxLimit})
	if err != nil || len(all) != len(rows) {
		t.Fatalf("%d entries, error %v", len(all), err)
	}
	for i, got := range all {
		r := rows[len(rows)-1-i]
		want := journal.Stored{
			ID: got.ID, Time: got.Time, Duration: r.Duration, Institution: r.Institution, RequestID: r.RequestID,
			Answered: r.Answered(), Terminal: r.Terminal, Operator: r.Operator, Function: r.Function,
			Certificate: r.Certificate, Code: r.Code, Name: r.Name, IDNumber: r.IDNumber, Token: r.Token,
			Result: r.Result, Message: r.Message,
		}
		if got != want || !got.Time.Equal(r.Time) {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
		if i > 0 && got.ID >= all[i-1].ID {
			t.Errorf("ID %d follows %d", got.ID, all[i-1].ID)
		}
	}
	id := func(i int) int64 { return all[len(all)-1-i].ID }
	const most = journal.MaxLimit
	for _, c := range []struct {
		name      string
		selection journal.Selection
		want      []string
	}{
		{"page", journal.Selection{Limit: 2}, []string{"r-5", "r-4"}},
		{"next page", journal.Selection{Limit: 2, Before: id(4)}, []string{"r-3", "r-2"}},
		{"last page", journal.Selection{Limit: 2, Before: id(1)}, []string{"r-0"}},
		{"after the last page", journal.Selection{Limit: 2, Before: id(0)}, nil},
		{"time", journal.Selection{Limit: most, From: at(1), To: at(3)}, []string{"r-2", "r-1"}},
		{"from", journal.Selection{Limit: most, From: at(4).Add(time.Millisecond)}, []string{"r-5"}},
		{"to", journal.Selection{Limit: most, To: at(1)}, []string{"r-0"}},
		{"institution", journal.Selection{Limit: most, Institution: "H2"}, []string{"r-5", "r-3", "r-1"}},
		{"request", journal.Selection{Limit: most, RequestID: "r-4"}, []string{"r-4"}},
		{"code", journal.Selection{Limit: most, CodeHash: hash("c")}, []string{"r-3"}},
		{"name", journal.Selection{Limit: most, NameHash: hash("n")}, []string{"r-3"}},
		{"identity number", journal.Selection{Limit: most, IDNumberHash: hash("i")}, []string{"r-3"}},
		{"token", journal.Selection{Limit: most, TokenHash: hash("t")}, []string{"r-3"}},
		{"hash of another column", journal.Selection{Limit: most, TokenHash: hash("c")}, nil},
		{"part of a hash", journal.Selection{Limit: most, CodeHash: hash("c")[:31]}, nil},
		{"some", journal.Selection{Limit: 1, From: at(1), To: at(5), Institution: "H2", NameHash: rows[1].NameHash}, []string{"r-1"}},
		{"all", journal.Selection{Limit: 1, From: at(3), To: at(4), Institution: "H2", RequestID: "r-3", CodeHash: hash("c"),
			NameHash: hash("n"), IDNumberHash: hash("i"), TokenHash: hash("t"), Before: id(4)}, []string{"r-3"}},
		{"all but one", journal.Selection{Limit: 1, From: at(3), To: at(4), Institution: "H1", RequestID: "r-3", CodeHash: hash("c"),
			NameHash: hash("n"), IDNumberHash: hash("i"), TokenHash: hash("t"), Before: id(4)}, nil},
		{"no injection", journal.Selection{Limit: most, Institution: "' OR 1=1 --"}, nil},
	} {
		list, err := s.List(t.Context(), c.selection)
		var got []string
		for _, e := range list {
			got = append(got, e.RequestID)
		}
		if err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, error %v, want %v", c.name, got, err, c.want)
		}
	}
}

func testDrop(t *testing.T, s journal.Store) {
	drop := func(now time.Time, n, want int) {
		t.Helper()
		if got, err := s.DropExpired(t.Context(), now, n); err != nil || got != want {
			t.Errorf("dropped %d, error %v, want %d", got, err, want)
		}
	}
	drop(at(0), 10, 0)
	var rows []*journal.Row
	for i := range 5 {
		r := Row(fmt.Sprint("r-", i))
		r.Expires = at(10 + i)
		rows = append(rows, r)
	}
	write(t, s, rows...)
	write(t, s, failed("r-5"))
	drop(at(10).Add(-time.Millisecond), 10, 0)
	drop(at(12), 2, 2)
	drop(at(12), 2, 1)
	drop(at(12), 2, 0)
	for i, r := range rows {
		a, err := s.Recall(t.Context(), r.Institution, r.RequestID)
		if err != nil || (a.Sealed == nil) != (i < 3) {
			t.Errorf("%s: kept %t, error %v", r.RequestID, a.Sealed != nil, err)
		}
	}
	if added := write(t, s, rows[0]); added[0] {
		t.Error("the id of a dropped answer can be used again")
	}
	if got := requestIDs(t, s); len(got) != 6 {
		t.Errorf("entries %v", got)
	}
	drop(at(60), 10, 2)
}

func testLargestRows(t *testing.T, s journal.Store) {
	r := Row("")
	for _, text := range []*string{&r.Terminal, &r.Operator, &r.Function, &r.Certificate, &r.Code, &r.Name, &r.IDNumber,
		&r.Token, &r.Result} {
		*text = strings.Repeat("医", journal.MaxField/3) + "xx"
	}
	r.Message = strings.Repeat("保", journal.MaxMessage/3) + "x"
	r.Institution, r.RequestID = strings.Repeat("H", journal.MaxKey), strings.Repeat("r", journal.MaxKey)
	r.Sealed = make([]byte, 256<<10+29)
	for i := range r.Sealed {
		r.Sealed[i] = byte(i)
	}
	batch := []*journal.Row{r}
	for i := range 15 {
		more := *r
		more.RequestID = fmt.Sprint(i)
		batch = append(batch, &more)
	}
	write(t, s, batch...)
	a, err := s.Recall(t.Context(), r.Institution, r.RequestID)
	if err != nil || !bytes.Equal(a.Sealed, r.Sealed) {
		t.Errorf("recalled %d bytes, error %v", len(a.Sealed), err)
	}
	list, err := s.List(t.Context(), journal.Selection{RequestID: r.RequestID, Limit: 1})
	if err != nil || len(list) != 1 || list[0].Message != r.Message || list[0].Terminal != r.Terminal || list[0].Result != r.Result {
		t.Errorf("list %+v, error %v", list, err)
	}
}

func testTexts(t *testing.T, s journal.Store) {
	texts := []string{"", " ", "'", `"`, `\`, "%_", "$1", "?", "--", "\t\r\n\x01\x7f", "㐂䶮", "𠮷𬭩𱍐", "\U0010FFFF\uE7C7", "é", "e\u0301",
		"\u202e右", "\ufeff", "\ufffd", "\uffff"}
	for i, text := range texts {
		r := Row(fmt.Sprint("r-", i))
		r.Terminal, r.Operator, r.Name, r.Message = text, text, text, text
		write(t, s, r)
		list, err := s.List(t.Context(), journal.Selection{RequestID: r.RequestID, Limit: 2})
		if err != nil || len(list) != 1 || list[0].Terminal != text || list[0].Operator != text || list[0].Name != text ||
			list[0].Message != text {
			t.Errorf("%q: list %+v, error %v", text, list, err)
		}
		if text == "" {
			continue
		}
		r = Row(text)
		r.Institution = text
		write(t, s, r)
		if _, err := s.Recall(t.Context(), text, text); err != nil {
			t.Errorf("key %q: %v", text, err)
		}
	}
}

func testEndedContext(t *testing.T, s journal.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, do := range map[string]func() error{
		"TieKey":      func() error { _, err := s.TieKey(ctx, []byte{1}); return err },
		"Begin":       func() error { _, err := try(ctx, s, Row("r-1")); return err },
		"Recall":      func() error { _, err := s.Recall(ctx, "H1", "r-1"); return err },
		"List":        func() error { _, err := s.List(ctx, journal.Selection{Limit: 1}); return err },
		"DropExpired": func() error { _, err := s.DropExpired(ctx, at(0), 1); return err },
	} {
		if err := do(); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// try writes rows in one batch.
func try(ctx context.Context, s journal.Store, rows ...*journal.Row) (added []bool, err error) {
	b, err := s.Begin(ctx)
	if err != nil {
		return nil, err
	}
	defer b.Rollback() // without effect after Commit
	for _, r := range rows {
		if err := b.Append(r); err != nil {
			return nil, err
		}
	}
	if added, err = b.Flush(); err != nil {
		return nil, err
	}
	return added, b.Commit()
}

func write(t *testing.T, s journal.Store, rows ...*journal.Row) (added []bool) {
	t.Helper()
	added, err := try(t.Context(), s, rows...)
	if err != nil || len(added) != len(rows) {
		t.Fatalf("%d of %d rows, error %v", len(added), len(rows), err)
	}
	return added
}

// requestIDs returns those of all entries, the newest first.
func requestIDs(t *testing.T, s journal.Store) (ids []string) {
	t.Helper()
	list, err := s.List(t.Context(), journal.Selection{Limit: journal.MaxLimit})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		ids = append(ids, e.RequestID)
	}
	return ids
}

func newJournal(t *testing.T, s journal.Store) *journal.Journal {
	t.Helper()
	keys, err := journal.LoadKeys(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	j, err := journal.New(t.Context(), s, keys, journal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(j.Close)
	return j
}
