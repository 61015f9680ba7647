package uplink

import (
	"context"
	"errors"
	"net/http"

	"mps/voucher"
)

// The codes of a [Failure].
const (
	CodeBadRequest        = "bad_request"
	CodeUnauthorized      = "unauthorized"
	CodeNotFound          = "not_found" // the path
	CodeUnknownFunction   = "unknown_function"
	CodeMethod            = "method"
	CodeRequestIDReused   = "request_id_reused"
	CodeRequestIDExpired  = "request_id_expired"
	CodeTooLarge          = "too_large"
	CodeInternal          = "internal"
	CodeCentreUnreachable = "centre_unreachable"
	CodeCentreMalformed   = "centre_malformed"
	CodeBusy              = "busy"
	CodeCentreTimeout     = "centre_timeout"
)

// codes has for each code the HTTP status it comes with, and the kind of error
// that it carries from the server's way to the centre to the agent; nil where
// there is none. Of several kinds in one error the first in the table counts.
var codes = []struct {
	code   string
	status int
	kind   error
}{
	{CodeCentreTimeout, http.StatusGatewayTimeout, voucher.ErrTimeout},
	{CodeCentreUnreachable, http.StatusBadGateway, voucher.ErrUnreachable},
	{CodeCentreMalformed, http.StatusBadGateway, voucher.ErrMalformed},

	{CodeBadRequest, http.StatusBadRequest, nil},
	{CodeUnauthorized, http.StatusUnauthorized, nil},
	{CodeNotFound, http.StatusNotFound, nil},
	{CodeUnknownFunction, http.StatusNotFound, nil},
	{CodeMethod, http.StatusMethodNotAllowed, nil},
	{CodeRequestIDReused, http.StatusConflict, nil},
	{CodeRequestIDExpired, http.StatusConflict, nil},
	{CodeTooLarge, http.StatusRequestEntityTooLarge, nil},
	{CodeInternal, http.StatusInternalServerError, nil},
	{CodeBusy, http.StatusServiceUnavailable, nil},
}

// Status returns the HTTP status that a code comes with.
func Status(code string) int {
	for _, c := range codes {
		if c.code == code {
			return c.status
		}
	}
	return http.StatusInternalServerError
}

// CodeOf returns the code for an error of who asked the centre. A deadline is
// the server's own, and so a centre that gave no answer in time.
func CodeOf(err error) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return CodeCentreTimeout
	}
	for _, c := range codes {
		if c.kind != nil && errors.Is(err, c.kind) {
			return c.code
		}
	}
	return CodeInternal
}

// kindOf returns the kind of error that a code stands for, nil for none.
func kindOf(code string) error {
	for _, c := range codes {
		if c.code == code {
			return c.kind
		}
	}
	return nil
}
