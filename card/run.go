package card

import "context"

// A Runner is a Transport that can be talked to in one go. Each Transmit for itself has
// to watch over a card that never answers, which costs about as much as what it
// carries; Run watches once for all of them.
type Runner interface {
	Transport
	// Run calls talk and returns nil when that has returned, or the error of ctx as
	// soon as ctx is done. In that case talk is left behind: it still ends with the
	// command that the card does not answer, while nobody waits for it, and all that may
	// follow is the end of the connection. In talk, with the context that it is given,
	// Transmit may take longer than ctx.
	Run(ctx context.Context, talk func(context.Context)) error
}
