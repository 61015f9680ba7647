package journal

import (
	"context"
	"time"
)

// Store keeps rows in a database. It is safe for concurrent use. There is one
// in package sqlite; package storetest has what every store must do.
type Store interface {
	// TieKey ties the database to the key with this fingerprint, unless it is
	// tied already, and returns the fingerprint that it is tied to.
	TieKey(ctx context.Context, fingerprint []byte) (tied []byte, err error)

	// Begin opens a batch, which ctx bounds as a whole.
	Begin(ctx context.Context) (Batch, error)

	// Recall returns the answer of an institution's request. Without an
	// answered row the error is [ErrNotRecorded].
	Recall(ctx context.Context, institution, requestID string) (Answer, error)

	// List returns the entries that s selects, the one with the largest ID
	// first.
	List(ctx context.Context, s Selection) ([]Stored, error)

	// DropExpired removes the sealed answers that have expired at now, at most
	// n of them, and returns how many it removed. Their entries stay, and so do
	// other answers. The oldest answers come first; when these have not
	// expired, it may leave out expired ones behind them.
	DropExpired(ctx context.Context, now time.Time, n int) (int, error)
}

// Batch is rows that are written together, all or none. It is for one goroutine,
// and ends with Commit or Rollback.
type Batch interface {
	// Append adds a row, which must not be changed before the batch has ended.
	// A store may write it at once, or together with others in Flush.
	Append(r *Row) error

	// Flush writes what Append has only collected and reports for each row, in
	// the order of Append, whether it is in the batch. An answered row is not
	// when another answered row has its institution and request id, in the
	// database or earlier in the batch. It is called once, after the last
	// Append.
	//
	// When Append or Flush fails, one of the rows may be to blame, and what is
	// left is Rollback: the rows can be tried again in batches of their own.
	Flush() (added []bool, err error)

	// Commit returns nil when the rows are on the disk.
	Commit() error

	// Rollback gives the batch up. It does nothing after Commit.
	Rollback() error
}

// Answer is what a store has kept of an answer.
type Answer struct {
	CodeHash []byte    // of the code that was asked about
	Sealed   []byte    // nil when it has been dropped
	Expires  time.Time // of Sealed
}

// Selection is a [Filter] as a store sees it. Zero values select all.
type Selection struct {
	From, To     time.Time // From is included, To is not
	Institution  string
	RequestID    string
	CodeHash     []byte
	NameHash     []byte
	IDNumberHash []byte
	TokenHash    []byte
	Before       int64 // only entries with a smaller ID
	Limit        int   // 1 to MaxLimit
}
