package agent

import (
	"context"
	"fmt"
	"time"

	"mps/failure"
)

// A turn lets one operation at a time use a device. Callers behind it wait in a
// bounded queue.
type turn struct {
	free  chan struct{} // holds a token while nobody has the turn
	queue chan struct{} // holds a token for everybody who waits or has the turn
	wait  time.Duration // how long a caller waits

	full, busy *failure.Kind // no place in the queue; no turn in time
}

func newTurn(queue int, wait time.Duration, full, busy *failure.Kind) *turn {
	t := &turn{
		free:  make(chan struct{}, 1),
		queue: make(chan struct{}, queue+1),
		wait:  wait,
		full:  full,
		busy:  busy,
	}
	t.free <- struct{}{}
	return t
}

// take waits for the turn. The caller gives it back with give.
func (t *turn) take(ctx context.Context) error {
	select {
	case t.queue <- struct{}{}:
	default:
		return t.full.With()
	}
	timer := time.NewTimer(t.wait)
	defer timer.Stop()
	select {
	case <-t.free:
		return nil
	case <-timer.C:
		<-t.queue
		return t.busy.With()
	case <-ctx.Done():
		<-t.queue
		return ctx.Err()
	}
}

func (t *turn) give() {
	t.free <- struct{}{}
	<-t.queue
}

// stopWait is how long an operation may take, when its time is over, to say why
// it stopped. Its own error is better than a general one.
const stopWait = 500 * time.Millisecond

// withTurn runs op when it has the turn. A device that does not come back when
// ctx ends keeps the turn, so that nobody else runs into it, but not the
// caller. A panic of op is an error.
func withTurn[T any](ctx context.Context, t *turn, op func(context.Context) (T, error)) (T, error) {
	type outcome struct {
		value T
		err   error
	}
	var zero T
	if err := t.take(ctx); err != nil {
		return zero, err
	}
	done := make(chan outcome, 1)
	go func() {
		var o outcome
		defer func() {
			if p := recover(); p != nil {
				o.err = newPanicError(p)
			}
			t.give()
			done <- o
		}()
		o.value, o.err = op(ctx)
	}()
	select {
	case o := <-done:
		return o.value, o.err
	case <-ctx.Done():
	}
	timer := time.NewTimer(stopWait)
	defer timer.Stop()
	select {
	case o := <-done:
		return o.value, o.err
	case <-timer.C:
		return zero, fmt.Errorf("the device does not come back: %w", ctx.Err())
	}
}
