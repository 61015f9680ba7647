package server

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"mps/journal"
	"mps/registry"
	"mps/voucher"
)

// The promises that hold whatever fails: the journal comes first, nothing
// personal is written, every query has an answer and a line in the log.

// brokenJournal is a journal of which tests replace a part.
type brokenJournal struct {
	Journal
	record func(ctx context.Context, e journal.Entry) error
	recall func() ([]byte, error)
}

func (j brokenJournal) Record(ctx context.Context, e journal.Entry) error {
	if j.record == nil {
		return j.Journal.Record(ctx, e)
	}
	return j.record(ctx, e)
}

func (j brokenJournal) Recall(ctx context.Context, institution, requestID, code string) ([]byte, error) {
	if j.recall == nil {
		return j.Journal.Recall(ctx, institution, requestID, code)
	}
	return j.recall()
}

// No byte of an answer leaves before its entry is on the disk.
func TestTheJournalComesFirst(t *testing.T) {
	t.Run("slow", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			response, recorded := httptest.NewRecorder(), make(chan journal.Entry, 1)
			s := New(Options{Querier: always(t, testAnswer), Institutions: anybody{}, Journal: brokenJournal{
				recall: func() ([]byte, error) { return nil, journal.ErrNotRecorded },
				record: func(_ context.Context, e journal.Entry) error {
					synctest.Wait() // an answer that does not wait for the journal is out now
					if len(response.Header()) > 0 || response.Body.Len() > 0 {
						t.Errorf("answered before the journal: %v %s", response.Header(), response.Body)
					}
					recorded <- e
					return nil
				},
			}})
			s.Handler().ServeHTTP(response, post(request("r-1", testCode)))
			e := <-recorded
			if e.Name != testName || e.IDNumber != testNumber || e.Token != testToken || e.Code != testCode ||
				e.Institution != "H1" || e.Terminal != "收费窗口3" || e.Operator != "00123" || e.Certificate != "01" ||
				e.Function != "N04.00.00.01" || e.Result != "0" || e.Message != "success" || string(e.Answer) != testAnswer {
				t.Errorf("entry %#v", e)
			}
			if response.Code != 200 || response.Body.String() != testAnswer {
				t.Errorf("%d %s", response.Code, response.Body)
			}
		})
	})
	t.Run("failing", func(t *testing.T) {
		c := always(t, testAnswer)
		f := start(t, c, func(o *Options) {
			o.Journal = brokenJournal{Journal: o.Journal, record: func(context.Context, journal.Entry) error {
				return errors.New("disk full")
			}}
		})
		got := f.post(t, request("r-1", testCode))
		if got.status != 500 || got.code != "internal" || strings.Contains(got.body, testToken) {
			t.Errorf("%+v", got)
		}
		if !strings.Contains(f.log.String(), "disk full") {
			t.Error("the log does not say why")
		}
	})
	t.Run("unreadable", func(t *testing.T) {
		c := always(t, testAnswer)
		f := start(t, c, func(o *Options) {
			o.Journal = brokenJournal{Journal: o.Journal, recall: func() ([]byte, error) { return nil, errors.New("disk") }}
		})
		if got := f.post(t, request("r-1", testCode)); got.status != 500 || c.asked() != 0 {
			t.Errorf("%+v, the centre was asked %d times", got, c.asked())
		}
	})
	t.Run("closed database", func(t *testing.T) {
		f := start(t, always(t, testAnswer), nil)
		f.db.Close()
		if got := f.post(t, request("r-1", testCode)); got.status != 500 || got.code != "internal" {
			t.Errorf("%+v", got)
		}
	})
}

func TestPanicsAreAnswered(t *testing.T) {
	const value = "boom 350102199001011238"
	panicking := &centre{answer: func(context.Context, voucher.Query) (*voucher.Answer, error) { panic(value) }}
	for _, c := range []struct {
		name     string
		change   func(*Options)
		recorded int
	}{
		{"querier", func(o *Options) { o.Querier = panicking }, 1},
		{"journal", func(o *Options) {
			o.Journal = brokenJournal{Journal: o.Journal, record: func(context.Context, journal.Entry) error { panic(value) }}
		}, 0},
		{"authenticator", func(o *Options) { o.Institutions = panickingAuthenticator{} }, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := start(t, always(t, testAnswer), c.change)
			for range 2 { // the second finds nothing stuck
				if got := f.post(t, request("r-1", testCode)); got.status != 500 || got.code != "internal" {
					t.Errorf("%+v", got)
				}
			}
			lines, err := f.journal.List(t.Context(), journal.Filter{})
			if err != nil || len(lines) != 2*c.recorded {
				t.Errorf("journal %v, error %v", lines, err)
			}
			if log := f.log.String(); !strings.Contains(log, "boom") || strings.Contains(log, testNumber) {
				t.Errorf("log %s", log)
			}
		})
	}
}

