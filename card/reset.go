package card

import "context"

// A Resetter is a Transport that can power its card up anew.
type Resetter interface {
	Transport
	// Reset powers the card up, which forgets all that was said, and waits until it
	// can be talked to. In the meantime it may have become another card. The error
	// wraps errors.ErrUnsupported when that would harm another program that uses the
	// card, or cannot be done; then nothing has happened. Otherwise the card is lost.
	Reset(ctx context.Context) error
}
