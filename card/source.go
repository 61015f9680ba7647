package card

import (
	"context"
	"time"
)

// A Source is a way to read the card that a patient has put in or on a reader.
type Source interface {
	// Read waits for a card as long as the source is set up to, and no longer
	// than ctx. Errors are *Error.
	Read(ctx context.Context) (*Card, error)
}

// A waiter is a Source that knows how long it waits for a card, and can be told to
// wait for another time.
type waiter interface {
	Source
	Wait() time.Duration // of Read
	ReadWithin(ctx context.Context, wait time.Duration) (*Card, error)
}

// FromReader returns the source that reads the card in a reader: it connects to
// the card, reads it and closes the connection. Of a Searcher it reads the first
// social security card that is found. Without a reader it answers that the device
// is not open.
func FromReader(r Reader) Source { return readerSource{r} }

type readerSource struct{ reader Reader }

// Wait is how long Read waits for a card; 0 where the reader does not tell.
func (s readerSource) Wait() time.Duration { return waitOf(s.reader) }

// Read reads the card in the reader.
func (s readerSource) Read(ctx context.Context) (*Card, error) { return s.ReadWithin(ctx, s.Wait()) }

// ReadWithin is Read that waits for a card no longer than wait, where the reader
// is a Searcher.
func (s readerSource) ReadWithin(ctx context.Context, wait time.Duration) (*Card, error) {
	if s.reader == nil {
		return nil, transportError(ctx, Opening, ErrNoReader)
	}
	var c *Card
	err := search(ctx, s.reader, wait, func(ctx context.Context, conn Conn) (err error) {
		c, err = Read(ctx, conn)
		return err
	})
	if err != nil {
		return nil, transportError(ctx, Opening, err)
	}
	return c, nil
}

// search has try talk to the card in r, or to the cards in its slots.
func search(ctx context.Context, r Reader, wait time.Duration, try func(context.Context, Conn) error) error {
	if s, is := r.(Searcher); is {
		return s.Search(ctx, wait, try)
	}
	conn, err := r.Connect(ctx)
	if err != nil {
		return err
	}
	// What has been read stays true when letting go of the card fails.
	defer func() { _ = conn.Close() }()
	return try(ctx, conn)
}

func waitOf(r Reader) time.Duration {
	if s, is := r.(Searcher); is {
		return s.Wait()
	}
	return 0
}
