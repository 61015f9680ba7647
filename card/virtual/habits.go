package virtual

// habits are what a card is particular about. ISO 7816-4 leaves all of it open, and
// so is all of it met in cards or in the programs that read them.
type habits struct {
	selectLe   bool           // SELECT names an expected length
	readAll    bool           // READ RECORD names the expected length 00
	modes      map[byte]bool  // of READ RECORD that the card knows; nil: all
	modeStatus status         // of the others
	missing    status         // of a record that is not there, when it is asked for by tag
	shortOnly  status         // of selecting a file; 0: files are selected
	noShort    status         // of a short identifier; 0: there are
	master     bool           // the application is there once the master file was selected
	insist     status         // of what comes instead of GET RESPONSE; 0: nothing is insisted on
	confusion  status         // of everything until the next power-up; 0: none
	stumbles   map[int]status // of single APDUs, by their place since New, from 1
}

// SelectWantsLe makes a card that refuses a SELECT without an expected length (6700).
func SelectWantsLe() Option { return func(c *Card) { c.habits.selectLe = true } }

// ReadWantsAll makes a card that reads records only with the expected length 00, and
// refuses others with 6700.
func ReadWantsAll() Option { return func(c *Card) { c.habits.readAll = true } }

// ByTag makes a card that knows records by their tag only, and refuses a number with
// this status.
func ByTag(refusal uint16) Option { return onlyMode(firstWithTag, refusal) }

// ByNumber makes a card that knows records by their number only, and refuses a tag
// with this status.
func ByNumber(refusal uint16) Option { return onlyMode(byNumber, refusal) }

func onlyMode(mode byte, refusal uint16) Option {
	return func(c *Card) {
		c.habits.modes, c.habits.modeStatus = map[byte]bool{mode: true}, status(refusal)
	}
}

// TagIsNumber makes a card that takes the tag in READ RECORD for a number, whatever
// the command says.
func TagIsNumber() Option { return func(c *Card) { c.habits.modes = map[byte]bool{} } }

// Missing makes a card that says with this status that it has no record of a tag.
func Missing(s uint16) Option { return func(c *Card) { c.habits.missing = status(s) } }

// ShortOnly makes a card of which no file can be selected, which it says with this
// status: files are addressed by short identifiers.
func ShortOnly(refusal uint16) Option { return func(c *Card) { c.habits.shortOnly = status(refusal) } }

// NoShort makes a card that refuses short identifiers with this status.
func NoShort(refusal uint16) Option { return func(c *Card) { c.habits.noShort = status(refusal) } }

// MasterFirst makes a card that finds its application (else 6A82) only after the
// master file has been selected by a command.
func MasterFirst() Option { return func(c *Card) { c.habits.master = true } }

// InsistOnFetch makes a T=0 card that wants the answer of SELECT fetched: to anything
// else it answers with this status, and what was selected is selected no more.
func InsistOnFetch(refusal uint16) Option {
	return func(c *Card) { c.t0, c.habits.insist = true, status(refusal) }
}

// Confused makes a card that another program has left confused: it answers
// everything with this status until it is powered up anew.
func Confused(s uint16) Option { return func(c *Card) { c.habits.confusion = status(s) } }

// Stumble makes a card that answers its n-th APDU since New with this status, and only
// that.
func Stumble(n int, s uint16) Option {
	return func(c *Card) {
		if c.habits.stumbles == nil {
			c.habits.stumbles = make(map[int]status)
		}
		c.habits.stumbles[n] = status(s)
	}
}

// upset is the status with which a card answers whatever it is asked, ok for none.
func (h habits) upset(c *Card) status {
	if c.confused {
		return h.confusion
	}
	if s, stumbles := h.stumbles[c.apdus]; stumbles {
		return s
	}
	return ok
}

// mode is how a card understands the mode of READ RECORD.
func (h habits) mode(asked byte) (mode byte, s status) {
	switch {
	case h.modes == nil || h.modes[asked]:
		return asked, ok
	case len(h.modes) == 0:
		return byNumber, ok
	}
	return asked, h.modeStatus
}

func (c *Card) isConfused() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.confused
}
