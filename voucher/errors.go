package voucher

import (
	"errors"
	"fmt"
)

// The kinds of failure, for [errors.Is] on what a querier returned. What the
// person reads is in the failure that wraps them.
var (
	ErrUnreachable = errors.New("voucher: peer unreachable")  // no connection, or it broke
	ErrTimeout     = errors.New("voucher: no answer in time") // the time allowed for the query is over
	ErrMalformed   = errors.New("voucher: malformed answer")  // an answer came that is not what was agreed
	ErrConfig      = errors.New("voucher: bad configuration") // the query cannot be sent as configured
	ErrCode        = errors.New("voucher: unusable code")     // nothing was scanned, or something else
)

// because joins one of the kinds above with what lies behind it.
func because(kind, cause error) error { return fmt.Errorf("%w: %w", kind, cause) }
