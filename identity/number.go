// Package identity knows the resident identity number.
package identity

import (
	"strings"
	"time"
	"unicode"
)

// checkDigits holds the check character for each remainder of ISO 7064
// MOD 11-2, and weights the weight of each of the 17 digits before it, both as
// GB 11643-1999 prints them.
const checkDigits = "10X98765432"

var weights = [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}

// ValidNumber reports whether s is a resident identity number after
// GB 11643-1999: 18 characters, a birth date that exists (years 1850 to 2099),
// and the check character of ISO 7064 MOD 11-2.
//
// The standard writes the check character with an upper-case X; a lower-case x
// is tolerated, because people type it. The region is not looked up: region
// codes are abolished and created every year while numbers stay.
func ValidNumber(s string) bool {
	if len(s) != 18 {
		return false
	}
	sum := 0
	for i, w := range weights {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
		sum += w * int(s[i]-'0')
	}
	last := s[17]
	if last == 'x' {
		last = 'X'
	}
	return last == checkDigits[sum%11] && validBirth(s[6:14])
}

// Normalize returns s, a resident identity number as cards, drivers and people
// write it, as GB 11643-1999 prints it: without blanks around it, with an
// upper-case X, in ASCII also where s is in full-width characters. Blanks within
// are taken out only when the check character then proves that nothing is
// missing. The old form of 15 digits has none.
//
// What is no identity number, whatever else the field holds, loses the blanks
// around it and nothing more.
func Normalize(s string) string {
	s = strings.TrimSpace(s)
	n := strings.Map(plain, s)
	if hasForm(n) {
		return n
	}
	if n = strings.ReplaceAll(n, " ", ""); ValidNumber(n) {
		return n
	}
	return s
}

// Canonical returns Normalize(s) when that is a valid number (ValidNumber), and s as it
// is otherwise: what may be a number of another kind, or a damaged one, is for a
// person to see as it was written.
func Canonical(s string) string {
	if n := Normalize(s); ValidNumber(n) {
		return n
	}
	return s
}

// plain is the character of an identity number that r stands for: x is written
// X, and the full-width forms (U+FF01 to U+FF5E) follow the order of ASCII.
func plain(r rune) rune {
	switch {
	case unicode.IsSpace(r):
		return ' '
	case r >= '\uFF01' && r <= '\uFF5E':
		r -= '\uFF01' - '!'
	}
	if r == 'x' {
		return 'X'
	}
	return r
}

// hasForm reports whether s has the characters of an identity number, old or new.
func hasForm(s string) bool {
	digits := s
	switch len(s) {
	case 15:
	case 18:
		digits = strings.TrimSuffix(s, "X")
	default:
		return false
	}
	return strings.Trim(digits, "0123456789") == ""
}

// validBirth reports whether yyyymmdd is a day of the calendar on which a
// holder of an identity number can have been born.
func validBirth(yyyymmdd string) bool {
	day, err := time.Parse("20060102", yyyymmdd)
	return err == nil && day.Year() >= 1850 && day.Year() < 2100
}
