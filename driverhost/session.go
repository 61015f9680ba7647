package driverhost

import (
	"context"
	"errors"
	"time"
)

// A Session is a turn at the library, for functions that belong together: one
// process and one thread of it make all its calls, and nobody else's come between.
// When the process ends, so does the session: another one would know nothing of
// what was opened, or of which card lay there.
type Session interface {
	// Call calls a function. It returns soon after ctx ends, if need be by
	// killing the process. Errors are *Error; once one has ended the process,
	// that is the error of every later call.
	Call(ctx context.Context, c Call) (Result, error)
	// Once runs prepare unless it has run before in this process, under this
	// name, without an error.
	Once(name string, prepare func() error) error
}

// Session waits for its turn and lets use make calls; what it returns is use's
// error. The context that use gets ends with ctx or with the host's Timeout.
// Errors of the wait are *Error.
func (h *Host) Session(ctx context.Context, use func(ctx context.Context, s Session) error) error {
	if h.options.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, h.options.Timeout)
		defer cancel()
	}
	began := time.Now()
	select {
	case <-h.turn:
		defer func() { h.turn <- struct{}{} }()
	case <-ctx.Done():
		return interrupted(ctx, time.Since(began))
	}
	if err := h.ready(ctx); err != nil {
		return err
	}
	s := &session{host: h, child: h.child}
	return use(ctx, s)
}

// A session is the one that has the host's turn.
type session struct {
	host  *Host
	child *child
	lost  *Error // why the child was ended
}

// Call makes the call in the child of the session, never in another.
func (s *session) Call(ctx context.Context, c Call) (Result, error) {
	if err := c.check(); err != nil {
		return Result{}, misconfigured(err)
	}
	if s.lost != nil {
		return Result{}, s.lost
	}
	h := s.host
	began := time.Now()
	answer, err := s.child.exchange(ctx, request{h.options.Library, c})
	if err != nil {
		s.lost = h.lost(ctx, err, time.Since(began))
		return Result{}, s.lost
	}
	h.calls++
	if answer.Failure == nil {
		h.crashes = 0
		return answer.Result, nil
	}
	e := answer.Failure.error()
	if !errors.Is(e, ErrExport) && !errors.Is(e, ErrCall) {
		h.discard(0) // its library is not loaded, or has spoilt its process
		s.lost = e
	}
	return Result{}, e
}

// Once keeps what has run with the child, because it ends with that.
func (s *session) Once(name string, prepare func() error) error {
	if s.child.prepared[name] {
		return nil
	}
	if err := prepare(); err != nil {
		return err
	}
	s.child.prepared[name] = true
	return nil
}
