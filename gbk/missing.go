package gbk

import "unicode/utf8"

// The codes of the two-byte area that x/text lacks, beside the user-defined
// areas: characters of GBK 1.0 and GB 18030-2000 that had no place in Unicode
// then, and codes that neither assigns. Both standards give each a private-use
// character.
//
// Nineteen of them have got a place since. They are read as what they are now,
// and both forms are written as the same two bytes:
//
//   - A8BC is U+1E3F since GB 18030-2005, and the private-use character that it
//     was has the four bytes that were U+1E3F's: they changed places.
//   - The other eighteen follow GB 18030-2022 with the recommendation of the
//     Unicode Technical Committee (L2/23-003R), as the WHATWG Encoding Standard
//     has had them since 2024 and Windows code page 936 has not: there they are
//     still private-use characters, which are written as the same bytes. What
//     2005 had as four bytes (82359037 for U+9FB4) is read as well, so that
//     these eighteen leave as two bytes if they came as four.
//
// FE51-FE53, FE6C, FE76 and FE91 look like ideographs of Extension B (FE51 like
// U+20087), but stand for private-use characters in every edition: U+20087 has
// four bytes of its own.

// A run is so many codes in a row that stand for as many characters in a row.
type run struct {
	first rune
	code  uint16
	n     int
}

// codeOf returns the code that stands for r, and whether the run has it.
func (u run) codeOf(r rune) (uint16, bool) {
	i := r - u.first
	return u.code + uint16(i), 0 <= i && i < rune(u.n)
}

// runeOf returns the character that a code stands for, and whether the run has it.
func (u run) runeOf(code uint16) (rune, bool) {
	i := int(code) - int(u.code)
	return u.first + rune(i), 0 <= i && i < u.n
}

// placed are the nineteen (L2/23-003R; U+1E3F: GB 18030-2005).
var placed = [...]run{
	{0x1E3F, 0xA8BC, 1},
	{0xFE10, 0xA6D9, 1}, {0xFE12, 0xA6DA, 1}, {0xFE11, 0xA6DB, 1}, {0xFE13, 0xA6DC, 4},
	{0xFE17, 0xA6EC, 2}, {0xFE19, 0xA6F3, 1},
	{0x9FB4, 0xFE59, 1}, {0x9FB5, 0xFE61, 1}, {0x9FB6, 0xFE66, 2}, {0x9FB8, 0xFE6D, 1},
	{0x9FB9, 0xFE7E, 1}, {0x9FBA, 0xFE90, 1}, {0x9FBB, 0xFEA0, 1},
}

// private are the private-use characters (GB 18030-2000, U+E766-U+E864), without
// U+E7C7, whose code is U+1E3F's.
var private = [...]run{
	{0xE766, 0xA2AB, 6}, {0xE76D, 0xA2E4, 1}, {0xE76E, 0xA2EF, 2}, {0xE770, 0xA2FD, 2},
	{0xE772, 0xA4F4, 11}, {0xE77D, 0xA5F7, 8},
	{0xE785, 0xA6B9, 8}, {0xE78D, 0xA6D9, 7}, {0xE794, 0xA6EC, 2}, {0xE796, 0xA6F3, 1}, {0xE797, 0xA6F6, 9},
	{0xE7A0, 0xA7C2, 15}, {0xE7AF, 0xA7F2, 13},
	{0xE7BC, 0xA896, 11}, {0xE7C9, 0xA8C1, 4}, {0xE7CD, 0xA8EA, 21},
	{0xE7E2, 0xA958, 1}, {0xE7E3, 0xA95B, 1}, {0xE7E4, 0xA95D, 3}, {0xE7F4, 0xA997, 13}, {0xE801, 0xA9F0, 15},
	{0xE810, 0xD7FA, 5},
	{0xE816, 0xFE51, 3}, {0xE81E, 0xFE59, 1}, {0xE826, 0xFE61, 1}, {0xE82B, 0xFE66, 2}, {0xE831, 0xFE6C, 2},
	{0xE83B, 0xFE76, 1}, {0xE843, 0xFE7E, 1}, {0xE854, 0xFE90, 2}, {0xE864, 0xFEA0, 1},
}

// U+1E3F and the private-use character U+E7C7 changed places in GB 18030-2005.
// x/text has the four bytes as U+1E3F's.
const (
	movedRune      = 0x1E3F
	displacedRune  = 0xE7C7
	displacedBytes = "\x81\x35\xF4\x37"
)

// replacementBytes are U+FFFD in GB18030, which x/text gives for any bytes that it
// does not know.
const replacementBytes = "\x84\x31\xA4\x37"

// missingRune returns the character that stands for bytes which x/text does not
// know, or has for another's.
func missingRune(b []byte) (rune, bool) {
	switch string(b) {
	case displacedBytes:
		return displacedRune, true
	case replacementBytes:
		return utf8.RuneError, true
	}
	if len(b) != 2 {
		return 0, false
	}
	code := uint16(b[0])<<8 | uint16(b[1])
	for _, runs := range [][]run{placed[:], private[:]} {
		for _, u := range runs {
			if r, ok := u.runeOf(code); ok {
				return r, true
			}
		}
	}
	return 0, false
}

// missingBytes returns the two bytes that stand for a character which x/text does
// not know.
func missingBytes(r rune) (lead, trail byte, ok bool) {
	for _, runs := range [][]run{placed[:], private[:]} {
		for _, u := range runs {
			if code, ok := u.codeOf(r); ok {
				return byte(code >> 8), byte(code), true
			}
		}
	}
	return 0, 0, false
}
