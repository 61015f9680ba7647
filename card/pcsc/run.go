package pcsc

import (
	"context"
	"fmt"
	"runtime/debug"

	"mps/card"
)

var _ card.Runner = (*conn)(nil)

// Run has talk talk to the card on a goroutine of its own, which the calls of PC/SC
// need not leave.
func (c *conn) Run(ctx context.Context, talk func(context.Context)) error {
	if c.session.within(ctx) {
		talk(ctx)
		return nil
	}
	return c.session.run(ctx, talk)
}

// A running context is that of what runs within do already.
type running struct {
	context.Context
	session *session
}

// within tells whether ctx is that of a goroutine that may wait for PC/SC as long as
// it takes. A context made of it, with a limit of its own, is none.
func (s *session) within(ctx context.Context) bool {
	r, is := ctx.(*running)
	return is && r.session == s
}

// run is do for several calls in a row. A panic of talk is one of the caller's.
func (s *session) run(ctx context.Context, talk func(context.Context)) error {
	var raised any
	err := s.do(ctx, func() Code {
		defer func() {
			if p := recover(); p != nil {
				raised = fmt.Sprintf("%v\n%s", p, debug.Stack())
			}
		}()
		talk(&running{ctx, s})
		return ok
	})
	if err == nil && raised != nil {
		panic(raised)
	}
	return err
}
