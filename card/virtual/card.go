// Package virtual is a social security card in software.
//
// A [Card] is an ISO 7816-4 file system behind a card.Transport: it takes
// command APDUs and answers as a chip does, so that everything above the wire
// is the code that runs with real cards. It holds the files, tags and lengths
// of cards of specification versions 1.0 to 3.0, and it can be faulty in the
// ways that cards are: of another kind, dead, pulled out between two APDUs.
//
// The same card can stand behind a virtual PC/SC slot: ATR and Reset are what
// such a slot needs besides Transmit.
package virtual

import (
	"context"
	"sync"

	"mps/card"
)

// A Kind is a generation of the card, or a way of not being one.
type Kind int

const (
	V1    Kind = iota // version 1.0: no extension of the name
	V2                // version 2.0
	V3                // version 3.0: the holder's file needs authentication (6982)
	Other             // a card with another application only (6A82)
	Dead              // never answers
)

// pinTries is how many wrong PINs in a row lock a card.
const pinTries = 3

// A Card is a card in software. Its methods may be called by several goroutines;
// commands are carried out one after another, as a card does.
type Card struct {
	kind        Kind
	t0          bool // transmission protocol T=0, otherwise T=1
	fetchReads  bool
	selectP1    byte // the only P1 that selects files by identifier, 0xFF for every one
	habits      habits
	pullOut     int // APDUs after power-up until the card is pulled out, -1 for never
	pad         Pad
	replaced    []record // records that differ from the holder's
	master      *directory
	application *directory

	mu        sync.Mutex
	apdus     int // since New
	sinceUp   int // since power-up
	triesLeft int
	confused  bool // until the next power-up
	state
}

// state is what a reset forgets.
type state struct {
	directory *directory
	file      *file
	record    int    // the current record's number, 0 for none
	pending   []byte // answer that waits for GET RESPONSE
	mastered  bool   // the master file was selected by a command
}

// An Option makes a card that behaves differently.
type Option func(*Card)

// T0 makes a card of transmission protocol T=0: the answer to a SELECT waits for
// GET RESPONSE (61xx), and a wrong Le is told (6Cxx) even where Le is 00.
func T0() Option { return func(c *Card) { c.t0 = true } }

// FetchReads makes a T=0 card of which records, too, wait for GET RESPONSE.
func FetchReads() Option { return func(c *Card) { c.t0, c.fetchReads = true, true } }

// SelectP1 makes a card that selects files by identifier with this P1 only (00
// or 02) and refuses others with 6A86.
func SelectP1(p1 byte) Option { return func(c *Card) { c.selectP1 = p1 } }

// PullOutAfter makes a card that is pulled out when it has answered n APDUs
// after power-up: each later one is card.ErrRemoved.
func PullOutAfter(n int) Option { return func(c *Card) { c.pullOut = n } }

// Padding makes a card with another padding than PadZero.
func Padding(p Pad) Option { return func(c *Card) { c.pad = p } }

// Record makes a card that holds these bytes, at most 253, under a tag instead
// of the holder's: wrong lengths, damaged names. A nil value takes the record
// off the card.
func Record(tag byte, value []byte) Option {
	return func(c *Card) { c.replaced = append(c.replaced, record{tag, value}) }
}

// New makes a card of a kind for a holder, powered up.
func New(h Holder, k Kind, options ...Option) *Card {
	c := &Card{kind: k, selectP1: 0xFF, pullOut: -1, triesLeft: pinTries}
	for _, option := range options {
		option(c)
	}
	c.master = &directory{id: masterID}
	c.application = &directory{id: applicationID, name: socialSecurity}
	if k == Other {
		c.application.name = bankDebit
	} else {
		version := map[Kind]string{V1: "1.00", V2: "2.00", V3: "3.00"}[k]
		c.application.files = []*file{
			{id: cardFileID, records: h.cardRecords(version, c.pad)},
			{id: holderFileID, records: h.holderRecords(k != V1, c.pad), protected: k == V3},
		}
	}
	for _, r := range c.replaced {
		for _, f := range c.application.files {
			f.replace(r)
		}
	}
	c.reset()
	c.confused = c.habits.confusion != 0
	return c
}

// replace puts r in the place of the record with its tag.
func (f *file) replace(r record) {
	n := f.find(r.tag)
	switch {
	case n == 0:
	case r.value == nil:
		f.records = append(f.records[:n-1], f.records[n:]...)
	default:
		r.value = r.value[:min(len(r.value), 253)]
		f.records[n-1] = r
	}
}

// Transmit carries out a command APDU. A dead card returns when ctx is done.
func (c *Card) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if c.count() {
		return nil, card.ErrRemoved
	}
	if c.kind == Dead {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if s := c.habits.upset(c); s != ok {
		c.pending = nil
		return respond(nil, s), nil
	}
	return c.process(command), nil
}

// count counts an APDU and reports whether it comes after the card was pulled
// out.
func (c *Card) count() (removed bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.pullOut >= 0 && c.sinceUp >= c.pullOut {
		return true
	}
	c.apdus++
	c.sinceUp++
	return false
}

// APDUs is the number of command APDUs that reached the card since New.
func (c *Card) APDUs() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.apdus
}

// TriesLeft is the number of wrong PINs that the card still takes; 3 unless
// somebody tried one.
func (c *Card) TriesLeft() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.triesLeft
}

// Reset powers the card up anew: the master file is selected, nothing waits to
// be fetched, and a card that was pulled out is back. Wrong PINs stay counted.
func (c *Card) Reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reset()
}

func (c *Card) reset() {
	c.state = state{directory: c.master}
	c.sinceUp = 0
	c.confused = false
}

// historical are the 13 historical bytes, as many as real cards have: category
// 80 (ISO 7816-4: compact TLV), then issuer's data (tag 5) of 11 bytes.
const historical = "\x80\x5BMPS VIRTUAL"

// ATR is the answer to reset (ISO 7816-3), direct convention: for T=0 with no
// extra guard time; for T=1 with an information field of 254 bytes, waiting time
// integers 4 and 5, and the check byte that T=1 asks for.
func (c *Card) ATR() []byte {
	if c.t0 {
		return append([]byte{0x3B, 0x60 | byte(len(historical)), 0x00, 0x00}, historical...)
	}
	atr := append([]byte{0x3B, 0x80 | byte(len(historical)), 0x81, 0x31, 0xFE, 0x45}, historical...)
	var check byte
	for _, b := range atr[1:] {
		check ^= b
	}
	return append(atr, check)
}

// A Reader is a slot with a card in it, or without one.
type Reader struct{ Card *Card }

// Connect resets the card, unless it starts out confused. Without a card it is
// card.ErrNoCard.
func (r *Reader) Connect(ctx context.Context) (card.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if r.Card == nil {
		return nil, card.ErrNoCard
	}
	if !r.Card.isConfused() {
		r.Card.Reset()
	}
	return conn{r.Card}, nil
}

type conn struct{ *Card }

// Reset powers the card up anew.
func (c conn) Reset(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c.Card.Reset()
	return nil
}

func (conn) Close() error { return nil }
