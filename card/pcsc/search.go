package pcsc

import (
	"context"
	"errors"
	"fmt"
	"time"

	"mps/card"
)

const (
	// listEvery is how often the readers are listed anew: PC/SC is asked to wait
	// for a change no longer than that at a time, which also bounds a wait whose
	// cancellation it misses. The pseudo reader for new readers
	// (\\?PnP?\Notification) is not used: over remote desktop it reports changes
	// without end.
	listEvery = time.Second

	// minPause is the least time between two looks at the readers, for drivers
	// that report changes without end all the same.
	minPause = 20 * time.Millisecond

	// shortly is how long another program may have the card of one slot before
	// the other slots are looked at. It gets its whole time, Options.Busy, all
	// the same: the search comes back.
	shortly = 300 * time.Millisecond
)

// An insertion tells one card in a slot from the next: PC/SC counts how often a
// card was put in or taken out (MS-RDPESC 2.2.7, and pcsc-lite alike). Where a
// driver does not count, the ATR at least differs between kinds of cards.
type insertion struct {
	count uint32
	atr   string
}

func (s state) insertion() insertion { return insertion{s.flags >> 16, string(s.atr)} }

// A trial is what became of the card in a slot.
type trial struct {
	card insertion
	err  error     // why it gave no patient; nil: not known yet
	busy time.Time // since when somebody else has it; zero: nobody has
}

// A search goes through the slots of a Reader, one card at a time. It is for one
// goroutine, and ends with end.
type search struct {
	reader  *Reader
	until   time.Time // the end of the wait for a card
	session *session  // nil: the last one was left behind with its card
	begun   bool
	trials  map[string]*trial // by the names of the slots
	removed error             // of a card that was taken out before it was known
}

// begin begins a search when no other one goes on.
func (r *Reader) begin(ctx context.Context, wait time.Duration) (*search, error) {
	library, err := r.loaded()
	if err != nil {
		return nil, err
	}
	if err := r.waitForTurn(ctx); err != nil {
		return nil, err
	}
	return &search{
		reader:  r,
		until:   time.Now().Add(wait),
		session: &session{library: library, done: r.giveTurn},
		trials:  map[string]*trial{},
	}, nil
}

// end ends the search. reset says that something went wrong with the card.
func (s *search) end(reset bool) error {
	if s.session == nil {
		s.reader.giveTurn()
		return nil
	}
	return s.session.close(reset)
}

// next connects to the next card, waiting for one where all that are there have
// been tried. The context that it returns is the one for that card, and ends when
// the card has had its time or is closed. The error says what lies where.
func (s *search) next(ctx context.Context) (context.Context, *conn, error) {
	if !s.begun {
		s.begun = true
		if err := s.session.establish(ctx); err != nil {
			return nil, nil, err
		}
		// Where the last patient's card was read, the next one is: most reads need
		// not look around, which takes as long as two commands to the card.
		if slot := s.reader.remembered(); slot != "" && s.reader.leftBehind(slot) == nil {
			if limited, c, err := s.open(ctx, slot, shortly, 0); err == nil || ctx.Err() != nil {
				return limited, c, err
			}
		}
	}
	for {
		if err := s.renew(ctx); err != nil {
			return nil, nil, err
		}
		states, err := s.reader.look(ctx, s.session)
		if err != nil {
			return nil, nil, err
		}
		s.follow(states)
		left := time.Until(s.until)
		settled := left <= 0 || !vacant(states)
		chosen, found, pending := s.choose(states, settled)
		switch {
		case found:
			patience := shortly
			if len(states) == 1 {
				patience = s.reader.options.Busy
			}
			if limited, c, err := s.open(ctx, chosen.reader, patience, maxSettle); err == nil || ctx.Err() != nil {
				return limited, c, err
			}
		case pending && settled:
			if err := pause(ctx, retryEvery); err != nil {
				return nil, nil, err
			}
		case settled:
			return nil, nil, s.result(states)
		default:
			atMost := min(left, listEvery)
			if pending {
				atMost = min(left, retryEvery)
			}
			if err := s.awaitChange(ctx, atMost, states); err != nil {
				return nil, nil, err
			}
		}
	}
}

