package server

import (
	"context"
	"errors"
	"fmt"
	"time"

	"mps/journal"
	"mps/voucher"
)

// certificate is the mdtrt_cert_type of everything that comes this way: an
// e-voucher (specification 4.3).
const certificate = "01"

// flight is a query under way, shared by all who ask for it. It belongs to
// nobody's connection: a caller who hangs up and asks again finds it, or what
// it has recorded.
type flight struct {
	code string
	done chan struct{} // closed when outcome is set
	outcome
}

type flightKey struct {
	institution, requestID string
}

// outcome is how a query ended: the centre's JSON or a failure, unless the
// caller was gone first.
type outcome struct {
	json       []byte
	replayed   bool   // another query of the same id got it from the centre
	centreCode string // for the log; empty where it is not known
	failure    *failure
	cause      error // what an operator should know about the failure
	abandoned  bool
}

// ask joins the query under way for the same request, or begins one, and waits
// for its outcome as long as ctx lasts.
func (s *Server) ask(ctx context.Context, institution string, r *voucher.Request) outcome {
	f, joined, failure := s.flightFor(institution, r)
	if failure != nil {
		return outcome{failure: failure}
	}
	select {
	case <-f.done:
		out := f.outcome
		out.replayed = out.failure == nil && (out.replayed || joined)
		return out
	case <-ctx.Done():
		return outcome{abandoned: true}
	}
}

func (s *Server) flightFor(institution string, r *voucher.Request) (f *flight, joined bool, _ *failure) {
	key := flightKey{institution, r.RequestID}
	s.mu.Lock()
	defer s.mu.Unlock()
	if f, ok := s.flights[key]; ok {
		if f.code != r.Query.Code {
			return nil, false, errRequestIDReused
		}
		return f, true, nil
	}
	if s.closed || len(s.flights) >= s.options.MaxQueries {
		return nil, false, errBusy
	}
	f = &flight{code: r.Query.Code, done: make(chan struct{})}
	s.flights[key] = f
	s.running.Add(1)
	go func() {
		defer s.running.Done()
		s.fly(f, key, r)
	}()
	return f, false, nil
}

// fly does the work of a flight. Whoever asks after the flight has left the
// map finds its answer in the journal.
func (s *Server) fly(f *flight, key flightKey, r *voucher.Request) {
	defer func() {
		if p := recover(); p != nil {
			s.logPanic(p)
			f.outcome = outcome{failure: errInternal}
		}
		s.mu.Lock()
		delete(s.flights, key)
		s.mu.Unlock()
		close(f.done)
	}()
	f.outcome = s.recallOrQuery(key.institution, r)
}

// recallOrQuery returns the recorded answer, or else the centre's, recorded.
func (s *Server) recallOrQuery(institution string, r *voucher.Request) outcome {
	out, found := s.recall(institution, r)
	if found {
		return out
	}
	began := time.Now()
	answer, err := s.queryCentre(r.Query)
	entry := journal.Entry{
		Time:        began,
		Duration:    time.Since(began),
		Institution: institution,
		RequestID:   r.RequestID,
		Terminal:    r.Terminal,
		Operator:    r.Query.OperatorID,
		Function:    r.Function,
		Certificate: certificate,
		Code:        r.Query.Code,
	}
	if err != nil {
		out = outcome{failure: centreFailure(err), cause: err}
		entry.Result, entry.Message = out.failure.code, out.failure.message
	} else {
		out = outcome{json: answer.JSON, centreCode: answer.Code}
		entry.Name, entry.IDNumber, entry.Token = answer.Holder.Name, answer.Holder.IDNumber, answer.Holder.Token
		entry.Result, entry.Message, entry.Answer = answer.Code, answer.Message, answer.JSON
	}
	ctx, cancel := context.WithTimeout(context.Background(), recordTimeout)
	defer cancel()
	switch err := s.options.Journal.Record(ctx, entry); {
	case errors.Is(err, journal.ErrRecorded):
		// Another server process was faster. Its answer is the one that counts.
		if out, found := s.recall(institution, r); found {
			return out
		}
		return outcome{failure: errInternal, cause: err}
	case err != nil:
		// No answer without an entry, not even a failure.
		return outcome{failure: errInternal, cause: err}
	}
	return out
}

// recall looks for the answer of an earlier query of the same id. found is
// false when the centre is to be asked.
func (s *Server) recall(institution string, r *voucher.Request) (out outcome, found bool) {
	ctx, cancel := context.WithTimeout(context.Background(), recordTimeout)
	defer cancel()
	answer, err := s.options.Journal.Recall(ctx, institution, r.RequestID, r.Query.Code)
	switch {
	case err == nil:
		return outcome{json: answer, replayed: true}, true
	case errors.Is(err, journal.ErrNotRecorded):
		return outcome{}, false
	case errors.Is(err, journal.ErrOtherCode):
		return outcome{failure: errRequestIDReused}, true
	case errors.Is(err, journal.ErrExpired):
		return outcome{failure: errRequestIDExpired}, true
	}
	return outcome{failure: errInternal, cause: err}, true
}

var errNoAnswer = errors.New("server: querier returned neither answer nor error")

// queryCentre asks the centre. A panic on the way is an error like others, so
// that it is recorded too.
func (s *Server) queryCentre(q voucher.Query) (answer *voucher.Answer, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), s.options.QueryTimeout)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			s.logPanic(p)
			answer, err = nil, fmt.Errorf("server: querying the centre panicked")
		}
	}()
	answer, err = s.options.Querier.Query(ctx, q)
	if err == nil && (answer == nil || len(answer.JSON) == 0) {
		return nil, errNoAnswer
	}
	return answer, err
}
