package journal

import (
	"context"
	"crypto/subtle"
	"database/sql"
	"errors"
	"fmt"
)

var (
	// ErrNotRecorded means that the request id has no answer: it is new, or
	// every attempt under it failed.
	ErrNotRecorded = errors.New("journal: request id has no answer")
	// ErrOtherCode means that the request id has an answer to another code.
	ErrOtherCode = errors.New("journal: request id was used for another code")
	// ErrExpired means that the request id had an answer that is no longer
	// kept.
	ErrExpired = errors.New("journal: answer of the request id has expired")
)

// Recall returns the recorded answer of an institution's request, provided it
// was for the same code. The error is one of [ErrNotRecorded], [ErrOtherCode]
// and [ErrExpired], or a failure.
func (j *Journal) Recall(ctx context.Context, institution, requestID, code string) ([]byte, error) {
	var (
		codeHash, sealed []byte
		expires          sql.NullInt64
	)
	err := j.db.QueryRowContext(ctx, `
		SELECT code_hash, sealed, expires_at FROM entries LEFT JOIN answers ON entry_id = id
		WHERE institution = ? AND request_id = ? AND answered = 1`,
		institution, requestID).Scan(&codeHash, &sealed, &expires)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil, ErrNotRecorded
	case err != nil:
		return nil, fmt.Errorf("journal: recalling an answer: %w", err)
	case subtle.ConstantTimeCompare(codeHash, j.keys.hash(codeKind, code)) != 1:
		return nil, ErrOtherCode
	case !expires.Valid || expires.Int64 <= j.options.Now().UnixMilli():
		return nil, ErrExpired
	}
	return j.keys.open(sealed, institution, requestID)
}
