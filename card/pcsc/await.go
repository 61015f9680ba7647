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
)

// await returns the reader that a card is in, waiting for the card as long as the
// options say.
func (r *Reader) await(ctx context.Context, s *session) (reader string, err error) {
	inserted := time.Now().Add(r.options.Wait)
	for {
		states, err := r.look(ctx, s)
		if err != nil {
			return "", err
		}
		if reader, found := withCard(states); found {
			return reader, nil
		}
		left := time.Until(inserted)
		if left <= 0 {
			return "", card.ErrNoCard
		}
		err = s.statusChange(ctx, min(left, listEvery), states)
		if err == nil {
			err = pause(ctx, minPause)
		}
		switch {
		case errors.Is(err, context.DeadlineExceeded):
			return "", fmt.Errorf("%w: %w", card.ErrNoCard, err)
		case err != nil && !errors.Is(err, codeTimeout) && !errors.Is(err, codeCancelled):
			return "", err
		}
	}
}

// look returns the states of the readers that will do, of which there is at
// least one.
func (r *Reader) look(ctx context.Context, s *session) ([]state, error) {
	all, err := s.readers(ctx)
	if err != nil {
		return nil, err
	}
	var there []state
	if readers := candidates(all, r.options.Name, r.remembered()); len(readers) > 0 {
		states, err := s.states(ctx, readers)
		if err != nil {
			return nil, err
		}
		for _, state := range states {
			if !state.missing() {
				there = append(there, state)
			}
		}
	}
	if len(there) == 0 {
		return nil, noReaderError(r.options.Name, all)
	}
	return there, nil
}

// withCard returns the first reader with a card in it, and of several rather one
// whose card answered the reset.
func withCard(states []state) (reader string, found bool) {
	for _, wanted := range []uint32{statePresent, statePresent | stateMute} {
		for _, s := range states {
			if s.flags&(statePresent|stateMute) == wanted {
				return s.reader, true
			}
		}
	}
	return "", false
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
