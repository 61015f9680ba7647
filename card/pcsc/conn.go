package pcsc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"mps/card"
)

const (
	// retryEvery is the pause between two attempts to connect to a card.
	retryEvery = 100 * time.Millisecond

	// maxSettle is how long a card that was just inserted may take to come to
	// rest in the reader.
	maxSettle = 300 * time.Millisecond

	// maxSlip is how long a card may be gone in the middle of a read and count as
	// the same insertion.
	maxSlip = 1500 * time.Millisecond

	// resetAfter is how long a lost card is left alone before it is reset: longer
	// than PC/SC may take to see that a card is gone, for which pcscd looks every
	// 400 ms. To reset a card that is gone unnoticed does harm: pcscd then does
	// not power the one that comes next.
	resetAfter = 500 * time.Millisecond
)

// A conn is a card that nobody else can use. It is for one goroutine at a time.
type conn struct {
	session  *session
	reader   string
	inserted insertion // which card it is, as far as that was looked at
	busy     time.Duration

	pending bool  // it is made when it is first used
	refused error // why that failed

	lostAt time.Time // when the card was lost for the first time
	reset  bool      // a reset was tried since
	faulty bool      // the last command failed
	closed bool
}

var (
	_ card.Reconnecter = (*conn)(nil)
	_ card.Resetter    = (*conn)(nil)
)

// open connects to the card. It gives other programs patience to let go of it, and
// the card settle to come to rest.
func (c *conn) open(ctx context.Context, patience, settle time.Duration) error {
	began := time.Now()
	free, cancel := context.WithTimeout(ctx, c.busy)
	defer cancel()
	for {
		waited := time.Since(began)
		err := c.session.connect(free, c.reader, max(patience-waited, 0))
		if err == nil {
			return nil
		}
		if ctx.Err() == nil && free.Err() != nil {
			return ErrBusy
		}
		code := codeOf(err)
		waited = time.Since(began)
		again := code == codeSharingViolation && waited < patience || code.settles() && waited < settle
		if !again {
			return err
		}
		if err := pause(ctx, retryEvery); err != nil {
			return err
		}
	}
}

// codeOf is the Code that err wraps, ok when it wraps none.
func codeOf(err error) Code {
	code, _ := errors.AsType[Code](err)
	return code
}

// connectFirst makes a connection that is pending, if nobody else has the card.
func (c *conn) connectFirst(ctx context.Context) error {
	c.pending = false
	if c.refused = c.session.establish(ctx); c.refused == nil {
		c.refused = c.session.connectAs(ctx, c.reader, shareExclusive)
	}
	return c.refused
}

// Transmit carries a command to the card.
func (c *conn) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	if c.pending {
		if err := c.connectFirst(ctx); err != nil {
			return nil, err
		}
	}
	// A call that is left behind still reads the command.
	response, err := c.session.transmit(ctx, bytes.Clone(command))
	c.faulty = err != nil
	if err != nil {
		return nil, explainLoss(err)
	}
	return response, nil
}

// Reconnect tries to connect to the card again until maxSlip after it was lost
// for the first time, and longer only where a command takes so long to fail that
// no reset has been tried by then: a card that is still there, and still does not
// answer, is reset.
func (c *conn) Reconnect(ctx context.Context, lost error) error {
	if !codeOf(lost).cardLost() {
		return lost
	}
	again := !c.lostAt.IsZero()
	if !again {
		c.lostAt = time.Now()
	}
	for ; ; again = true {
		if again {
			if err := pause(ctx, retryEvery); err != nil {
				return err
			}
		}
		gone := time.Since(c.lostAt)
		if gone > maxSlip && c.reset {
			return lost
		}
		c.reset = gone > resetAfter
		if err := c.session.disconnect(ctx, c.reset); ctx.Err() != nil {
			return err
		}
		err := c.open(ctx, c.busy, 0)
		if err == nil {
			c.faulty = false
			return nil
		}
		if lost = explainLoss(err); !codeOf(err).cardLost() {
			return lost
		}
	}
}

// Reset powers the card up anew. A card that another program has a connection to is
// left as it is: what that program has with it, a PIN entered for one, would be lost.
func (c *conn) Reset(ctx context.Context) error {
	if c.session.transaction {
		return fmt.Errorf("pcsc: another program has the card, too: %w", errors.ErrUnsupported)
	}
	if err := c.session.disconnect(ctx, true); ctx.Err() != nil {
		return err
	}
	if err := c.open(ctx, c.busy, maxSettle); err != nil {
		return explainLoss(err)
	}
	c.faulty = false
	return nil
}

// explainLoss is explain for a card that was there before: one that is not in the
// reader any more was removed.
func explainLoss(err error) error {
	if errors.Is(err, card.ErrNoCard) {
		err = fmt.Errorf("%w: %w", card.ErrRemoved, err)
	}
	return explain(err)
}

// Close ends the connection. A card with which something went wrong is reset.
func (c *conn) Close() error {
	if c.closed {
		return nil
	}
	c.closed = true
	if c.session.behind != nil {
		return c.session.close(true) // the rest of c is not ours yet
	}
	return c.session.close(c.faulty)
}
