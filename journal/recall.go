package journal

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
)

// Recall returns the recorded answer of an institution's request, provided it
// was for the same code. The error is one of [ErrNotRecorded], [ErrOtherCode]
// and [ErrExpired], or a failure.
func (j *Journal) Recall(ctx context.Context, institution, requestID, code string) ([]byte, error) {
	answer, err := j.store.Recall(ctx, institution, requestID)
	switch {
	case errors.Is(err, ErrNotRecorded):
		return nil, ErrNotRecorded
	case err != nil:
		return nil, fmt.Errorf("journal: recalling an answer: %w", err)
	case subtle.ConstantTimeCompare(answer.CodeHash, j.keys.hash(codeKind, code)) != 1:
		return nil, ErrOtherCode
	case answer.Sealed == nil, !j.options.Now().Before(answer.Expires):
		return nil, ErrExpired
	}
	return j.keys.open(answer.Sealed, institution, requestID)
}
