package pcsc

import (
	"context"
	"encoding/hex"
	"errors"
	"strings"
)

// A Slot is a reader, or one slot of it, as PC/SC lists it.
type Slot struct {
	Name     string
	Unlikely bool   // virtual or for security modules: used only when it is named
	Card     bool   // a card is in it
	Mute     bool   // the card did not answer the reset
	Busy     bool   // another program has the card for itself
	ATR      string // the card's answer to reset, in hex
}

// List returns the readers of this machine, without touching the cards in them.
// No readers are no error; errors are those of Connect.
func List(ctx context.Context) ([]Slot, error) { return list(ctx, openWinscard) }

func list(ctx context.Context, open func() (winscard, error)) ([]Slot, error) {
	library, err := open()
	if err != nil {
		return nil, libraryError(err)
	}
	s := &session{library: library, done: func() {}}
	slots, err := s.slots(ctx)
	closed := s.close(false)
	if err == nil {
		err = closed
	}
	if err != nil {
		return nil, explain(err)
	}
	return slots, nil
}

func (s *session) slots(ctx context.Context) ([]Slot, error) {
	if err := s.establish(ctx); err != nil {
		// Windows runs the service only while there is a reader.
		if code := codeOf(err); code == codeNoReaders {
			return nil, nil
		}
		return nil, err
	}
	readers, err := s.readers(ctx)
	if err != nil || len(readers) == 0 {
		return nil, err
	}
	states, err := s.states(ctx, readers)
	if err != nil && !errors.Is(err, codeTimeout) {
		return nil, err
	}
	var slots []Slot
	for _, state := range states {
		if state.missing() {
			continue
		}
		slots = append(slots, Slot{
			Name:     state.reader,
			Unlikely: unlikely(state.reader),
			Card:     state.has(statePresent),
			Mute:     state.has(stateMute),
			Busy:     state.has(stateExclusive),
			ATR:      strings.ToUpper(hex.EncodeToString(state.atr)),
		})
	}
	return slots, nil
}
