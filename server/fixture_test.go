package server

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"mps/database/sqlite"
	"mps/journal"
	"mps/protocol"
	"mps/registry"
	"mps/uplink"
	"mps/voucher"
)

// The person of these tests is invented.
const (
	testCode   = "3500001234567890123456350102"
	testName   = "林测试"
	testNumber = "350102199001011238"
	testToken  = "350000ec7ed79i1c4n0a83460a0000d425f060"
)

// testAnswer has white space and member order that a server could lose.
const testAnswer = `{
    "code": "0",
    "data": {"userName": "` + testName + `", "idNo": "` + testNumber + `", "ecToken": "` + testToken + `", "n": 1.50},
    "message": "success",
    "infno": null
}`

const expiredAnswer = `{"code":40004,"message":"结算支付码已过期，请重新获取[8ac6008e]","data":null}`

func parse(t testing.TB, text string) *voucher.Answer {
	t.Helper()
	a, err := voucher.ParseAnswer([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// centre is a querier that tests control and that remembers what it was asked.
type centre struct {
	answer func(ctx context.Context, q voucher.Query) (*voucher.Answer, error)

	mu      sync.Mutex
	queries []voucher.Query
}

var _ Querier = (*centre)(nil)

func (c *centre) Query(ctx context.Context, q voucher.Query) (*voucher.Answer, error) {
	c.mu.Lock()
	c.queries = append(c.queries, q)
	c.mu.Unlock()
	return c.answer(ctx, q)
}

func (c *centre) asked() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.queries)
}

// always answers every query with the same text.
func always(t testing.TB, text string) *centre {
	answer := parse(t, text)
	return &centre{answer: func(context.Context, voucher.Query) (*voucher.Answer, error) { return answer, nil }}
}

// syncBuffer is a log that may be read while it is written.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// fixture is a server over a real database and journal.
type fixture struct {
	dir          string
	db           *sqlite.Database
	journal      *journal.Journal
	institutions *registry.Registry
	server       *Server
	url          string
	token        string // of institution H1
	log          *syncBuffer
}

// start runs a server. change may replace parts of it before it starts.
func start(t testing.TB, querier Querier, change func(*Options)) *fixture {
	t.Helper()
	f := &fixture{dir: t.TempDir(), log: new(syncBuffer)}
	ctx := context.Background()
	var err error
	if f.db, err = sqlite.Open(ctx, filepath.Join(f.dir, "mps.db")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.db.Close() })
	keys, err := journal.LoadKeys(f.dir)
	if err != nil {
		t.Fatal(err)
	}
	if f.journal, err = journal.New(ctx, f.db.Journal(), keys, journal.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.journal.Close() })
	f.institutions = registry.New(f.db.Registry())
	if f.token, err = f.institutions.Add(ctx, "H1", "第一医院"); err != nil {
		t.Fatal(err)
	}
	options := Options{
		Querier: querier, Journal: f.journal, Institutions: f.institutions,
		Log: slog.New(slog.NewTextHandler(f.log, nil)), Version: "1.2.3",
	}
	if change != nil {
		change(&options)
	}
	f.server, f.url = serve(t, options)
	return f
}

func serve(t testing.TB, options Options) (*Server, string) {
	s := New(options)
	t.Cleanup(s.Close)
	h := httptest.NewServer(s.Handler())
	t.Cleanup(h.Close)
	return s, h.URL
}

// request is a query of the test's terminal.
func request(id, code string) string {
	body, err := json.Marshal(uplink.Request{
		RequestID: id, Function: protocol.PatientInfo, Terminal: "收费窗口3",
		Query: voucher.Query{Code: code, BusinessType: "01101", OperatorID: "00123", OperatorName: "操作员"},
	})
	if err != nil {
		panic(err)
	}
	return string(body)
}

// anybody is an authenticator that takes every token for H1's.
type anybody struct{}

func (anybody) Authenticate(context.Context, string) (registry.Institution, error) {
	return registry.Institution{ID: "H1"}, nil
}

// post is the request of a query for a handler without a socket.
func post(body string) *http.Request {
	r := httptest.NewRequest("POST", uplink.QueryPath, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	return r
}

// reply is what came back from a server.
type reply struct {
	status   int
	header   http.Header
	body     string
	code     string // of an uplink.Failure
	message  string
	replayed bool
}

func (f *fixture) post(t testing.TB, body string) reply {
	t.Helper()
	r, err := f.try(t.Context(), body)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (f *fixture) try(ctx context.Context, body string) (reply, error) {
	r, err := http.NewRequestWithContext(ctx, "POST", f.url+uplink.QueryPath, strings.NewReader(body))
	if err != nil {
		return reply{}, err
	}
	r.Header.Set("Authorization", "Bearer "+f.token)
	r.Header.Set("Content-Type", "application/json")
	return do(r)
}

func do(r *http.Request) (reply, error) {
	r.Close = true
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return reply{}, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return reply{}, err
	}
	out := reply{status: response.StatusCode, header: response.Header, body: string(body)}
	out.replayed = response.Header.Get(uplink.ReplayedHeader) == "true"
	var f uplink.Failure
	if json.Unmarshal(body, &f) == nil {
		out.code, out.message = f.Error.Code, f.Error.Message
	}
	return out, nil
}
