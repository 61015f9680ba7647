package pcsc

import (
	"strings"
	"time"
)

// A handle is a SCARDCONTEXT or a SCARDHANDLE.
type handle uintptr

// A winscard is the part of the PC/SC library that is used, in the types of Go.
// Contexts and cards may be used by one goroutine at a time, except that cancel
// may come from another.
type winscard interface {
	establish() (handle, Code)
	release(context handle) Code
	cancel(context handle) Code // ends a statusChange; nothing else can be ended

	// readers lists the readers' names: none, and ok, where there is none.
	readers(context handle) ([]string, Code)

	// statusChange returns as soon as the state of a reader differs from the
	// one in states, or timed out, and notes the state that it has.
	statusChange(context handle, timeout time.Duration, states []state) Code

	connect(context handle, reader string, share uint32) (card handle, protocol uint32, code Code)

	// begin waits for the transaction of a shared card, end ends it. reset, in
	// end and disconnect, resets the card for the next who uses it.
	begin(card handle) Code
	end(card handle, reset bool) Code

	// transmit puts the response into response and returns its length.
	transmit(card handle, protocol uint32, command, response []byte) (int, Code)

	disconnect(card handle, reset bool) Code
}

// Constants of PC/SC, the same in Microsoft's winscard.h and pcsc-lite's.
const (
	scopeUser   = 0
	scopeSystem = 2

	shareExclusive = 1
	shareShared    = 2
	protocolT0     = 1
	protocolT1     = 2

	leaveCard = 0
	resetCard = 1

	stateUnaware     = 0x0000
	stateChanged     = 0x0002
	stateUnknown     = 0x0004
	stateUnavailable = 0x0008
	stateEmpty       = 0x0010
	statePresent     = 0x0020
	stateExclusive   = 0x0080
	stateInUse       = 0x0100
	stateMute        = 0x0200
)

// A state is what PC/SC says about a reader.
type state struct {
	reader string
	flags  uint32
	atr    []byte // of the card in it
}

func (s state) has(flag uint32) bool { return s.flags&flag != 0 }

// missing tells whether PC/SC lists a reader that is not there.
func (s state) missing() bool { return s.has(stateUnknown | stateUnavailable) }

// disposition is what is to be done with a card.
func disposition(reset bool) uint32 {
	if reset {
		return resetCard
	}
	return leaveCard
}

// milliseconds is d for PC/SC, rounded up so that a short wait is one.
func milliseconds(d time.Duration) uint32 {
	if d <= 0 {
		return 0
	}
	return uint32(min((d+time.Millisecond-1)/time.Millisecond, time.Hour/time.Millisecond))
}

// The characters of all readers' names together: as many as there is room for at
// first, and as many as there is room for at all.
const (
	enoughForNames = 1024
	mostForNames   = 64 * 1024
)

// splitNames takes a multi-string apart: names that end in NUL.
func splitNames(names string) []string {
	return strings.FieldsFunc(names, func(r rune) bool { return r == 0 })
}
