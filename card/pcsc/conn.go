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
	retryAfter = 100 * time.Millisecond

	// settling is how long a card may take to come to rest in the reader.
	settling = 300 * time.Millisecond

	// slipping is how long a card may be gone in the middle of a read and count
	// as the same insertion.
	slipping = 1500 * time.Millisecond

	// noticing is how long PC/SC may take to see that a card is gone: pcscd looks
	// every 400 ms. To reset a card that is gone unnoticed does harm: pcscd then
	// does not power the one that comes next.
	noticing = 500 * time.Millisecond
)

// A conn is a card that nobody else can use. It is for one goroutine at a time.
type conn struct {
	session *session
	reader  string
	busy    time.Duration
	good    func(reader string) // told when the conn ends without a fault

	said        []exchange
	startedOver bool // once is enough
	faulty      bool
	closed      bool
}

// An exchange is a command and the response that the card gave.
type exchange struct{ command, response []byte }

// open connects to the card. It gives other programs the time to let go of it, and
// the card settle to come to rest.
func (c *conn) open(ctx context.Context, settle time.Duration) error {
	began := time.Now()
	free, cancel := context.WithTimeout(ctx, c.busy)
	defer cancel()
	for {
		err := c.session.connect(free, c.reader)
		if err == nil {
			return nil
		}
		if ctx.Err() == nil && free.Err() != nil {
			return ErrBusy
		}
		code, waited := codeOf(err), time.Since(began)
		again := code == codeSharingViolation && waited < c.busy || code.settles() && waited < settle
		if !again {
			return err
		}
		if err := pause(ctx, retryAfter); err != nil {
			return err
		}
	}
}

func codeOf(err error) Code {
	var code Code
	if errors.As(err, &code) {
		return code
	}
	return ok
}

// Transmit carries a command to the card. When the card is lost and there again
// within a moment, having answered the same to the same commands, nobody notices.
func (c *conn) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	command = bytes.Clone(command) // a call that is left behind still reads it
	response, err := c.session.transmit(ctx, command)
	if codeOf(err).cardLost() && !c.startedOver && c.repeatable(command) {
		c.startedOver = true
		response, err = c.startOver(ctx, command)
	}
	if err != nil {
		c.faulty = true
		if errors.Is(err, card.ErrNoCard) {
			err = fmt.Errorf("%w: %w", card.ErrRemoved, err)
		}
		return nil, worded(err)
	}
	c.said = append(c.said, exchange{command, bytes.Clone(response)})
	return response, nil
}

// startOver tries for a while to have the conversation again from the start. A
// card that is still there, and still does not answer, is reset.
func (c *conn) startOver(ctx context.Context, command []byte) ([]byte, error) {
	began := time.Now()
	for {
		reset := time.Since(began) > noticing
		response, err := c.converse(ctx, reset, command)
		if err == nil || !codeOf(err).cardLost() || reset && time.Since(began) > slipping {
			return response, err
		}
		if err := pause(ctx, retryAfter); err != nil {
			return nil, err
		}
	}
}

// converse connects anew, says again what was said, and then the command.
func (c *conn) converse(ctx context.Context, reset bool, command []byte) ([]byte, error) {
	if err := c.session.disconnect(ctx, reset); ctx.Err() != nil {
		return nil, err
	}
	if err := c.open(ctx, 0); err != nil {
		return nil, err
	}
	for _, x := range c.said {
		response, err := c.session.transmit(ctx, x.command)
		if err != nil {
			return nil, err
		}
		if !bytes.Equal(response, x.response) {
			return nil, fmt.Errorf("%w: another one is in the reader", card.ErrRemoved)
		}
	}
	return c.session.transmit(ctx, command)
}

// repeatable tells whether everything said, and the command, only selects and
// reads: SELECT, READ BINARY, READ RECORD, GET RESPONSE (ISO 7816-4).
func (c *conn) repeatable(command []byte) bool {
	for _, x := range append(c.said, exchange{command: command}) {
		if len(x.command) < 2 || !bytes.Contains([]byte{0xA4, 0xB0, 0xB2, 0xC0}, x.command[1:2]) {
			return false
		}
	}
	return true
}

// Close ends the connection. A card with which something went wrong is reset.
func (c *conn) Close() error {
	if c.closed {
		return nil
	}
	c.closed = true
	if len(c.said) > 0 && !c.faulty {
		c.good(c.reader)
	}
	c.said = nil
	return c.session.close(c.faulty)
}
