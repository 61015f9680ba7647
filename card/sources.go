package card

import (
	"context"
	"errors"
)

// Sources are several ways to read a card, in the order in which they are
// tried.
type Sources []interface {
	Read(ctx context.Context) (*Card, error)
}

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
		return Source{}.Read(ctx)
	}
	return nil, furthest
}

// LeadsOn tells whether the next source is tried after this error of one.
func LeadsOn(err error) bool {
	return errors.Is(err, ErrNoReader) || errors.Is(err, ErrAuthentication)
}
