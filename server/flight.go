package server

import (
	"context"
	"errors"
	"time"

	"mps/journal"
	"mps/protocol"
	"mps/uplink"
	"mps/voucher"
	"mps/web"
)

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
	lack       string // for the log: the code of what a success of the centre lacks
	failure    *uplink.FailureDetail
	cause      error // what an operator should know about the failure
	abandoned  bool
}

// failInternal is the outcome of what an operator has to look into.
func failInternal(cause error) outcome {
	return outcome{failure: fail(internal.With()), cause: cause}
}

// ask joins the query under way for the same request, or begins one, and waits
// for its outcome as long as ctx lasts.
func (s *Server) ask(ctx context.Context, institution string, r *uplink.Request) outcome {
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

func (s *Server) flightFor(institution string, r *uplink.Request) (f *flight, joined bool, _ *uplink.FailureDetail) {
	key := flightKey{institution, r.RequestID}
	s.mu.Lock()
	defer s.mu.Unlock()
	if f, ok := s.flights[key]; ok {
		if f.code != r.Query.Code {
			return nil, false, fail(requestIDReused.With())
		}
		return f, true, nil
	}
	if s.closed || len(s.flights) >= s.options.MaxQueries {
		return nil, false, fail(busy.With())
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

// fly does the work of a flight: it recalls the recorded answer, or else asks
// the centre and records what came of it, a panic included. Whoever asks after
// the flight has left the map finds its answer in the journal.
func (s *Server) fly(f *flight, key flightKey, r *uplink.Request) {
	defer func() {
		s.mu.Lock()
		delete(s.flights, key)
		s.mu.Unlock()
		close(f.done)
	}()
	entry := journal.Entry{
		Institution: key.institution,
		RequestID:   r.RequestID,
		Terminal:    r.Terminal,
		Operator:    r.Query.OperatorID,
		Function:    r.Function,
		Certificate: protocol.CertVoucher,
		Code:        r.Query.Code,
	}
	f.outcome = s.guard(func() outcome { return s.recallOrQuery(r, &entry) })
	if entry.Time.IsZero() {
		return // the centre was not asked
	}
	entry.Duration = time.Since(entry.Time)
	if f.failure != nil {
		entry.Result, entry.Message = f.failure.Code, f.failure.Message
	}
	f.outcome = s.guard(func() outcome { return s.record(r, entry, f.outcome) })
}

var errPanic = errors.New("server: a query panicked")

// guard returns the outcome of a step of a flight, which a panic fails.
func (s *Server) guard(step func() outcome) (out outcome) {
	defer func() {
		if p := recover(); p != nil {
			web.LogPanic(s.options.Log, p)
			out = failInternal(errPanic)
		}
	}()
	return step()
}

// recallOrQuery returns the recorded answer, or else the centre's. It sets the
// entry's time when it asks the centre, and what the centre said.
func (s *Server) recallOrQuery(r *uplink.Request, entry *journal.Entry) outcome {
	if out, found := s.recall(entry.Institution, r); found {
		return out
	}
	entry.Time = time.Now()
	answer, err := s.queryCentre(r.Query)
	if err != nil {
		return outcome{failure: failCentre(err), cause: err}
	}
	out := outcome{json: answer.JSON, centreCode: answer.Code}
	holder := answer.Holder()
	entry.Name, entry.IDNumber, entry.Token = holder.Name, holder.IDNumber, holder.Token
	entry.Result, entry.Message, entry.Answer = answer.Code, answer.Message, answer.JSON
	if answer.Code == "0" {
		// The code is spent, so the answer is kept and goes out as any other, and
		// the agent refuses it, at every retry. Whoever reads the journal must not
		// take it for a success.
		if lack := holder.Check(); lack != nil {
			entry.Result, entry.Message, out.lack = lack.Code(), lack.Error(), lack.Code()
		}
	}
	return out
}

// record returns the outcome of a query of the centre when its entry is in the
// journal.
func (s *Server) record(r *uplink.Request, entry journal.Entry, out outcome) outcome {
	ctx, cancel := context.WithTimeout(context.Background(), recordTimeout)
	defer cancel()
	switch err := s.options.Journal.Record(ctx, entry); {
	case errors.Is(err, journal.ErrRecorded):
		// Another server process was faster. Its answer is the one that counts.
		if out, found := s.recall(entry.Institution, r); found {
			return out
		}
		return failInternal(err)
	case err != nil:
		// No answer without an entry, not even a failure.
		return failInternal(err)
	}
	return out
}

// recall looks for the answer of an earlier query of the same id. found is
// false when the centre is to be asked.
func (s *Server) recall(institution string, r *uplink.Request) (out outcome, found bool) {
	ctx, cancel := context.WithTimeout(context.Background(), recordTimeout)
	defer cancel()
	answer, err := s.options.Journal.Recall(ctx, institution, r.RequestID, r.Query.Code)
	switch {
	case err == nil:
		return outcome{json: answer, replayed: true}, true
	case errors.Is(err, journal.ErrNotRecorded):
		return outcome{}, false
	case errors.Is(err, journal.ErrOtherCode):
		return outcome{failure: fail(requestIDReused.With())}, true
	case errors.Is(err, journal.ErrExpired):
		return outcome{failure: fail(requestIDExpired.With())}, true
	}
	return failInternal(err), true
}

var errNoAnswer = errors.New("server: querier returned neither answer nor error")

// queryCentre asks the centre, with or without those who wait for the answer.
func (s *Server) queryCentre(q voucher.Query) (*voucher.Answer, error) {
	ctx, cancel := context.WithTimeout(context.Background(), s.options.QueryTimeout)
	defer cancel()
	answer, err := s.options.Querier.Query(ctx, q)
	if err == nil && (answer == nil || len(answer.JSON) == 0) {
		return nil, errNoAnswer
	}
	return answer, err
}
