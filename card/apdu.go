package card

import (
	"context"
	"fmt"
	"sync/atomic"
)

// Instructions of ISO 7816-4 and the status words that this package tells
// apart.
const (
	insSelect      = 0xA4
	insReadRecord  = 0xB2
	insGetResponse = 0xC0

	statusOK            StatusError = 0x9000
	statusEndOfRecord   StatusError = 0x6282 // fewer bytes than Le, and these are all
	statusLength        StatusError = 0x6700 // Lc or Le
	statusNotForFile    StatusError = 0x6981 // the command and the structure of the file
	statusNeedsKey      StatusError = 0x6982
	statusConditions    StatusError = 0x6985 // of use
	statusNoCurrent     StatusError = 0x6986 // file
	statusNotSupported  StatusError = 0x6A81
	statusNoFile        StatusError = 0x6A82
	statusNoRecord      StatusError = 0x6A83
	statusWrongP1P2     StatusError = 0x6A86
	statusNoData        StatusError = 0x6A88 // what is referred to is not there
	statusWrongParams   StatusError = 0x6B00 // P1 or P2, without saying why
	statusNoInstruction StatusError = 0x6D00
	statusNoClass       StatusError = 0x6E00
	statusUnknown       StatusError = 0x6F00 // something is wrong, nothing says what

	sw1MoreData = 0x61 // 61xx: xx bytes wait for GET RESPONSE
	sw1WrongLe  = 0x6C // 6Cxx: the same again with Le = xx
)

// A response APDU is at most 256 bytes of data and the status.
const longestResponse = 256 + 2

// maxExchanges bounds the APDUs of one command: the command, the same with the
// Le that the card wants, GET RESPONSE, the same with the Le that the card
// wants, and GET RESPONSE for a second part. A card that wants more wants for
// ever.
const maxExchanges = 5

// maxCommands bounds the APDUs of one card: a whole read in the longest way that a
// table of ways can lead to, several times over. An ordinary read takes 7; one APDU
// takes 10 to 30 ms at the 9600 baud of slow cards.
const maxCommands = 100

// A command is a command APDU of class 00 with short lengths.
type command struct {
	ins, p1, p2 byte
	data        []byte
	le          int // bytes expected; 0 stands for 256; or noLe
}

func (c command) bytes() []byte {
	b := []byte{0x00, c.ins, c.p1, c.p2}
	if len(c.data) > 0 {
		b = append(b, byte(len(c.data)))
		b = append(b, c.data...)
	}
	if c.le != noLe {
		b = append(b, byte(c.le))
	}
	return b
}

// A session is the conversation with one card.
type session struct {
	t        Transport
	selected atomic.Bool // whether the application is
	served   [steps]int  // the ways that this card knows, as places in ways
	fetches  bool        // whether the answers of SELECT are fetched
	waiting  bool        // whether one was left with the card
	left     int         // APDUs that may still be sent
	lost     error       // the error of t that ended the session
}

// function is what errors name.
func (s *session) function() string {
	if s.selected.Load() {
		return reading
	}
	return selecting
}

// exchange sends a command and does what T=0 cards ask for: the same again with
// another Le (6Cxx), GET RESPONSE (61xx). The answer of SELECT, file control
// information that nobody here looks at, is fetched only from cards that insist:
// 61xx to a SELECT is success, and others drop what is not fetched (ISO 7816-4).
func (s *session) exchange(ctx context.Context, c command) (data []byte, status StatusError, err error) {
	for range maxExchanges {
		part, status, err := s.send(ctx, c)
		if err != nil {
			return nil, 0, err
		}
		switch sw1, sw2 := status>>8, int(status&0xFF); {
		case sw1 == sw1WrongLe:
			c.le = sw2
		case sw1 == sw1MoreData && c.ins == insSelect && !s.fetches:
			s.waiting = true
			return part, statusOK, nil
		case sw1 == sw1MoreData:
			data = append(data, part...)
			c = command{ins: insGetResponse, le: sw2}
		default:
			return append(data, part...), status, nil
		}
	}
	return nil, 0, s.endless(maxExchanges)
}

// endless is the error of a card that always wants one more APDU.
func (s *session) endless(sent int) *Error {
	return &Error{s.function(), responseEndless.With(), fmt.Errorf("%w: no end after %d APDUs", ErrMalformed, sent)}
}

// send carries one APDU and splits the answer.
func (s *session) send(ctx context.Context, c command) (data []byte, status StatusError, err error) {
	if err := ctx.Err(); err != nil {
		return nil, 0, transportError(ctx, s.function(), err)
	}
	if s.left == 0 {
		return nil, 0, s.endless(maxCommands)
	}
	s.left--
	response, err := s.t.Transmit(ctx, c.bytes())
	if err != nil {
		s.lost = err
		return nil, 0, transportError(ctx, s.function(), err)
	}
	n := len(response) - 2
	if n < 0 || len(response) > longestResponse {
		return nil, 0, &Error{s.function(), responseLength.With(),
			fmt.Errorf("%w: response of %d bytes", ErrMalformed, len(response))}
	}
	return response[:n], StatusError(response[n])<<8 | StatusError(response[n+1]), nil
}
