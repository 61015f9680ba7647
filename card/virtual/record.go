package virtual

// Modes of READ RECORD: how P1 addresses the record (low three bits of P2).
const (
	firstWithTag = 0
	byNumber     = 4
)

// readRecord carries out READ RECORD: P1 is a tag or a number, P2 the short
// identifier of a file (0 for the current one) and the mode.
func (c *Card) readRecord(cmd command) []byte {
	if len(cmd.data) > 0 {
		return respond(nil, wrongLength)
	}
	if c.habits.readAll && cmd.hasLe && cmd.le != 0 {
		return respond(nil, wrongLength)
	}
	f, s := c.addressed(cmd.p2 >> 3)
	if s != ok {
		return respond(nil, s)
	}
	mode, s := c.habits.mode(cmd.p2 & 7)
	if s != ok {
		return respond(nil, s)
	}
	n, none := 0, noRecord
	switch mode {
	case firstWithTag:
		n = f.find(cmd.p1)
		if c.habits.missing != 0 {
			none = c.habits.missing
		}
	case byNumber:
		if n = int(cmd.p1); n == 0 {
			n = c.record // 00 is the current record
		}
	default:
		return respond(nil, notSupported)
	}
	switch {
	case f.protected:
		return respond(nil, needsKey)
	case n < 1 || n > len(f.records):
		return respond(nil, none)
	}
	c.record = n
	return c.deliver(cmd, f.records[n-1].bytes())
}

// readBinary refuses READ BINARY: all files are files of records.
func (c *Card) readBinary(cmd command) status {
	sfi := byte(0)
	if cmd.p1&0x80 != 0 {
		sfi = cmd.p1 & 0x1F
	}
	if _, s := c.addressed(sfi); s != ok {
		return s
	}
	return notForThisFile
}

// addressed returns the file that a short identifier names and makes it the
// current one; 0 names the current file.
func (c *Card) addressed(sfi byte) (*file, status) {
	if sfi == 0 {
		if c.file == nil {
			return nil, noCurrentFile
		}
		return c.file, ok
	}
	if c.habits.noShort != 0 {
		return nil, c.habits.noShort
	}
	f := c.directory.bySFI(sfi)
	if f == nil {
		return nil, notFound
	}
	if f != c.file {
		c.file, c.record = f, 0
	}
	return f, ok
}
