package card

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"mps/mask"
)

// Sources are several ways to read a card.
//
// Read asks them in their order, and goes on to the next after every failure that
// LeadsOn. Where none succeeds, its error is that of the source that got furthest
// with the patient's card, the first of equals; a card that asks for a key which
// this package does not have, and that no other source could read either, is told
// with the reason of the other.
//
// The wait for a card is one for all of them, and begins with Read. First every
// source is asked what is there now, the ones that wait by themselves, as drivers
// do, for as long as they wait. Only when nowhere is a patient's card, and there is
// room for one, the readers wait for what is left of their time. Then the others are
// asked once more: the card may have been put there.
type Sources struct {
	Order []NamedSource
	Log   *slog.Logger // is told why each source failed, without personal data; nil: none
}

// A NamedSource is a Source by the name that it has in the configuration.
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
	r := round{sources: s.Order, failed: make([]error, len(s.Order)), began: time.Now()}
	c, err := r.read(ctx)
	r.log(ctx, s.Log)
	return c, err
}

// A round is one read from several sources.
type round struct {
	sources []NamedSource
	failed  []error // why each failed, the last time that it was asked
	began   time.Time
}

// read asks the sources. As soon as one gives a card, or fails in a way that does
// not lead on, that is the answer.
func (r *round) read(ctx context.Context) (*Card, error) {
	for i, source := range r.sources {
		c, err := r.ask(ctx, i, func() (*Card, error) {
			if w, waits := source.Source.(waiter); waits {
				return w.ReadWithin(ctx, 0)
			}
			return source.Read(ctx)
		})
		if c != nil || err != nil {
			return c, err
		}
	}
	waited := false
	for i, source := range r.sources {
		w, waits := source.Source.(waiter)
		if !waits || ctx.Err() != nil || r.recognised() || !errors.Is(r.failed[i], ErrNoCard) {
			continue
		}
		left := w.Wait() - time.Since(r.began)
		if left <= 0 {
			continue
		}
		waited = true
		c, err := r.ask(ctx, i, func() (*Card, error) { return w.ReadWithin(ctx, left) })
		if c != nil || err != nil {
			return c, err
		}
	}
	for i, source := range r.sources {
		_, waits := source.Source.(waiter)
		if !waited || waits || ctx.Err() != nil || errors.Is(r.failed[i], ErrNoReader) {
			continue
		}
		c, err := r.ask(ctx, i, func() (*Card, error) { return source.Read(ctx) })
		if c != nil || err != nil {
			return c, err
		}
	}
	return nil, furthest(r.failed)
}

// ask asks one source. Its error is one that does not lead on.
func (r *round) ask(ctx context.Context, i int, read func() (*Card, error)) (*Card, error) {
	c, err := read()
	if r.failed[i] = err; err == nil {
		return c, nil
	}
	switch {
	case ctx.Err() != nil: // the time of the whole call is over, or nobody waits for its answer
		return nil, furthest(r.failed)
	case !LeadsOn(err):
		return nil, err
	}
	return nil, nil
}

// recognised tells whether some source has the patient's card before it.
func (r *round) recognised() bool {
	for _, err := range r.failed {
		if err != nil && Recognised(err) {
			return true
		}
	}
	return false
}

func (r *round) log(ctx context.Context, log *slog.Logger) {
	if log == nil {
		return
	}
	for i, err := range r.failed {
		e, is := errors.AsType[*Error](err)
		if !is {
			continue
		}
		attrs := []slog.Attr{slog.String("source", r.sources[i].Name), slog.String("code", e.Code())}
		if e.Err != nil {
			attrs = append(attrs, slog.String("cause", mask.Text(e.Err.Error())))
		}
		log.LogAttrs(ctx, slog.LevelInfo, "这个来源没有读到卡", attrs...)
	}
}

// furthest is the failure of the source that got furthest, the first of equals. nil
// stands for a source that was not asked.
func furthest(failed []error) error {
	var best error
	var other error // the furthest of those that did not ask for another way
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
	asks, is := errors.AsType[*Error](best)
	if !is || other == nil || reachOf(best) != needsKey {
		return best
	}
	// To advise a driver where there is one would hide what is wrong with it.
	reason := other.Error()
	if e, is := errors.AsType[*Error](other); is {
		reason = e.Failure.Error()
	}
	return &Error{asks.Function, protectedTried.With(strings.TrimRight(reason, "！")), fmt.Errorf("%w; %v", asks.Err, other)}
}
