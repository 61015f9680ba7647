package virtual

// Instructions (ISO 7816-4).
const (
	insVerify      = 0x20
	insSelect      = 0xA4
	insReadBinary  = 0xB0
	insReadRecord  = 0xB2
	insGetResponse = 0xC0
)

// A status is the status word of a response.
type status uint16

const (
	ok                 status = 0x9000
	moreData           status = 0x6100 // low byte: how many bytes
	wrongPIN           status = 0x63C0 // low digit: tries left
	wrongLength        status = 0x6700
	notForThisFile     status = 0x6981
	needsKey           status = 0x6982
	blocked            status = 0x6983
	conditions         status = 0x6985
	noCurrentFile      status = 0x6986
	notSupported       status = 0x6A81
	notFound           status = 0x6A82
	noRecord           status = 0x6A83
	wrongP1P2          status = 0x6A86
	wrongLe            status = 0x6C00 // low byte: the right Le
	unknownInstruction status = 0x6D00
	unknownClass       status = 0x6E00
)

// A command is a command APDU with short lengths. le is the number of bytes
// expected, 0 standing for 256; hasLe is false when the command names none.
type command struct {
	cla, ins, p1, p2 byte
	data             []byte
	le               int
	hasLe            bool
}

// parse takes a command APDU of any of the four cases apart. Extended lengths
// are refused: the card does not offer them.
func parse(b []byte) (command, bool) {
	if len(b) < 4 {
		return command{}, false
	}
	c := command{cla: b[0], ins: b[1], p1: b[2], p2: b[3]}
	switch body := b[4:]; {
	case len(body) == 0: // case 1
	case len(body) == 1: // case 2
		c.le, c.hasLe = int(body[0]), true
	case body[0] == 0:
		return command{}, false
	case len(body) == 1+int(body[0]): // case 3
		c.data = body[1:]
	case len(body) == 2+int(body[0]): // case 4
		c.data = body[1 : len(body)-1]
		c.le, c.hasLe = int(body[len(body)-1]), true
	default:
		return command{}, false
	}
	return c, true
}

// process carries out a command and returns the response APDU.
func (c *Card) process(apdu []byte) []byte {
	cmd, parsed := parse(apdu)
	pending := c.pending
	c.pending = nil // what is not fetched at once is gone
	if !parsed {
		return respond(nil, wrongLength)
	}
	if cmd.cla != 0x00 {
		return respond(nil, unknownClass)
	}
	if c.habits.insist != 0 && pending != nil && cmd.ins != insGetResponse {
		c.directory, c.file, c.record = c.master, nil, 0
		return respond(nil, c.habits.insist)
	}
	switch cmd.ins {
	case insSelect:
		return c.selectFile(cmd)
	case insReadRecord:
		return c.readRecord(cmd)
	case insReadBinary:
		return respond(nil, c.readBinary(cmd))
	case insVerify:
		return respond(nil, c.verify(cmd))
	case insGetResponse:
		return c.getResponse(cmd, pending)
	}
	return respond(nil, unknownInstruction)
}

func respond(data []byte, s status) []byte {
	return append(data[:len(data):len(data)], byte(s>>8), byte(s))
}

// deliver answers a command with outgoing data, as its protocol does it.
func (c *Card) deliver(cmd command, data []byte) []byte {
	switch {
	case c.t0 && (cmd.ins == insSelect || c.fetchReads):
		return c.wait(data)
	case cmd.hasLe && cmd.le == len(data), cmd.ins == insSelect && !cmd.hasLe:
		// Cards answer SELECT with their file control information unasked.
		return respond(data, ok)
	case cmd.hasLe && cmd.le == 0 && (!c.t0 || c.habits.readAll):
		return respond(data, ok) // as many as there are
	case !cmd.hasLe && !c.t0:
		return respond(nil, wrongLength)
	}
	return respond(nil, wrongLe|status(len(data)))
}

// wait keeps data for GET RESPONSE.
func (c *Card) wait(data []byte) []byte {
	c.pending = data
	return respond(nil, moreData|status(len(data)))
}

func (c *Card) getResponse(cmd command, pending []byte) []byte {
	switch {
	case !c.t0:
		return respond(nil, unknownInstruction) // T=1 has no need of it
	case cmd.p1 != 0 || cmd.p2 != 0:
		return respond(nil, wrongP1P2)
	case len(cmd.data) > 0:
		return respond(nil, wrongLength)
	case len(pending) == 0:
		return respond(nil, conditions)
	case cmd.le == 0 || cmd.le > len(pending):
		c.pending = pending
		return respond(nil, wrongLe|status(len(pending)))
	}
	if rest := pending[cmd.le:]; len(rest) > 0 {
		c.pending = rest
		return respond(pending[:cmd.le], moreData|status(len(rest)))
	}
	return respond(pending, ok)
}

// verify counts wrong PINs: every PIN is wrong, and three lock the card. Without
// a PIN it only tells how many tries are left.
func (c *Card) verify(cmd command) status {
	if len(cmd.data) > 0 && c.triesLeft > 0 {
		c.triesLeft--
	}
	if c.triesLeft == 0 {
		return blocked
	}
	return wrongPIN | status(c.triesLeft)
}
