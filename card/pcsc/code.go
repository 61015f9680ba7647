package pcsc

import (
	"fmt"

	"mps/card"
)

// A Code is an error of PC/SC: its number, a LONG, as the 32 bits that Windows and
// pcsc-lite have in common. errors.Is knows the errors of the card package that a
// Code stands for.
type Code uint32

// The codes that are told apart.
const (
	ok Code = 0

	codeInternal           Code = 0x80100001 // all that the winscard.dll of Wine 8 says
	codeCancelled          Code = 0x80100002
	codeInsufficientBuffer Code = 0x80100008
	codeUnknownReader      Code = 0x80100009
	codeTimeout            Code = 0x8010000A
	codeSharingViolation   Code = 0x8010000B
	codeNoCard             Code = 0x8010000C
	codeProtocolMismatch   Code = 0x8010000F
	codeCommError          Code = 0x80100013
	codeNotTransacted      Code = 0x80100016
	codeUnavailable        Code = 0x80100017
	codeNoService          Code = 0x8010001D
	codeServiceStopped     Code = 0x8010001E
	codeNoReaders          Code = 0x8010002E
	codeDataLost           Code = 0x8010002F
	codeUnsupported        Code = 0x80100065
	codeUnresponsive       Code = 0x80100066
	codeUnpowered          Code = 0x80100067
	codeReset              Code = 0x80100068
	codeRemoved            Code = 0x80100069
	codeSecurity           Code = 0x8010006A // of pcscd: polkit does not let this user
)

// codes are their names, and the errors that they stand for.
var codes = map[Code]struct {
	name string
	is   error
}{
	codeInternal:           {name: "SCARD_F_INTERNAL_ERROR"},
	codeCancelled:          {name: "SCARD_E_CANCELLED"},
	codeInsufficientBuffer: {"SCARD_E_INSUFFICIENT_BUFFER", card.ErrMalformed},
	codeUnknownReader:      {"SCARD_E_UNKNOWN_READER", card.ErrNoReader},
	codeTimeout:            {name: "SCARD_E_TIMEOUT"},
	codeSharingViolation:   {"SCARD_E_SHARING_VIOLATION", ErrBusy},
	codeNoCard:             {"SCARD_E_NO_SMARTCARD", card.ErrNoCard},
	codeProtocolMismatch:   {"SCARD_E_PROTO_MISMATCH", card.ErrMute}, // so of a card put in upside down
	codeCommError:          {name: "SCARD_F_COMM_ERROR"},
	codeNotTransacted:      {"SCARD_E_NOT_TRANSACTED", card.ErrMute},
	codeUnavailable:        {"SCARD_E_READER_UNAVAILABLE", card.ErrNoReader},
	codeNoService:          {"SCARD_E_NO_SERVICE", card.ErrNoReader},
	codeServiceStopped:     {"SCARD_E_SERVICE_STOPPED", card.ErrNoReader},
	codeNoReaders:          {"SCARD_E_NO_READERS_AVAILABLE", card.ErrNoReader},
	codeDataLost:           {name: "SCARD_E_COMM_DATA_LOST"},
	codeUnsupported:        {"SCARD_W_UNSUPPORTED_CARD", card.ErrMute},
	codeUnresponsive:       {"SCARD_W_UNRESPONSIVE_CARD", card.ErrMute},
	codeUnpowered:          {"SCARD_W_UNPOWERED_CARD", card.ErrMute},
	codeReset:              {"SCARD_W_RESET_CARD", card.ErrRemoved},
	codeRemoved:            {"SCARD_W_REMOVED_CARD", card.ErrRemoved},
	codeSecurity:           {"SCARD_W_SECURITY_VIOLATION", card.ErrNoReader},
}

func (c Code) Error() string {
	if known, found := codes[c]; found {
		return "pcsc: " + known.name
	}
	return fmt.Sprintf("pcsc: error %08X", uint32(c))
}

// Is makes a Code the error of the card package that it stands for.
func (c Code) Is(target error) bool {
	known, found := codes[c]
	return found && known.is == target && target != nil
}

// noService tells whether nobody is there to ask.
func (c Code) noService() bool { return c == codeNoService || c == codeServiceStopped }

// settles tells whether a card that is just being inserted, or that another
// program has just reset, may be fine in a moment.
func (c Code) settles() bool {
	switch c {
	case codeNoCard, codeUnresponsive, codeUnpowered, codeReset, codeRemoved:
		return true
	}
	return false
}

// cardLost tells whether the connection to the card is gone, and the card may not
// be. Readers differ in what they answer when a card slips.
func (c Code) cardLost() bool {
	switch c {
	case codeCommError, codeNotTransacted, codeDataLost:
		return true
	}
	return c.settles()
}