// renew gives the search a session where the last one was left behind.
func (s *search) renew(ctx context.Context) error {
	if s.session != nil {
		return nil
	}
	s.session = &session{library: s.reader.library, done: s.reader.giveTurn}
	return s.session.establish(ctx)
}

// awaitChange waits until the state of a slot differs from the one in states.
func (s *search) awaitChange(ctx context.Context, atMost time.Duration, states []state) error {
	err := s.session.statusChange(ctx, atMost, states)
	if err == nil {
		err = pause(ctx, minPause)
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%w: %w", card.ErrNoCard, err)
	case errors.Is(err, codeTimeout), errors.Is(err, codeCancelled), errors.Is(err, codeUnknownReader):
		return nil // the next look tells
	}
	return err
}

// follow brings what is known about the slots up to date. The card that was tried
// without a look is the one that is there at the first look: it has just answered,
// or failed to.
func (s *search) follow(states []state) {
	for _, now := range states {
		t := s.trials[now.reader]
		switch {
		case t == nil:
		case !now.has(statePresent):
			delete(s.trials, now.reader)
		case t.card == insertion{}:
			t.card = now.insertion()
			if errors.Is(t.err, card.ErrOtherCard) {
				s.reader.recall(now.reader, t)
			}
		case t.card != now.insertion() && time.Now().Before(s.until):
			// Another card, of which nothing is known. After the wait, none gets a
			// second chance: a card may give another ATR at each reset.
			delete(s.trials, now.reader)
		}
	}
}

// vacant tells whether a card can still come into one of the slots.
func vacant(states []state) bool {
	for _, s := range states {
		if !s.has(statePresent) {
			return true
		}
	}
	return false
}

// A standing is what can be done with the card in a slot.
type standing int

const (
	done  standing = iota // nothing: no card, or it has been tried
	held                  // wait: an earlier call has not come back from it yet
	busy                  // try again: another program has it
	mute                  // try it: PC/SC got no answer to the reset
	fresh                 // try it
)

// choose returns the slot whose card is to be tried now, the first in order of
// those that stand best. waiting tells that there is none, but that somebody will
// let go of one.
func (s *search) choose(states []state, settled bool) (slot string, found, waiting bool) {
	best := done
	for _, now := range states {
		is := s.stands(now, settled)
		if is > best && is > held {
			best, slot = is, now.reader
		}
		waiting = waiting || is == held
	}
	return slot, best > held, waiting
}

// stands tells what can be done with the card in a slot. What an earlier search has
// found to be no patient's card is tried when the search is settled, that is, when
// no other card can be expected. One that took its whole time is not tried again, if
// it is certain that it is the same one and if it may be no patient's at all.
func (s *search) stands(now state, settled bool) standing {
	t := s.trials[now.reader]
	if !now.has(statePresent) || t != nil && t.err != nil {
		return done
	}
	if reason := s.reader.leftBehind(now.reader); reason != nil {
		if t == nil || t.busy.IsZero() {
			t = &trial{card: now.insertion(), busy: time.Now()}
			s.trials[now.reader] = t
		}
		if time.Since(t.busy) >= s.reader.options.Busy {
			t.err = reason
			return done
		}
		return held
	}
	if t != nil && !t.busy.IsZero() {
		if time.Since(t.busy) >= s.reader.options.Busy {
			t.err = openingError(inUse.With(), ErrBusy)
			return done
		}
		return busy
	}
	if known := s.reader.recalled(now); known != nil {
		switch {
		case errors.Is(known, card.ErrMute) && s.several && now.insertion().count > 0:
			s.trials[now.reader] = &trial{card: now.insertion(), err: known}
			return done
		case !settled:
			return done
		}
	}
	if now.has(stateMute) {
		return mute
	}
	return fresh
}
