package pcsc

import (
	"context"
	"errors"
	"fmt"
	"slices"
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

	// shortly is how long another program may have the card of one slot of several
	// before the others are looked at. It gets its whole time, Options.Busy, all
	// the same: the search comes back.
	shortly = 300 * time.Millisecond
)

// A search goes through the slots, one card at a time. It is for one goroutine, has
// the turn of its Reader, and gives it back with end.
type search struct {
	reader  *Reader
	until   time.Time // the end of the wait for a card
	begun   bool
	session *session          // nil: none yet, or the last one was left behind with a card
	trials  map[string]*trial // by the names of the slots
	removed error             // of a card that was taken out before it was known
	vacant  bool              // whether a slot was empty at the last look
}

// A trial is what became of the card in a slot.
type trial struct {
	card insertion
	err  error     // why it is not the patient's; nil: that is not known yet
	busy time.Time // since when somebody else has it; zero: nobody
	last time.Time // when it was last tried; zero: never
}

// An insertion tells one card in a slot from the next: PC/SC counts how often a card
// was put in or taken out (pcsc-lite and Microsoft's winscard.h: the upper 16 bits of
// dwEventState). Where a driver does not count, the ATR at least differs between
// kinds of cards. The zero insertion is not known.
type insertion struct {
	count uint32
	atr   string
}

func (s state) insertion() insertion { return insertion{s.flags >> 16, string(s.atr)} }

// begin begins a search when no other one goes on.
func (r *Reader) begin(ctx context.Context, wait time.Duration) (*search, error) {
	if _, err := r.loaded(); err != nil {
		return nil, err
	}
	if err := r.waitForTurn(ctx); err != nil {
		return nil, err
	}
	return &search{reader: r, until: time.Now().Add(wait), trials: map[string]*trial{}}, nil
}

// end ends the search, and the connection that it has. What happens to a card of
// which something went wrong is done in the background.
func (s *search) end() {
	if s.session == nil {
		s.reader.giveTurn()
		return
	}
	_ = s.session.close(false)
}

// establish gives the search a session when it has none.
func (s *search) establish(ctx context.Context) error {
	if s.session != nil {
		return nil
	}
	s.newSession()
	err := s.session.establish(ctx)
	if err != nil && s.session.behind == nil {
		s.session = nil
	}
	return err
}

func (s *search) newSession() {
	s.session = &session{library: s.reader.library, done: s.reader.giveTurn}
}

// tryAgain tries the slot where the last patient's card was: the next one is there
// mostly, and to look around takes as long as two commands to the card. answered tells
// that err is the answer of the search.
func (s *search) tryAgain(ctx context.Context, slot string, try func(card.Conn) error) (answered bool, err error) {
	s.newSession()
	c := &conn{session: s.session, reader: slot, busy: s.reader.options.Busy, pending: true}
	err = try(c)
	switch {
	case s.session.behind != nil: // what c knows is not ours to read
	case c.closed:
		s.session = nil
	case c.refused != nil && !s.session.established.Load():
		s.session = nil
		return true, explain(c.refused)
	case c.refused != nil:
		// Where another program has the card, next waits for that.
		s.begun = codeOf(c.refused) != codeSharingViolation
		return ctx.Err() != nil, explain(c.refused)
	}
	if err == nil {
		return true, nil
	}
	s.failed(ctx, c, err)
	s.begun = true
	return card.Recognised(err) || ctx.Err() != nil, err
}

// next connects to the next card that may be the patient's, and waits for one when
// all that are there have been tried. Its error says what lies where.
func (s *search) next(ctx context.Context) (*conn, error) {
	if !s.begun {
		s.begun = true
		if err := s.establish(ctx); err != nil {
			return nil, err
		}
		// Where the last patient's card was, the next one is, also where another
		// program has it, too.
		if slot := s.reader.remembered(); slot != "" && !s.reader.held(slot) {
			began := time.Now()
			c, err := s.connect(ctx, slot, shortly, 0)
			switch {
			case err == nil:
				return c, nil
			case errors.Is(err, ErrBusy):
				s.note(slot, insertion{}, began, err)
			}
		}
	}
	for {
		if err := s.establish(ctx); err != nil {
			return nil, err
		}
		states, err := s.look(ctx)
		if err != nil {
			return nil, err
		}
		slot, pending := s.choose(states)
		if slot.reader != "" {
			patience := shortly
			if len(states) == 1 {
				patience = s.reader.options.Busy
			}
			began := time.Now()
			c, err := s.connect(ctx, slot.reader, patience, maxSettle)
			switch {
			case err == nil:
				c.inserted = slot.insertion()
				return c, nil
			case ctx.Err() != nil:
				return nil, err
			}
			s.note(slot.reader, slot.insertion(), began, err)
			continue
		}
		left := time.Until(s.until)
		if !pending && (left <= 0 || !s.vacant) {
			return nil, s.result(states)
		}
		atMost := listEvery
		if pending {
			atMost = retryEvery
		} else {
			atMost = min(atMost, left)
		}
		if err := s.awaitChange(ctx, atMost, states); err != nil {
			return nil, err
		}
	}
}

// connect connects to the card in a slot. A call that does not come back is left
// behind, and has the slot until it does.
func (s *search) connect(ctx context.Context, slot string, patience, settle time.Duration) (*conn, error) {
	if err := s.establish(ctx); err != nil {
		return nil, err
	}
	c := &conn{session: s.session, reader: slot, busy: s.reader.options.Busy}
	err := c.open(ctx, patience, settle)
	if err == nil {
		return c, nil
	}
	if s.session.behind != nil {
		s.abandon(slot, false)
	}
	return nil, err
}

