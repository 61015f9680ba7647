package registry

import (
	"context"
	"time"
)

// Store keeps institutions in a database. It is safe for concurrent use, and
// what it has changed is on the disk. There is one in package sqlite; package
// storetest has what every store must do.
type Store interface {
	// AddInstitution adds r. An institution of this ID that is disabled gets
	// r's name and token instead and is enabled, and stays created when it was;
	// one that is enabled stays as it is, and added is false.
	AddInstitution(ctx context.Context, r Row) (added bool, err error)

	// DisableInstitution disables the institution from at on. One that is
	// disabled stays so since when it was. found is false for an unknown one.
	DisableInstitution(ctx context.Context, id string, at time.Time) (found bool, err error)

	// InstitutionByToken returns the institution with this hash of a token,
	// disabled or not.
	InstitutionByToken(ctx context.Context, tokenHash []byte) (i Institution, found bool, err error)

	// Institutions returns all institutions, ordered by the bytes of their IDs.
	Institutions(ctx context.Context) ([]Institution, error)
}

// Row is an institution as it is added to a store. Times are kept to the
// millisecond.
type Row struct {
	ID        string
	Name      string // UTF-8 without NUL
	TokenHash []byte // 32 bytes, no two institutions have the same
	Created   time.Time
}
