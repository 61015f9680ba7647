// Package scanner has the sources of codes: what gives the text that is scanned
// from a patient's telephone.
package scanner

import "context"

// Fixed is a source that always gives the same text: a code configured for
// tests, which must not be empty.
type Fixed string

// Code returns the text.
func (f Fixed) Code(context.Context) (string, error) { return string(f), nil }
