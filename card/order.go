package card

import "errors"

// endings are the failures after which no other source is tried. After every other
// failure one is: of an empty reader, a mute or foreign card, a status that another
// program may know to avoid, a blank or damaged record, a reader that may not be
// used, a driver that crashed.
//
// The end of the context is the one that is not here: then nobody waits for an
// answer any more.
var endings = []error{
	ErrRemoved, // The patient has the card in the hand again, and is to be told so.
	ErrPIN,     // Whoever refused a PIN is not asked again, and a wrong one is not tried again: the card counts.
}

// LeadsOn tells whether the next source is tried after this error of one.
func LeadsOn(err error) bool {
	for _, ending := range endings {
		if errors.Is(err, ending) {
			return false
		}
	}
	return true
}

// A reach is how far a source got with the patient's card.
type reach int

const (
	noReader reach = iota // nothing to look with
	noCard                // a reader, and nothing in it
	someCard              // a card, perhaps another one, or nobody knows
	needsKey              // a social security card that this package has no key for
	theCard               // a social security card
)

// reachOf tells how far a source got that failed with err.
func reachOf(err error) reach {
	e, is := errors.AsType[*Error](err)
	own := is && (e.Function == Opening || e.Function == selecting)
	switch {
	case !is:
		return someCard
	case errors.Is(err, protected), errors.Is(err, protectedVersion):
		return needsKey
	case errors.Is(err, ErrOtherCard), errors.Is(err, ErrMute) && e.Function != reading:
		return someCard
	case e.Function == reading, errors.Is(err, locked):
		return theCard
	case errors.Is(err, ErrNoReader):
		return noReader
	case errors.Is(err, ErrNoCard):
		return noCard
	case own:
		return someCard
	}
	for _, said := range []error{ErrAuthentication, ErrBlank, ErrIncomplete, ErrMalformed, ErrPIN} {
		if errors.Is(err, said) {
			return theCard
		}
	}
	if _, answered := errors.AsType[StatusError](err); answered {
		return theCard
	}
	return someCard
}

// Recognised tells whether a read that failed with err had a social security card
// before it, so that no other card is to be looked for.
func Recognised(err error) bool { return reachOf(err) >= needsKey }
