package card

import (
	"strings"
	"unicode"
)

// CheckReadable returns nil when c says who the patient is. Otherwise its error
// is an *Error of the function that read c, which says what is missing; it wraps
// ErrBlank when nothing about the holder was there, and ErrIncomplete when
// something was.
//
// A readable patient has a name, and an identity number or a card number. The
// answer goes on into the national interface 1101, which finds a person by either
// number (certno, mdtrt_cert_no) and wants the name beside it (psn_name). A number
// alone must not do: the name is all by which a cashier can tell that it is the
// card of whoever stands there. The identification code does not count, because it
// is the card's, and a card that was never handed out has one.
//
// named tells whether the source gives names at all. Where it cannot, as a
// driver whose answer has none, a number is enough, and the hospital's own program
// has to find the name.
func CheckReadable(function string, c *Card, named bool) error {
	hasNumber, hasName := c.IDNumber != "" || c.Number != "", legible(c.Name)
	switch {
	case !hasNumber && !hasName:
		return &Error{function, Blank.With(), ErrBlank}
	case !hasNumber:
		return &Error{function, noNumber.With(), ErrIncomplete}
	case named && !hasName:
		return &Error{function, noName.With(), ErrIncomplete}
	}
	return nil
}

// legible reports whether a name holds anything that can be read. Blanks of any
// kind and characters without a shape cannot, those of the user-defined areas can.
func legible(name string) bool {
	return strings.ContainsFunc(name, func(r rune) bool {
		return !unicode.IsSpace(r) && !unicode.In(r, unicode.Cc, unicode.Cf)
	})
}
