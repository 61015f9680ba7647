package card

import (
	"cmp"
	"context"
	"time"
)

// DefaultReadTimeout is how long one card may take to be read. The slowest that are
// known, T=0 at 9600 bit/s with 7 to 20 commands, take 2 s.
const DefaultReadTimeout = 10 * time.Second

// A Source is a way to read the card that a patient has put in or on a reader.
type Source interface {
	// Read waits for a card as long as the source is set up to, and no longer
	// than ctx. Errors are *Error.
	Read(ctx context.Context) (*Card, error)
}

// A waiter is a Source that can be told how long to wait for a card.
type waiter interface {
	Source
	wait() time.Duration // of Read
	// readWithin is Read that waits for a card no longer than wait. vacant tells
	// that a longer wait may help.
	readWithin(ctx context.Context, wait time.Duration) (c *Card, vacant bool, err error)
}

// FromReader returns the source that reads the card in a reader: it connects to
// the card, reads it and closes the connection. Of a Searcher it reads the first
// social security card that is found. A card that is not read within
// DefaultReadTimeout counts as one that does not answer. Without a reader it
// answers that the device is not open.
func FromReader(r Reader) Source { return FromReaderWithin(r, 0) }

// FromReaderWithin is FromReader with another time for one card; 0 stands for
// DefaultReadTimeout. The time begins when the card is connected.
func FromReaderWithin(r Reader, limit time.Duration) Source {
	return readerSource{r, cmp.Or(limit, DefaultReadTimeout)}
}

type readerSource struct {
	reader Reader
	limit  time.Duration
}

func (s readerSource) Read(ctx context.Context) (*Card, error) {
	c, _, err := s.readWithin(ctx, s.wait())
	return c, err
}

func (s readerSource) wait() time.Duration { return waitOf(s.reader) }

func (s readerSource) readWithin(ctx context.Context, wait time.Duration) (c *Card, vacant bool, err error) {
	if s.reader == nil {
		return nil, false, transportError(ctx, Opening, ErrNoReader)
	}
	vacant, err = search(ctx, s.reader, wait, func(conn Conn) (err error) {
		limited, cancel := context.WithTimeoutCause(ctx, s.limit, tooSlowError(s.limit))
		defer cancel()
		c, err = Read(limited, conn)
		return err
	})
	if err != nil {
		return nil, vacant, transportError(ctx, Opening, err)
	}
	return c, false, nil
}

// search has try talk to the card in r, or to the cards in its slots.
func search(ctx context.Context, r Reader, wait time.Duration, try func(Conn) error) (vacant bool, err error) {
	if s, is := r.(Searcher); is {
		return s.Search(ctx, wait, try)
	}
	conn, err := r.Connect(ctx)
	if err != nil {
		return false, err
	}
	// What has been read stays true when letting go of the card fails.
	defer func() { _ = conn.Close() }()
	return false, try(conn)
}

// waitOf is how long a reader waits for a card, 0 where that cannot be told.
func waitOf(r Reader) time.Duration {
	if s, is := r.(Searcher); is {
		return s.Wait()
	}
	return 0
}
