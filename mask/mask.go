// Package mask makes personal data unreadable where it must not be read: in
// logs, in the journal, in traces and in the texts that others wrote.
//
// Masking is one-way and meant for people: it leaves enough to recognise a
// case ("the patient from 350102 whose number ends in 1X") and not enough to
// name a person. Search over masked data is done with keyed hashes elsewhere.
package mask

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// What Number keeps, and the length from which it keeps anything: an old
// identity number of 15 digits is the shortest value of which 8 characters may
// be known without giving it away.
const (
	keptFront = 6
	keptBack  = 2
	shortest  = 15
)

// Number masks an identity number, voucher code, token or any other long
// identifier: the first 6 characters (the region) and the last 2 stay, the rest
// becomes asterisks. A value shorter than 15 characters, a card number for
// one, is masked wholly. The length in characters stays the same.
func Number(s string) string {
	n := utf8.RuneCountInString(s)
	if n < shortest {
		return strings.Repeat("*", n)
	}
	r := []rune(s)
	return string(r[:keptFront]) + strings.Repeat("*", n-keptFront-keptBack) + string(r[n-keptBack:])
}

// Name masks a person's name: the first character, mostly the family name,
// stays and each other one becomes an asterisk. A name of one character is
// masked wholly.
func Name(s string) string {
	n := utf8.RuneCountInString(s)
	if n < 2 {
		return strings.Repeat("*", n)
	}
	_, size := utf8.DecodeRuneInString(s)
	return s[:size] + strings.Repeat("*", n-1)
}

// personal finds in free text what identifies a person: a run of at least 9
// digits (identity numbers with their X, telephone numbers, voucher codes),
// and the tokens and card identification codes, which are at least 24 letters
// and digits beginning with the 6 digits of a region. Full-width digits count:
// programs of the field pass text through full-width conversion.
var personal = regexp.MustCompile(`\b[0-9]{6}[\p{Nd}A-Za-z]{18,}|\p{Nd}{9,}[XxＸｘ]?`)

// Text masks whatever in a free text looks like an identifier of a person,
// as Number does, and leaves the rest as it is. It is for texts that others
// wrote: messages of the centre, of a driver, of an operating system. It cannot
// recognise names.
func Text(s string) string {
	return personal.ReplaceAllStringFunc(s, Number)
}
