// Package card reads a Chinese social security card through its contact chip.
//
// It knows the card and nothing of who asks: [Read] takes anything that can
// carry an APDU to a card and returns a [Card] or an [*Error] whose text can be
// shown to a cashier as it is. [FromReader] adds the reader: it opens the slot,
// reads and closes. The reader itself, PC/SC or one in software, stands behind
// [Reader] and [Conn]. Whatever reads cards, this or a vendor's driver, is a
// [Source].
//
// The package only selects files and reads records. It never presents a PIN
// or a key: a wrong one is counted by the card, and a few of them lock it.
package card

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"mps/mask"
)

// A Transport carries one command APDU to the card and returns its response
// APDU: the data followed by the two status bytes SW1 SW2 (ISO 7816-4). A card
// that answers with a bad status is no error. Errors are those of the way to
// the card; ErrRemoved, ErrMute and ErrNoReader among them are recognised.
//
// Transmit returns when ctx is done, even if the card never answers. It does
// not keep command and does not touch the response after returning it.
type Transport interface {
	Transmit(ctx context.Context, command []byte) (response []byte, err error)
}

// A Conn is a powered card that nobody else talks to until it is closed.
type Conn interface {
	Transport
	Close() error
}

// A Reconnecter is a Transport that may get back a card that was lost in the
// middle: one that slipped, or that another program has reset.
type Reconnecter interface {
	Transport
	// Reconnect connects again after lost, an error of Transmit. The card knows
	// nothing of what was said before, and may be another one. The error is lost
	// when connecting cannot help or has been tried for long enough, otherwise
	// why there is no card.
	Reconnect(ctx context.Context, lost error) error
}

// A Reader is a card slot. Connect waits for a card as long as the reader is
// set up to, powers it and connects to it. Its errors ErrNoReader, ErrNoCard,
// ErrMute and ErrRemoved are recognised.
type Reader interface {
	Connect(ctx context.Context) (Conn, error)
}

// A Searcher is a Reader of several slots. What lies in one of them for good, a bank
// card, the key of a certificate authority or a security module, must not hide the
// patient's card in another.
type Searcher interface {
	Reader
	// Search has try talk to one card after another, until try returns nil or an
	// error that is Recognised: that was the patient's card. It also waits for
	// cards to come, no longer than wait. When no card was the patient's, vacant
	// tells that there is a slot into which it may still be put, and the error
	// says what lies where.
	Search(ctx context.Context, wait time.Duration, try func(Conn) error) (vacant bool, err error)
	// Wait is how long Connect waits for a card.
	Wait() time.Duration
}

// A Card is what the card says about itself and its holder. A field that the
// card leaves empty is empty.
type Card struct {
	IDNumber           string // identity number as stored: mostly 18 characters, 15 on old cards
	Number             string // card number, up to 9 ASCII characters
	Name               string // holder's name, UTF-8, without padding
	IdentificationCode string // card identification code: 32 upper-case hex digits
	IDNumberValid      bool   // whether IDNumber is a number after GB 11643-1999 with the right check digit
}

// String shows the card with its personal data masked.
func (c Card) String() string {
	return fmt.Sprintf("{IDNumber:%s Number:%s Name:%s IdentificationCode:%s IDNumberValid:%t}",
		mask.Number(c.IDNumber), mask.Number(c.Number), mask.Name(c.Name),
		mask.Number(c.IdentificationCode), c.IDNumberValid)
}

// LogValue is String for structured logs.
func (c Card) LogValue() slog.Value { return slog.StringValue(c.String()) }
