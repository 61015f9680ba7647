package pcsc

import (
	"context"
	"sync/atomic"
	"time"
)

// A session is a context of PC/SC and at most one card in it. Its methods return
// when ctx is done. A call that is left behind then keeps the session: all that
// may follow is close.
type session struct {
	library winscard
	done    func() // told when everything of the session is over

	context     handle
	established atomic.Bool // read while a call that was left behind may go on
	released    bool
	card        handle
	connected   bool
	transaction bool
	used        bool // a command went to a card
	protocol    uint32
	lost        time.Time       // since when the card has answered nothing; zero: it answers
	behind      <-chan struct{} // closed when the call that was left behind ends
}

// do carries out a call of PC/SC. Until it returns nil or a Code, what call writes
// belongs to call.
func (s *session) do(ctx context.Context, call func() Code) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if isRunning(ctx) {
		if code := call(); code != ok {
			return code
		}
		return nil
	}
	var code Code
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		code = call()
	}()
	select {
	case <-ended:
	case <-ctx.Done():
		s.leaveBehind(ctx, ended)
		return ctx.Err()
	}
	if code != ok {
		return code
	}
	return nil
}

func (s *session) establish(ctx context.Context) error {
	return s.do(ctx, func() (code Code) {
		s.context, code = s.library.establish()
		s.established.Store(code == ok)
		return code
	})
}

func (s *session) readers(ctx context.Context) (readers []string, err error) {
	var listed []string
	err = s.do(ctx, func() (code Code) {
		listed, code = s.library.readers(s.context)
		return code
	})
	if err != nil {
		return nil, err
	}
	return listed, nil
}

// states returns the states that readers have now.
func (s *session) states(ctx context.Context, readers []string) ([]state, error) {
	states := make([]state, len(readers))
	for i, reader := range readers {
		states[i] = state{reader: reader, flags: stateUnaware}
	}
	if err := s.statusChange(ctx, 0, states); err != nil {
		return nil, err
	}
	return states, nil
}

func (s *session) statusChange(ctx context.Context, timeout time.Duration, states []state) error {
	return s.do(ctx, func() Code { return s.library.statusChange(s.context, timeout, states) })
}

// connect powers the card and has it for itself: by exclusive use, and where a
// program keeps a connection all day long, in a transaction, for which it waits
// patience. Another program that takes longer is ErrBusy.
func (s *session) connect(ctx context.Context, reader string, patience time.Duration) error {
	err := s.connectAs(ctx, reader, shareExclusive)
	if codeOf(err) != codeSharingViolation {
		return err
	}
	if err := s.connectAs(ctx, reader, shareShared); err != nil {
		return err
	}
	free, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err = s.do(free, func() Code {
		code := s.library.begin(s.card)
		s.transaction = code == ok
		return code
	})
	if err == nil {
		return nil
	}
	if s.behind == nil {
		_ = s.disconnect(ctx, false)
	}
	if ctx.Err() == nil && free.Err() != nil {
		return ErrBusy
	}
	return err
}

// connectAs connects in one way of sharing the card. It may be left behind: the
// card that it then gets is noted in s all the same, so that close lets go of it.
func (s *session) connectAs(ctx context.Context, reader string, share uint32) error {
	return s.do(ctx, func() Code {
		card, protocol, code := s.library.connect(s.context, reader, share)
		if code == ok {
			s.card, s.protocol, s.connected, s.transaction = card, protocol, true, false
		}
		return code
	})
}

// disconnectNow lets go of the card, if there is one. It runs within do, or when
// nothing else does.
func (s *session) disconnectNow(reset bool) Code {
	if !s.connected {
		return ok
	}
	s.connected = false
	if s.transaction {
		// The reset is part of the transaction, so that it hits nobody else.
		_ = s.library.end(s.card, reset)
		reset = false
	}
	return s.library.disconnect(s.card, reset)
}

func (s *session) disconnect(ctx context.Context, reset bool) error {
	return s.do(ctx, func() Code { return s.disconnectNow(reset) })
}

// transmit returns a response of its own, with at least a status. Some drivers call
// it a success, without a response, when the card is gone.
func (s *session) transmit(ctx context.Context, command []byte) ([]byte, error) {
	// 256 bytes and the status. pcsc-lite and some readers want a few more.
	response := make([]byte, 264)
	var n int
	s.used = true
	err := s.do(ctx, func() (code Code) {
		n, code = s.library.transmit(s.card, s.protocol, command, response)
		return code
	})
	if err == nil && n < 2 {
		err = codeNotTransacted
	}
	if err != nil {
		unanswered := codeOf(err).cardLost() || ctx.Err() != nil
		if unanswered && s.lost.IsZero() {
			s.lost = time.Now()
		}
		return nil, err
	}
	s.lost = time.Time{}
	return response[:n], nil
}

// maxClosing is how long close waits for PC/SC.
const maxClosing = 2 * time.Second

// close ends everything, and waits for that unless a call was left behind. A card
// that was lost just now is left alone for resetAfter before it is reset.
func (s *session) close(reset bool) error {
	ended := s.leave(reset)
	if s.behind != nil {
		return context.Canceled
	}
	patience := time.NewTimer(maxClosing)
	defer patience.Stop()
	select {
	case code := <-ended:
		if code != ok {
			return code
		}
		return nil
	case <-patience.C:
		return codeTimeout
	}
}

// leave is close in the background. Where a call was left behind, everything is
// ended when that ends; a wait for a card is made to end, and a card that was told
// something is reset.
func (s *session) leave(reset bool) (ended <-chan Code) {
	end := make(chan Code, 1)
	behind := s.behind
	go func() {
		defer s.done()
		if behind != nil {
			if s.established.Load() {
				_ = s.library.cancel(s.context)
			}
			<-behind
			reset = reset || s.used
			if !s.lost.IsZero() {
				s.lost = time.Now() // the command may have ended because the card was pulled out
			}
		}
		if reset && s.connected {
			time.Sleep(time.Until(s.lost.Add(resetAfter)))
		}
		end <- s.end(reset)
	}()
	return end
}

// end ends what there is of the session. It runs when nothing else does.
func (s *session) end(reset bool) Code {
	code := s.disconnectNow(reset)
	if s.established.Load() && !s.released {
		s.released = true
		if released := s.library.release(s.context); code == ok {
			code = released
		}
	}
	return code
}