type panickingAuthenticator struct{}

func (panickingAuthenticator) Authenticate(context.Context, string) (registry.Institution, error) {
	panic("boom")
}

// A flight in which everything panics ends all the same.
func TestAPanicWhileRecordingAPanic(t *testing.T) {
	f := start(t, &centre{answer: func(context.Context, voucher.Query) (*voucher.Answer, error) { panic("first") }}, func(o *Options) {
		o.Journal = brokenJournal{Journal: o.Journal, record: func(context.Context, journal.Entry) error { panic("second") }}
	})
	for range 2 {
		if got := f.post(t, request("r-1", testCode)); got.status != 500 || got.code != "internal" {
			t.Errorf("%+v", got)
		}
	}
	for _, value := range []string{"first", "second"} {
		if n := strings.Count(f.log.String(), "panic="+value); n != 2 {
			t.Errorf("the log has %s %d times", value, n)
		}
	}
}

// Neither log nor database files show the person, whatever happens.
func TestNothingPersonalIsWritten(t *testing.T) {
	texts := []string{testAnswer, expiredAnswer,
		`{"code":"1","message":"` + testName + testNumber + `","data":{"userName":"` + testName + `"}}`}
	next := 0
	querier := &centre{answer: func(context.Context, voucher.Query) (*voucher.Answer, error) {
		if next == len(texts) {
			return nil, fmt.Errorf("code %s of %s", testCode, testNumber)
		}
		next++
		return parse(t, texts[next-1]), nil
	}}
	f := start(t, querier, nil)
	for i := range len(texts) + 1 {
		for range 2 {
			f.post(t, request(fmt.Sprint("r-", i), testCode))
		}
	}
	f.post(t, request("r-0", "another"))
	f.post(t, strings.ReplaceAll(request("r-9", testCode), "N04.00.00.01", testNumber))
	f.post(t, strings.ReplaceAll(request("r-9", testCode), "收费窗口3", testNumber))
	f.post(t, strings.ReplaceAll(request("r-9", testCode), `"orgId":""`, `"orgId":"`+testNumber+`"`))
	written := []byte(f.log.String())
	if !bytes.Contains(written, []byte("request_id=r-0")) {
		t.Fatal("the log is not where this test looks for it")
	}
	for _, name := range []string{"mps.db", "mps.db-wal"} {
		content, err := os.ReadFile(filepath.Join(f.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		written = append(written, content...)
	}
	for _, secret := range []string{testName, testNumber, testToken, testCode, f.token} {
		if bytes.Contains(written, []byte(secret)) {
			t.Errorf("%q was written", secret)
		}
	}
}

func TestTheLogHasOneLinePerQuery(t *testing.T) {
	f := start(t, always(t, expiredAnswer), nil)
	f.post(t, request("r-1", testCode))
	f.post(t, request("r-1", testCode))
	lines := strings.Split(strings.TrimSpace(f.log.String()), "\n")
	if len(lines) != 2 {
		t.Fatalf("log %q", lines)
	}
	for i, want := range []string{
		"request_id=r-1 institution=H1 terminal=收费窗口3 function=N04.00.00.01 result=answered replayed=false",
		"request_id=r-1 institution=H1 terminal=收费窗口3 function=N04.00.00.01 result=answered replayed=true",
	} {
		if !strings.Contains(lines[i], want) || !strings.Contains(lines[i], "level="+slog.LevelInfo.String()) {
			t.Errorf("line %d: %s", i, lines[i])
		}
	}
	if !strings.Contains(lines[0], "centre_code=40004") {
		t.Errorf("the first line does not tell the centre's code: %s", lines[0])
	}
}
