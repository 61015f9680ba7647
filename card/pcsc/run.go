package pcsc

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync/atomic"

	"mps/card"
)

var _ card.Runner = (*conn)(nil)

// Run has talk talk to the card on a goroutine of its own, which the calls of PC/SC
// need not leave. Of a connection that is made when it is first used, these are all
// calls of its session, to the end.
func (c *conn) Run(ctx context.Context, talk func(context.Context)) error {
	if !c.pending {
		return c.session.run(ctx, talk)
	}
	var refused error
	var talked atomic.Bool
	err := c.session.run(ctx, func(ctx context.Context) {
		if refused = c.connectFirst(ctx); refused != nil {
			return
		}
		talk(ctx)
		talked.Store(true)
		if ctx.Err() == nil && !c.faulty {
			c.closed = true
			_ = c.session.end(false)
		}
	})
	switch {
	case err == nil:
		return refused
	case talked.Load():
		return nil // what has been read stays true when letting go of the card fails
	}
	return err
}

// A running context is that of a goroutine which may wait for PC/SC as long as it
// takes. A context that is made of it, with a limit of its own, is none, but knows it
// by runningKey.
type running struct {
	context.Context
	behind <-chan struct{} // as in session, of what was left behind there
}

type runningKey struct{}

func (r *running) Value(key any) any {
	if key == (runningKey{}) {
		return r
	}
	return r.Context.Value(key)
}

// runningIn is the running context that ctx is or was made of, nil for none.
func runningIn(ctx context.Context) *running {
	r, _ := ctx.Value(runningKey{}).(*running)
	return r
}

// isRunning tells whether ctx is a running context itself.
func isRunning(ctx context.Context) bool {
	_, is := ctx.(*running)
	return is
}

// leaveBehind notes what was left behind with ctx: in the running context, whose
// goroutine waits for it, so that the session hears of one thing only.
func (s *session) leaveBehind(ctx context.Context, ended <-chan struct{}) {
	if r := runningIn(ctx); r != nil {
		r.behind = ended
	} else {
		s.behind = ended
	}
}

// run is do for several calls in a row. A panic of talk is one of the caller's.
func (s *session) run(ctx context.Context, talk func(context.Context)) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if isRunning(ctx) {
		talk(ctx)
		return nil
	}
	inner := &running{Context: ctx}
	var raised any
	talked := make(chan struct{})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		func() {
			defer close(talked)
			defer func() {
				if p := recover(); p != nil {
					raised = fmt.Sprintf("%v\n%s", p, debug.Stack())
				}
			}()
			talk(inner)
		}()
		if inner.behind != nil {
			<-inner.behind
		}
	}()
	select {
	case <-talked:
	case <-ctx.Done():
		s.leaveBehind(ctx, ended)
		return ctx.Err()
	}
	if inner.behind != nil {
		s.leaveBehind(ctx, ended)
	}
	if raised != nil {
		panic(raised)
	}
	return nil
}
