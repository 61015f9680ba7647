package pcsc

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"mps/card"
)

// connected returns a connection to the card of f.
func connected(t *testing.T, f *fake) *conn {
	t.Helper()
	c, err := f.reader(Options{}).Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return c.(*conn)
}

// TestRun has a card that stops answering in the middle of a conversation. The caller
// has its answer when its time is over, and the conversation goes no further when the
// card comes back.
func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		stuck := make(chan struct{})
		f.transmits = []func() Code{answer(ok), func() Code { <-stuck; return ok }}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		_, err := card.FromReader(f.reader(Options{})).Read(ctx)
		if took := time.Since(began); !errors.Is(err, context.DeadlineExceeded) || took != time.Second {
			t.Errorf("after %v: %v", took, err)
		}
		if !strings.HasPrefix(err.Error(), "接口SSC_ReadCard 失败:") {
			t.Errorf("%v: the application was selected", err)
		}
		synctest.Wait()
		close(stuck)
		time.Sleep(time.Minute)
		if got, want := strings.Join(f.noted(), " "), "connect A4 cancel A4 disconnect reset=true release"; got != want {
			t.Errorf("calls %s\nwant  %s", got, want)
		}
	})
}

// TestRunHasLimitsWithin gives a call in a conversation a limit of its own.
func TestRunHasLimitsWithin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		c := connected(t, f)
		stuck := make(chan struct{})
		f.transmits = []func() Code{func() Code { <-stuck; return ok }}
		var err error
		ended := c.Run(t.Context(), func(ctx context.Context) {
			ctx, cancel := context.WithTimeout(ctx, time.Second)
			defer cancel()
			_, err = c.Transmit(ctx, []byte{0, 0xA4, 0, 0})
		})
		if ended != nil || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v, %v", ended, err)
		}
		close(stuck)
		_ = c.Close()
		time.Sleep(time.Minute)
	})
}

// TestRunLeftBehindTwice has the time of a conversation end while a call in it, which
// has a limit of its own, hangs: nothing is let go of before that call is over.
func TestRunLeftBehindTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		c := connected(t, f)
		stuck := make(chan struct{})
		f.transmits = []func() Code{func() Code { <-stuck; return ok }}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		ended := c.Run(ctx, func(ctx context.Context) {
			ctx, cancel := context.WithTimeout(ctx, time.Minute)
			defer cancel()
			_, _ = c.Transmit(ctx, []byte{0, 0xA4, 0, 0})
		})
		_ = c.Close()
		time.Sleep(time.Minute)
		if got := strings.Join(f.noted(), " "); ended == nil || got != "connect cancel" {
			t.Errorf("%v; calls %s while one is under way", ended, got)
		}
		close(stuck)
		time.Sleep(time.Minute)
		if got := strings.Join(f.noted(), " "); got != "connect cancel A4 disconnect reset=true release" {
			t.Errorf("calls %s", got)
		}
	})
}

// TestRunPanics hands a panic on to the caller, whose goroutine it would have been.
func TestRunPanics(t *testing.T) {
	c := connected(t, newFake())
	defer func() {
		p, _ := recover().(string)
		if !strings.HasPrefix(p, "broken") || !strings.Contains(p, "run_test.go") {
			t.Errorf("recovered %q", p)
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}()
	_ = c.Run(t.Context(), func(context.Context) { panic("broken") })
	t.Error("there was no panic")
}
