package driverhost

import (
	"context"
	"errors"
	"log/slog"
	"time"
)

// Options are what a Host works with. Only Library must be set.
type Options struct {
	// Library is the path of the vendor's library.
	Library string
	// Command is the host program and its arguments, to which no path is
	// added. It must run Serve. Nil: this program with "driver-host".
	Command []string
	// Timeout bounds one session, with loading the library and waiting for
	// other callers. 0: only the caller's context does.
	Timeout time.Duration
	// Recycle is after how many calls the child is replaced, between two
	// sessions, because libraries leak. 0: 500.
	Recycle int
	// Log is told when a child ends by itself. Nil: nobody is.
	Log *slog.Logger
}

// A Host calls functions of one library in a child process, which it starts
// with the first session and again, between sessions, whenever it has ended. Its
// methods may be called concurrently; sessions are one at a time.
type Host struct {
	options Options
	turn    chan struct{} // holds a token while nobody calls
	// All below belongs to whoever has the turn.
	child   *child // usable, or nil
	last    *child // that was ended before
	calls   int    // that this child has answered
	crashes int    // children in a row that ended without an answer
	closed  bool
}

// program is what error texts call the host program.
func (o *Options) program() string {
	if len(o.Command) == 0 {
		return "mps"
	}
	return o.Command[0]
}

// How long the host waits before it starts a child again after a crash: not at
// all the first time, then longer each time, because a library that crashes
// while it is loaded would otherwise keep the machine busy.
const (
	firstBackoff   = 100 * time.Millisecond
	longestBackoff = 5 * time.Second
)

// New returns a host. It starts nothing yet.
func New(o Options) *Host {
	if o.Recycle <= 0 {
		o.Recycle = 500
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	h := &Host{options: o, turn: make(chan struct{}, 1)}
	h.turn <- struct{}{}
	return h
}

// Call calls one function of the library. It returns soon after ctx ends, if need
// be by killing the child. Errors are *Error.
func (h *Host) Call(ctx context.Context, c Call) (result Result, err error) {
	if err := c.check(); err != nil {
		return Result{}, misconfigured(err)
	}
	err = h.Session(ctx, func(ctx context.Context, s Session) error {
		result, err = s.Call(ctx, c)
		return err
	})
	return result, err
}

// ready makes sure that there is a child.
func (h *Host) ready(ctx context.Context) *Error {
	if h.closed {
		return notStarted(h.options.program(), errors.New("the host is closed"))
	}
	if h.child != nil && (h.calls >= h.options.Recycle || h.child.hasEnded()) {
		h.discard(0)
	}
	if h.child != nil {
		return nil
	}
	if h.last != nil {
		// Two processes do not share a device.
		select {
		case <-h.last.ended:
			h.last = nil
		case <-ctx.Done():
			return failed(hostNotEnded.With(), ErrHost, ctx.Err())
		}
	}
	select {
	case <-time.After(h.backoff()):
	case <-ctx.Done():
		return interrupted(ctx, 0)
	}
	child, err := startChild(h.options.Command, h.options.Library)
	if err != nil {
		h.crashes++
		return notStarted(h.options.program(), err)
	}
	h.child, h.calls = child, 0
	return nil
}

// discard ends the child and returns how it ended.
func (h *Host) discard(patience time.Duration) (status string) {
	h.last, h.child = h.child, nil
	return h.last.end(patience)
}

func (h *Host) backoff() time.Duration {
	if h.crashes < 2 {
		return 0
	}
	return min(firstBackoff<<min(h.crashes-2, 10), longestBackoff)
}

// lost ends a child that gave no answer and says why there is none.
func (h *Host) lost(ctx context.Context, err error, took time.Duration) *Error {
	h.crashes++
	if ctx.Err() != nil {
		h.discard(0)
		h.options.Log.Warn("厂商驱动没有按时返回，已强行结束宿主进程", "library", h.options.Library, "took", took.Round(time.Millisecond))
		return interrupted(ctx, took)
	}
	// A child that ended by itself says why; any other talks nonsense.
	status := h.discard(grace)
	h.options.Log.Warn("厂商驱动的宿主进程异常结束", "library", h.options.Library, "reason", err, "status", status,
		"said", h.last.stderr.said(), "printed", h.last.stderr.printed())
	if errors.Is(err, errEnded) {
		return failed(crashed.With(), ErrCrashed, errors.New(status))
	}
	return strange(err)
}

// Close ends the child, if need be by force, and waits for its end, but no
// longer than two seconds. Calls after it fail.
func (h *Host) Close() error {
	<-h.turn
	defer func() { h.turn <- struct{}{} }()
	h.closed = true
	if h.child != nil {
		h.discard(grace)
	}
	if h.last != nil {
		select {
		case <-h.last.ended:
		case <-time.After(grace):
		}
	}
	return nil
}
