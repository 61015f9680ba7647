package uplink

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"mps/failure"
	"mps/voucher"
)

// Limits of what is taken from a server's failure, in characters.
const (
	maxMessage = 300
	maxCode    = 40
)

// A reportedError is a failure that a server reported: its text and its code,
// and the kind of error that the code stands for. A code that this version does
// not know is kept, and is of no kind.
type reportedError struct {
	failure.Failure
	code string
}

// Code is the server's.
func (e *reportedError) Code() string { return e.code }

// Unwrap returns the cause.
func (e *reportedError) Unwrap() error { return errors.Unwrap(e.Failure) }

// readFailure returns the failure that the server describes, nil when it
// describes none, as some proxy in between would not.
func readFailure(r *voucher.Reply) error {
	var f Failure
	if err := json.Unmarshal(r.Body, &f); err != nil {
		return nil
	}
	message := oneLine(f.Error.Message)
	if message == "" {
		return nil
	}
	code := cleanCode(f.Error.Code)
	cause := fmt.Errorf("HTTP status %d, %q", r.Status, code)
	if kind := kindOf(code); kind != nil {
		cause = fmt.Errorf("%w: %w", kind, cause)
	}
	if code == "" {
		code = reported.Code()
	}
	return &reportedError{reported.Because(cause, message), code}
}

// oneLine makes a server's message fit for one line of an answer.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == utf8.RuneError {
			return ' '
		}
		return r
	}, s)
	if runes := []rune(s); len(runes) > maxMessage {
		s = string(runes[:maxMessage])
	}
	return strings.TrimSpace(s)
}

// cleanCode keeps of a server's code what a code consists of: lower-case
// letters, digits and underscores.
func cleanCode(s string) string {
	s = strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' || '0' <= r && r <= '9' || r == '_' {
			return r
		}
		return -1
	}, s)
	return s[:min(len(s), maxCode)]
}
