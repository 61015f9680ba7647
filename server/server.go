// Package server stands between the agents of institutions and the e-voucher
// centre. It knows who asks by a bearer token, asks the centre at most once
// per request id, and records each query in the journal before the answer
// leaves.
//
//	POST /v1/vouchers/query   see package uplink, types Request and Failure
//	GET  /healthz             {"status":"ok","version":"…"}
//
// A successful answer is the centre's JSON byte for byte, refusals of the
// centre and successes that name no patient included, which the agent refuses
// ([voucher.Answer.Err]); every other answer is a [uplink.Failure] whose message is
// Chinese and for the person who called.
//
// # Request ids
//
// An agent names each query by a request id and may send it again when it got
// no answer. The id is spent once the centre has answered, whatever the
// centre said: from then on it gives the recorded answer, for as long as the
// journal keeps it, and afterwards request_id_expired. Where the centre gave
// no answer there is nothing to repeat: the failure is recorded, and the same
// id asks the centre again. The same id with another code is refused. Queries
// of one id that overlap share one query of the centre, which goes on when
// those who wait for it hang up.
package server

import (
	"cmp"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"mps/journal"
	"mps/mask"
	"mps/registry"
	"mps/uplink"
	"mps/voucher"
	"mps/web"
)

// Querier asks the centre. It returns an answer whenever the centre gave one,
// and heeds the context. [voucher.Centre] is one.
type Querier interface {
	Query(ctx context.Context, q voucher.Query) (*voucher.Answer, error)
}

// Journal records queries and recalls answers, with the errors that
// [journal.Journal] documents.
type Journal interface {
	Record(ctx context.Context, e journal.Entry) error
	Recall(ctx context.Context, institution, requestID, code string) ([]byte, error)
}

// Authenticator finds the institution that a token belongs to, or returns
// [registry.ErrUnauthorized]. [registry.Registry] is one.
type Authenticator interface {
	Authenticate(ctx context.Context, token string) (registry.Institution, error)
}

// Options of a server. The first three are required; zero values of the others
// mean the defaults.
type Options struct {
	Querier      Querier
	Journal      Journal
	Institutions Authenticator

	// Log gets one line per query, masked (package mask). Default: nowhere.
	Log *slog.Logger
	// Version is what /healthz tells.
	Version string
	// QueryTimeout bounds one query of the centre; 0 means
	// DefaultQueryTimeout.
	QueryTimeout time.Duration
	// MaxQueries bounds the queries of the centre at one time; more are
	// answered busy. Default 256.
	MaxQueries int
}

// DefaultQueryTimeout bounds one query of the centre.
const DefaultQueryTimeout = 15 * time.Second

// recordTimeout bounds the wait for the journal, which is the wait for a disk.
const recordTimeout = 10 * time.Second

// Server answers agents. It is safe for concurrent use.
type Server struct {
	options Options

	mu      sync.Mutex
	flights map[flightKey]*flight
	closed  bool
	running sync.WaitGroup // one for each flight
}

// New returns a server, which holds no resources until it is asked something.
func New(options Options) *Server {
	options.Log = cmp.Or(options.Log, slog.New(slog.DiscardHandler))
	options.Log = slog.New(mask.NewHandler(options.Log.Handler()))
	options.QueryTimeout = cmp.Or(options.QueryTimeout, DefaultQueryTimeout)
	options.MaxQueries = cmp.Or(options.MaxQueries, 256)
	return &Server{options: options, flights: make(map[flightKey]*flight)}
}

// Handler returns the server's HTTP surface. Timeouts of connections are the
// business of the [http.Server] around it.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc(uplink.QueryPath, s.handleQuery)
	mux.HandleFunc("/healthz", s.handleHealth)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { writeFailure(w, fail(notFound.With())) })
	// Flights have a guard of their own.
	return web.Recovering(mux, s.options.Log, func(w http.ResponseWriter) { writeFailure(w, fail(internal.With())) })
}

// Close answers further queries busy and returns when those under way are
// recorded. Close the HTTP server first, the journal afterwards.
func (s *Server) Close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.running.Wait()
}

func (s *Server) handleHealth(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		writeFailure(w, fail(method.With()))
		return
	}
	body, err := json.Marshal(map[string]string{"status": "ok", "version": s.options.Version})
	if err != nil {
		panic(err) // two strings
	}
	web.WriteJSON(w, http.StatusOK, body)
}
