package voucher

import (
	"errors"
	"fmt"
)

// The kinds of failure, for [errors.Is] on what a querier returned.
var (
	ErrUnreachable = errors.New("voucher: peer unreachable")  // no connection, or it broke
	ErrTimeout     = errors.New("voucher: no answer in time") // the time allowed for the query is over
	ErrMalformed   = errors.New("voucher: malformed answer")  // an answer came that is not what was agreed
	ErrConfig      = errors.New("voucher: bad configuration") // the query cannot be sent as configured
	ErrCode        = errors.New("voucher: unusable code")     // nothing was scanned, or something else
)

// serverSuffix ends every error text that a server reported (specification
// 2.4, the e-voucher's error answer).
const serverSuffix = "{SERVER}"

// Error is a failure to get any answer of the centre. Text is Chinese and for
// the person at the counter: what failed, why, what to do.
type Error struct {
	Text   string
	Server bool  // a server reported it: the text ends with {SERVER}
	Err    error // the cause, for errors.Is and for logs; may be nil
}

func (e *Error) Error() string {
	if e.Server {
		return e.Text + serverSuffix
	}
	return e.Text
}

func (e *Error) Unwrap() error { return e.Err }

// failure returns an *Error of one of the kinds above. The cause may be nil.
func failure(kind, cause error, text string, args ...any) *Error {
	err := kind
	if cause != nil {
		err = fmt.Errorf("%w: %w", kind, cause)
	}
	return &Error{Text: fmt.Sprintf(text, args...), Err: err}
}

// CentreError is the centre's own refusal, passed on as it came. The centre is
// always behind a server, so the text always ends with {SERVER}.
type CentreError struct {
	Code    string
	Message string
}

func (e *CentreError) Error() string {
	return "电子凭证解析错误[code=" + e.Code + ",msg=" + e.Message + "]" + serverSuffix
}
