package card

import (
	"context"
	"errors"
)

// A Source is a way to read the card that a patient has put in or on a reader.
type Source interface {
	// Read waits for a card as long as the source is set up to, and no longer
	// than ctx. Errors are *Error.
	Read(ctx context.Context) (*Card, error)
}

// FromReader returns the source that reads the card in a reader: it connects to
// the card, reads it and closes the connection. Without a reader it answers that
// the device is not open.
func FromReader(r Reader) Source { return readerSource{r} }

type readerSource struct{ reader Reader }

func (s readerSource) Read(ctx context.Context) (*Card, error) {
	if s.reader == nil {
		return nil, transportError(ctx, Opening, ErrNoReader)
	}
	conn, err := s.reader.Connect(ctx)
	if err != nil {
		return nil, transportError(ctx, Opening, err)
	}
	// What has been read stays true when letting go of the card fails.
	defer func() { _ = conn.Close() }()
	return Read(ctx, conn)
}

// Sources are several ways to read a card, in the order in which they are
// tried.
type Sources []Source

// Read reads from the first source that has a usable reader. A source without
// one (ErrNoReader) and a card that wants an authentication this source cannot
// give (ErrAuthentication) lead to the next. When none succeeds, the error is
// that of the source that got furthest, the first of equals.
func (s Sources) Read(ctx context.Context) (*Card, error) {
	var furthest error
	for _, source := range s {
		c, err := source.Read(ctx)
		if err == nil {
			return c, nil
		}
		if furthest == nil || errors.Is(furthest, ErrNoReader) && !errors.Is(err, ErrNoReader) {
			furthest = err
		}
		if !LeadsOn(err) {
			break
		}
	}
	if furthest == nil {
		return nil, transportError(ctx, Opening, ErrNoReader)
	}
	return nil, furthest
}

// LeadsOn tells whether the next source is tried after this error of one.
func LeadsOn(err error) bool {
	return errors.Is(err, ErrNoReader) || errors.Is(err, ErrAuthentication)
}
