package card

import "errors"

// LeadsOn tells whether the next source is tried after this error of one. It is
// after nearly all of them: of an empty reader, a mute or foreign card, a status
// that another program may know to avoid, a reader that may not be used, a driver
// that crashed. Two end the round: a card that was removed, because the patient has
// it in the hand again and is to be told so, and a PIN that was wrong or not given,
// because the card counts the wrong ones.
func LeadsOn(err error) bool {
	return !errors.Is(err, ErrRemoved) && !errors.Is(err, ErrPIN)
}

// Recognised tells whether a read that failed with err had a social security card
// before it: its application was selected, and held files. No other card is to be
// looked for then.
func Recognised(err error) bool {
	e, is := errors.AsType[*Error](err)
	return is && e.Function == reading && !errors.Is(err, ErrOtherCard)
}

// A reach is how far a source got with the patient's card.
type reach int

const (
	noReader reach = iota // nothing to look with
	noCard                // a reader, and nothing in it
	someCard              // a card, perhaps another one, or nobody knows
	needsKey              // a social security card, for which this package has no key
	theCard               // a social security card
)

// ofTheCard are the failures that a vendor's driver can only have with a social
// security card.
var ofTheCard = []error{ErrAuthentication, ErrBlank, ErrIncomplete, ErrMalformed, ErrPIN}

// reachOf tells how far a source got that failed with err.
func reachOf(err error) reach {
	e, is := errors.AsType[*Error](err)
	switch {
	case !is, errors.Is(err, ErrOtherCard):
		return someCard
	case Recognised(err) && (errors.Is(err, protected) || errors.Is(err, protectedVersion)):
		return needsKey
	case Recognised(err), errors.Is(err, locked):
		return theCard
	case e.Function == selecting:
		return someCard
	case errors.Is(err, ErrNoReader):
		return noReader
	case errors.Is(err, ErrNoCard):
		return noCard
	}
	for _, said := range ofTheCard {
		if errors.Is(err, said) {
			return theCard
		}
	}
	if _, answered := errors.AsType[StatusError](err); answered {
		return theCard
	}
	return someCard
}
