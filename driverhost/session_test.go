package driverhost_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"mps/driverhost"
	"mps/test/standin/drivers"
)

// The calls of a session are made in one process, by one thread, and nobody else's
// come between.
func TestSession(t *testing.T) {
	defer goleak.VerifyNone(t)
	h := drivers.Host(t, "sequence")
	defer h.Close()
	open := driverhost.Call{Export: "Open", Args: []driverhost.Arg{driverhost.Text("")}}
	closing := driverhost.Call{Export: "Close", Args: []driverhost.Arg{driverhost.Int(7)}}
	read := driverhost.Call{Export: "Read", Args: []driverhost.Arg{driverhost.Int(7), driverhost.Buffer(512), driverhost.Buffer(64)}}
	done := make(chan error, 4)
	for range cap(done) { // which would disturb each other
		go func() {
			done <- h.Session(t.Context(), func(ctx context.Context, s driverhost.Session) error {
				for _, c := range []driverhost.Call{open, read, read, closing} {
					if r, err := s.Call(ctx, c); err != nil || r.Int < 0 {
						return errors.Join(err, errors.New(c.Export))
					}
				}
				return nil
			})
		}()
	}
	for range cap(done) {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// A session ends with its process: another one would know nothing of what was opened.
// What runs once runs again there.
func TestSessionEndsWithItsProcess(t *testing.T) {
	defer goleak.VerifyNone(t)
	for _, export := range []string{"crash", "quit", "overrun", "fill"} {
		h := drivers.Host(t, "sscard")
		prepared := 0
		for range 2 {
			err := h.Session(t.Context(), func(ctx context.Context, s driverhost.Session) error {
				for range 2 {
					if err := s.Once("a", func() error { prepared++; return nil }); err != nil {
						t.Error(err)
					}
				}
				_, lost := s.Call(ctx, call(export, 1))
				_, err := s.Call(ctx, call("read8", 1))
				if lost == nil || err != lost {
					t.Errorf("%s: %v, then %v", export, lost, err)
				}
				return err
			})
			if err == nil {
				t.Errorf("%s: no error", export)
			}
			reads(t, h)
		}
		if prepared != 2 {
			t.Errorf("%s: prepared %d times for two processes", export, prepared)
		}
		h.Close()
	}
}

// What has failed is not done, and neither is what a mistake in a call costs.
func TestSessionGoesOn(t *testing.T) {
	h := drivers.Host(t, "sscard")
	failed := errors.New("failed")
	err := h.Session(t.Context(), func(ctx context.Context, s driverhost.Session) error {
		if err := s.Once("a", func() error { return failed }); err != failed {
			t.Error(err)
		}
		for _, c := range []driverhost.Call{call("no_such_function", 1), {}} {
			if _, err := s.Call(ctx, c); err == nil {
				t.Errorf("%+v is called", c)
			}
		}
		if _, err := s.Call(ctx, call("read8", 1)); err != nil {
			t.Error(err)
		}
		ran := false
		if err := s.Once("a", func() error { ran = true; return nil }); err != nil || !ran {
			t.Error(err, ran)
		}
		return failed
	})
	if err != failed {
		t.Error(err)
	}
	reads(t, h)
}

// A session has as much time as a host gives, for all of its calls together; whoever
// waits for it has no more.
func TestSessionIsLate(t *testing.T) {
	defer goleak.VerifyNone(t)
	h := driverhost.New(driverhost.Options{Library: drivers.Library(t, "sscard"), Timeout: 500 * time.Millisecond})
	defer h.Close()
	err := h.Session(t.Context(), func(ctx context.Context, s driverhost.Session) error {
		<-ctx.Done() // as a service that is asked between two calls
		_, err := h.Call(t.Context(), call("read8", 1))
		if e, is := errors.AsType[*driverhost.Error](err); !is || !errors.Is(e, context.DeadlineExceeded) {
			t.Errorf("another caller: %v", err)
		}
		return ctx.Err()
	})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

// What a library writes into the buffer of the call before gets into no later one.
func TestLateWriting(t *testing.T) {
	h := drivers.Host(t, "sscard")
	for range 100 { // memory is used again meanwhile
		r, err := h.Call(t.Context(), call("write_late", 1))
		if err != nil || !strings.HasPrefix(string(r.Output(0)), "350000|35058219720630061X|") {
			t.Fatalf("%q, %v", r.Output(0), err)
		}
	}
}
