package card

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"mps/failure"
	"mps/mask"
)

// Sources are several ways to read a card.
//
// Read asks them in their order, and goes on to the next after every failure that
// LeadsOn. When none succeeds, its error is that of the source that got furthest
// with the patient's card, the first of equals. A card that wants a key which this
// package does not have, and which no other source could read either, is told with
// the reason of the other: to advise a driver where there is one would hide what is
// wrong with it.
//
// The wait for a card is one for all of them. First every source is asked what is
// there now; one that waits by itself, as drivers do, waits. Only when the patient's
// card is nowhere, a reader waits for what is left of its time, and then the others
// are asked once more: the card may have come to them.
type Sources struct {
	Order []NamedSource
	Log   *slog.Logger // is told why each source failed, without personal data; nil: none
}

// A NamedSource is a Source with the name that it has in the configuration.
type NamedSource struct {
	Name string
	Source
}

// Read reads the card from the first source that can.
func (s Sources) Read(ctx context.Context) (*Card, error) {
	switch len(s.Order) {
	case 0:
		return nil, transportError(ctx, Opening, ErrNoReader)
	case 1:
		return s.Order[0].Read(ctx)
	}
	r := round{sources: s.Order, failed: make([]error, len(s.Order)), vacant: make([]bool, len(s.Order))}
	c, err := r.read(ctx)
	if s.Log != nil {
		r.log(ctx, s.Log, err)
	}
	return c, err
}

// A round is one read from several sources.
type round struct {
	sources []NamedSource
	failed  []error // why each failed when it was last asked; nil: it was not
	vacant  []bool  // whether waiting for a card may help
}

// read asks the sources until one of them has the answer.
func (r *round) read(ctx context.Context) (*Card, error) {
	began := time.Now()
	for i := range r.sources {
		if c, final, err := r.ask(ctx, i, 0); final {
			return c, err
		}
	}
	waited := false
	for i, source := range r.sources {
		w, waits := source.Source.(waiter)
		if !waits || !r.vacant[i] || r.recognised() {
			continue
		}
		left := w.wait() - time.Since(began)
		if left <= 0 {
			continue
		}
		waited = true
		if c, final, err := r.ask(ctx, i, left); final {
			return c, err
		}
	}
	for i, source := range r.sources {
		if _, waits := source.Source.(waiter); !waited || waits || errors.Is(r.failed[i], ErrNoReader) {
			continue
		}
		if c, final, err := r.ask(ctx, i, 0); final {
			return c, err
		}
	}
	return nil, furthest(r.failed)
}

// ask asks one source, which waits for a card no longer than wait if it can be told.
// The answer is final when there is a card, when the failure does not lead on, and
// when nobody waits for the answer any more.
func (r *round) ask(ctx context.Context, i int, wait time.Duration) (c *Card, final bool, err error) {
	if w, waits := r.sources[i].Source.(waiter); waits {
		c, r.vacant[i], err = w.readWithin(ctx, wait)
	} else {
		c, err = r.sources[i].Read(ctx)
	}
	r.failed[i] = err
	switch {
	case err == nil, !LeadsOn(err):
		return c, true, err
	case ctx.Err() != nil:
		return nil, true, furthest(r.failed)
	}
	return nil, false, nil
}

// recognised tells whether a source has the patient's card before it.
func (r *round) recognised() bool {
	for _, err := range r.failed {
		if reachOf(err) >= needsKey {
			return true
		}
	}
	return false
}

// log tells why each source failed: it is worth knowing when all of them did.
func (r *round) log(ctx context.Context, log *slog.Logger, err error) {
	level := slog.LevelInfo
	if err == nil {
		level = slog.LevelDebug
	}
	for i, err := range r.failed {
		if err == nil {
			continue
		}
		attrs := []slog.Attr{slog.String("source", r.sources[i].Name)}
		if f, is := errors.AsType[failure.Failure](err); is {
			attrs = append(attrs, slog.String("code", f.Code()))
		}
		if cause := errors.Unwrap(err); cause != nil {
			attrs = append(attrs, slog.String("cause", mask.Text(cause.Error())))
		}
		log.LogAttrs(ctx, level, "这个来源没有读到卡", attrs...)
	}
}

// furthest is the failure of the source that got furthest, the first of equals. nil
// stands for a source that was not asked.
func furthest(failed []error) error {
	var best, other error // the furthest, and the furthest of those that do not ask for a key
	for _, err := range failed {
		if err == nil {
			continue
		}
		if best == nil || reachOf(err) > reachOf(best) {
			best = err
		}
		if reachOf(err) != needsKey && (other == nil || reachOf(err) > reachOf(other)) {
			other = err
		}
	}
	if other == nil || reachOf(best) != needsKey {
		return best
	}
	reason := other.Error()
	if f, is := errors.AsType[*Error](other); is {
		reason = f.Failure.Error()
	}
	return &Error{reading, protectedTried.With(strings.TrimRight(reason, "！")), best}
}
