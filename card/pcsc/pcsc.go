// Package pcsc reads cards in PC/SC readers: through winscard.dll on Windows,
// through libpcsclite on Linux. The library is loaded when it is first needed; a
// machine without it gets an error.
//
// A [Reader] is a card.Searcher. It goes through the slots of the machine until it
// has the patient's card, waits for one to be put in, and has each card that it
// tries for itself. It keeps nothing of PC/SC between two reads, so a service that
// is started again or a reader that is plugged in again needs no attention.
//
// Calls of PC/SC cannot be interrupted, with one exception. Methods return when
// their context is done all the same; the call is left behind, and while it lasts,
// nobody else uses the slot that it is at.
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
	// every slot is searched that is not virtual and not for security modules.
	Name string

	Wait time.Duration // how long to wait for a card to be inserted; 0: not at all
	Busy time.Duration // how long to wait for other programs; 0: DefaultBusy
	Log  *slog.Logger  // nil: none
}

// A Reader is the slots that Options choose, with whatever cards are in them. Its
// methods may be called by several goroutines, of which one at a time has a card.
type Reader struct {
	options Options
	open    func() (winscard, error) // loads the library
	turn    chan struct{}            // filled while a search or a connection exists

	mu       sync.Mutex
	library  winscard        // nil until it is first needed
	lastGood string          // the slot of the last patient's card
	behind   map[string]bool // the slots that have a call that was left behind
}

var _ card.Searcher = (*Reader)(nil)

// New returns a Reader. It touches nothing yet.
func New(o Options) *Reader { return newReader(o, openWinscard) }

func newReader(o Options, open func() (winscard, error)) *Reader {
	if o.Busy <= 0 {
		o.Busy = DefaultBusy
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Reader{options: o, open: open, turn: make(chan struct{}, 1), behind: map[string]bool{}}
}

// Wait is Options.Wait.
func (r *Reader) Wait() time.Duration { return r.options.Wait }

// Search has try talk to the card in one slot after another, as a card.Searcher
// does: where the last patient's card was, then in contact slots, then in
// contactless ones, each in the order in which PC/SC lists them; mute cards, and
// those that another program has for itself, after the others. The connections are
// card.Reconnecters, for a card that was reset or was out for a moment; Search
// closes them.
//
// A card is not reset when everything went well, neither before nor after: whoever
// talks to it selects an application first.
//
// Errors are *card.Error where PC/SC knows more than the card package: the library,
// the service or a right is missing, no reader will do, ErrBusy, ErrNotFound. The
// others are for that package to explain: they wrap card.ErrNoReader,
// card.ErrNoCard, card.ErrMute, card.ErrRemoved, the error of ctx or that of try.
func (r *Reader) Search(ctx context.Context, wait time.Duration, try func(card.Conn) error) (vacant bool, err error) {
	s, err := r.begin(ctx, wait)
	if err != nil {
		return false, err
	}
	defer s.end()
	if slot := r.remembered(); slot != "" && !r.held(slot) {
		if answered, err := s.tryAgain(ctx, slot, try); answered {
			return false, err
		}
	}
	for {
		c, err := s.next(ctx)
		if err != nil {
			return s.vacant, explain(err)
		}
		err = try(c)
		if err == nil {
			r.remember(c.reader)
			return false, nil
		}
		s.failed(ctx, c, err)
		if card.Recognised(err) || ctx.Err() != nil {
			return false, err
		}
	}
}

// Connect waits for a card and connects to the first that Search would try, for
// somebody who wants to talk to it, whatever it is. Errors are those of Search.
func (r *Reader) Connect(ctx context.Context) (card.Conn, error) {
	s, err := r.begin(ctx, r.options.Wait)
	if err != nil {
		return nil, err
	}
	c, err := s.next(ctx)
	if err != nil {
		s.end()
		return nil, explain(err)
	}
	return c, nil
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

// waitForTurn waits until no search and no connection exists, and no call was left
// behind that is at no slot.
func (r *Reader) waitForTurn(ctx context.Context) error {
	select {
	case r.turn <- struct{}{}:
		return nil
	default:
	}
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

func (r *Reader) giveTurn() { <-r.turn }

// remember notes the slot of a patient's card.
func (r *Reader) remember(slot string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if slot != r.lastGood {
		r.options.Log.Info("使用读卡器", "reader", slot)
	}
	r.lastGood = slot
}

func (r *Reader) remembered() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.lastGood
}

// hold keeps a slot for a call that was left behind, until release.
func (r *Reader) hold(slot string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.behind[slot] = true
}

func (r *Reader) release(slot string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.behind, slot)
}

func (r *Reader) held(slot string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.behind[slot]
}
