package virtual

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"

	"mps/card"
)

// Control messages of vpcd are one byte long; everything else is a command
// APDU (vsmartcard, "Virtual Smart Card" 3.x).
const (
	vpcdPowerOff byte = 0
	vpcdPowerOn  byte = 1
	vpcdReset    byte = 2
	vpcdATR      byte = 4
)

// ServeVPCD puts the card into a slot of vpcd, the driver of vsmartcard that
// gives pcscd a virtual reader, so that PC/SC programs can use it. addr is where
// vpcd listens: 127.0.0.1:35963 as Debian sets it up. The card stays in until
// ctx is done, which is no error; until it is pulled out (PullOutAfter), which is
// card.ErrRemoved; or until vpcd hangs up, which is io.EOF.
func (c *Card) ServeVPCD(ctx context.Context, addr string) error {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", addr)
	if err != nil && ctx.Err() != nil {
		return nil
	}
	if err != nil {
		return fmt.Errorf("virtual: connecting to vpcd: %w", err)
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer func() {
		if stop() {
			_ = conn.Close()
		}
	}()
	err = c.serveSlot(ctx, slot{bufio.NewReader(prompt{conn}), conn})
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// A slot carries messages: two bytes of length, big-endian, then as many bytes.
type slot struct {
	r io.Reader
	w io.Writer
}

func (s slot) receive() ([]byte, error) {
	var length [2]byte
	if _, err := io.ReadFull(s.r, length[:]); err != nil {
		return nil, err
	}
	message := make([]byte, binary.BigEndian.Uint16(length[:]))
	if _, err := io.ReadFull(s.r, message); err != nil {
		return nil, fmt.Errorf("virtual: vpcd hung up within a message: %w", err)
	}
	return message, nil
}

func (s slot) send(message []byte) error {
	// One write, so that it travels as one packet.
	_, err := s.w.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(message))), message...))
	return err
}

// serveSlot answers messages until one cannot be had or answered.
func (c *Card) serveSlot(ctx context.Context, s slot) error {
	for {
		message, err := s.receive()
		if err != nil {
			return err
		}
		if len(message) == 1 {
			err = c.control(s, message[0])
		} else {
			err = c.pass(ctx, s, message)
		}
		if err != nil {
			return err
		}
	}
}

// control carries out a control message. Only the question for the ATR has an
// answer; those that this card does not know are ignored.
func (c *Card) control(s slot, message byte) error {
	switch message {
	case vpcdATR:
		return s.send(c.ATR())
	case vpcdPowerOn, vpcdReset:
		c.Reset()
	case vpcdPowerOff:
	}
	return nil
}

// pass hands an APDU to the card and its response back.
func (c *Card) pass(ctx context.Context, s slot, command []byte) error {
	response, err := c.Transmit(ctx, command)
	if errors.Is(err, card.ErrRemoved) {
		return card.ErrRemoved
	}
	if err != nil {
		return err
	}
	return s.send(response)
}

// prompt acknowledges at once what it reads. vpcd sends length and message apart
// and waits in between for the acknowledgement, which the kernel otherwise holds
// back for 40 ms.
type prompt struct{ net.Conn }

func (p prompt) Read(b []byte) (int, error) {
	acknowledgeAtOnce(p.Conn)
	return p.Conn.Read(b)
}
