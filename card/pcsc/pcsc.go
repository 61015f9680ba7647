// Package pcsc reads cards in PC/SC readers: through winscard.dll on Windows,
// through libpcsclite on Linux. The library is loaded when it is first needed; a
// machine without it gets an error.
//
// A [Reader] is a card.Reader. It chooses one of the readers of the machine,
// waits for a card, and has the card for itself until the connection is closed.
// It keeps nothing of PC/SC between two connections, so a service that is
// started again or a reader that is plugged in again needs no attention.
//
// Calls of PC/SC cannot be interrupted, with one exception. Methods return when
// their context is done all the same; the call is left behind, and while it
// lasts, the next Connect says that the reader is still at work.
package pcsc

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"mps/card"
)

// DefaultBusy is how long other programs may keep the reader. After a card is
// inserted, Windows itself looks at it for a second or two.
const DefaultBusy = 5 * time.Second

// Options choose a reader and say how patient to be with it.
type Options struct {
	// Name is the reader to use: a part of its name, in any case of letters, or
	// a pattern for all of it in which * stands for anything. If it is empty,
	// every reader will do that is not virtual and no slot for security modules.
	Name string

	Wait time.Duration // how long to wait for a card to be inserted; 0: not at all
	Busy time.Duration // how long to wait for other programs; 0: DefaultBusy
	Log  *slog.Logger  // nil: none
}

// A Reader is the reader that Options choose, with whatever card is in it. Its
// methods may be called by several goroutines, of which one at a time has the
// card.
type Reader struct {
	options Options
	open    func() (winscard, error) // loads the library
	turn    chan struct{}            // filled while a connection exists

	mu       sync.Mutex
	library  winscard // nil until it is first needed
	lastGood string   // the reader that last read a card without a fault
}

var _ card.Reader = (*Reader)(nil)

// New returns a Reader. It touches nothing yet.
func New(o Options) *Reader { return newReader(o, openWinscard) }

func newReader(o Options, open func() (winscard, error)) *Reader {
	if o.Busy <= 0 {
		o.Busy = DefaultBusy
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Reader{options: o, open: open, turn: make(chan struct{}, 1)}
}

// Connect waits for a card and connects to it. Errors are *card.Error where PC/SC
// knows more than the card package: the library or the service is missing, no
// reader will do, ErrBusy. The others are for that package to explain: they wrap
// card.ErrNoReader, card.ErrNoCard, card.ErrMute, card.ErrRemoved or the error of
// ctx.
//
// The connection is a card.Reconnecter, for a card that was reset or was out for a
// moment. The card is not reset when everything went well, neither before nor
// after: whoever talks to it selects an application first.
func (r *Reader) Connect(ctx context.Context) (card.Conn, error) {
	library, err := r.loaded()
	if err != nil {
		return nil, err
	}
	if err := r.waitForTurn(ctx); err != nil {
		return nil, err
	}
	s := &session{library: library, done: func() { <-r.turn }}
	c := &conn{session: s, busy: r.options.Busy, good: r.remember}
	if err := r.connect(ctx, c); err != nil {
		_ = c.Close()
		return nil, explain(err)
	}
	return c, nil
}

func (r *Reader) connect(ctx context.Context, c *conn) (err error) {
	if err := c.session.establish(ctx); err != nil {
		return err
	}
	// Where the last card was read, the next one is: most reads need not look
	// around, which takes as long as two commands to the card.
	if c.reader = r.remembered(); c.reader != "" {
		err := c.open(ctx, 0)
		if code := codeOf(err); code == ok || code == codeSharingViolation {
			return err
		}
	}
	if c.reader, err = r.await(ctx, c.session); err != nil {
		return err
	}
	return c.open(ctx, maxSettle)
}

func (r *Reader) loaded() (winscard, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.library == nil {
		library, err := r.open()
		if err != nil {
			return nil, libraryError(err)
		}
		r.library = library
	}
	return r.library, nil
}

// waitForTurn waits until no connection exists, not even one that was left behind.
func (r *Reader) waitForTurn(ctx context.Context) error {
	patience := time.NewTimer(r.options.Busy)
	defer patience.Stop()
	select {
	case r.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-patience.C:
		return openingError(stuck.With(), ErrBusy)
	}
}

// remember notes a reader that works.
func (r *Reader) remember(reader string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if reader != r.lastGood {
		r.options.Log.Info("使用读卡器", "reader", reader)
	}
	r.lastGood = reader
}

func (r *Reader) remembered() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.lastGood
}