// abandon leaves the session to itself, with the slot that it has, and a reset of the
// card in it if that is wanted.
func (s *search) abandon(slot string, reset bool) {
	s.reader.hold(slot)
	s.session.done = func() { s.reader.release(slot) }
	s.session.leave(reset)
	s.session = nil
}

// failed takes note of a card that try could not read, and lets go of it, unless that
// is done.
func (s *search) failed(ctx context.Context, c *conn, err error) {
	s.note(c.reader, c.inserted, time.Now(), err)
	if s.session == nil {
		return
	}
	if s.session.behind != nil || c.faulty {
		s.abandon(c.reader, true)
		return
	}
	brief, cancel := context.WithTimeout(ctx, maxClosing)
	defer cancel()
	_ = s.session.disconnect(brief, false) // if it fails, connecting will
	if s.session.behind != nil {
		s.abandon(c.reader, false)
	}
}

// note notes why the card in a slot is not the patient's, or that somebody else has
// it, as was found by a try that began then.
func (s *search) note(slot string, card insertion, began time.Time, err error) {
	t := s.trials[slot]
	if t == nil {
		t = &trial{}
		s.trials[slot] = t
	}
	t.card, t.last = card, time.Now()
	if !errors.Is(err, ErrBusy) {
		t.err = err
	} else if t.busy.IsZero() {
		t.busy = began
	}
}

// look finds out what lies in the slots that will do, of which there is at least
// one.
func (s *search) look(ctx context.Context) ([]state, error) {
	s.vacant = false
	all, states, err := s.list(ctx)
	if errors.Is(err, codeUnknownReader) { // unplugged between the two calls
		all, states, err = s.list(ctx)
	}
	if err != nil {
		return nil, err
	}
	states = slices.DeleteFunc(states, state.missing)
	if len(states) == 0 {
		return nil, noReaderError(s.reader.options.Name, all)
	}
	s.follow(states)
	return states, nil
}

// list returns the names of all readers, and the states of those that will do.
func (s *search) list(ctx context.Context) (all []string, states []state, err error) {
	if all, err = s.session.readers(ctx); err != nil {
		return nil, nil, err
	}
	if readers := candidates(all, s.reader.options.Name); len(readers) > 0 {
		states, err = s.session.states(ctx, readers)
	}
	return all, states, err
}

// follow forgets what it knew of cards that are not there any more.
func (s *search) follow(states []state) {
	for _, now := range states {
		t := s.trials[now.reader]
		switch present := now.has(statePresent); {
		case !present:
			s.vacant = true
			if t != nil && errors.Is(t.err, card.ErrRemoved) {
				s.removed, s.until = t.err, time.Now() // the answer, if no other card is there
			}
			delete(s.trials, now.reader)
		case t == nil:
		case t.card == insertion{}:
			// It was tried without a look, and has just answered: it is the one
			// that is there at the first look.
			t.card = now.insertion()
		case t.card != now.insertion() && time.Now().Before(s.until):
			// Another one. After the wait none gets a second chance: a card may
			// give another ATR at each reset.
			delete(s.trials, now.reader)
		}
	}
}

// A standing is what can be done with the card in a slot, in ascending order of
// what is done first.
type standing int

const (
	done      standing = iota // nothing: no card, or it has been tried
	waiting                   // nothing yet: somebody else has it
	again                     // try it again: somebody else had it
	mute                      // try it: PC/SC got no answer to the reset
	touchless                 // try it: it lies on a contactless slot
	fresh                     // try it
)

// choose returns the slot whose card is to be tried now, the first of those that
// stand best; its zero value when there is none. pending tells that somebody else
// may let go of one.
func (s *search) choose(states []state) (slot state, pending bool) {
	best := waiting
	for _, now := range states {
		is := s.stands(now)
		if is > best {
			best, slot = is, now
		}
		pending = pending || is == waiting
	}
	return slot, pending
}

func (s *search) stands(now state) standing {
	t := s.trials[now.reader]
	held := s.reader.held(now.reader)
	switch {
	case !now.has(statePresent), t != nil && t.err != nil:
		return done
	case held && t == nil: // by an earlier search
		t = &trial{card: now.insertion(), busy: time.Now()}
		s.trials[now.reader] = t
	}
	if t != nil && !t.busy.IsZero() {
		switch {
		case time.Since(t.busy) >= s.reader.options.Busy:
			t.err = inUseError(t.last.IsZero())
			return done
		case held, time.Since(t.last) < retryEvery:
			return waiting
		}
		return again
	}
	switch {
	case now.has(stateMute):
		return mute
	case contactless(now):
		return touchless
	}
	return fresh
}

// result says why no card was the patient's: what lies where when that is not one
// card whose own reason says all.
func (s *search) result(states []state) error {
	var tried []found
	foreign := false
	for _, now := range states {
		if t := s.trials[now.reader]; t != nil && t.err != nil {
			tried = append(tried, found{now.reader, t.err})
			foreign = foreign || errors.Is(t.err, card.ErrOtherCard)
		}
	}
	switch {
	case s.removed != nil:
		return s.removed
	case len(tried) == 0:
		return card.ErrNoCard
	case len(states) == 1, len(tried) == 1 && !foreign:
		return tried[0].err
	}
	return notFoundError(tried, s.vacant)
}

// awaitChange waits until the state of a slot differs from the one in states. Its
// error is what was found so far, when the time of ctx is over.
func (s *search) awaitChange(ctx context.Context, atMost time.Duration, states []state) error {
	soFar := s.result(states)
	err := s.session.statusChange(ctx, atMost, states)
	switch {
	case err == nil, errors.Is(err, codeTimeout), errors.Is(err, codeCancelled), errors.Is(err, codeUnknownReader):
		err = pause(ctx, minPause) // the next look tells
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%w: %w", soFar, err)
	}
	return err
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
