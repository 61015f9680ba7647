package virtual

import "strings"

// selectFile carries out SELECT: by name (P1=04) or by identifier (P1=00 from
// anywhere, 01 child directory, 02 file of the current directory, 03 parent).
func (c *Card) selectFile(cmd command) []byte {
	answer := cmd.p2 != 0x0C // P2=0C: no answer wanted
	if cmd.p2 != 0x00 && answer {
		return respond(nil, wrongP1P2)
	}
	if c.habits.selectLe && !cmd.hasLe {
		return respond(nil, wrongLength)
	}
	d, f, s := c.find(cmd)
	if s != ok {
		return respond(nil, s)
	}
	c.directory, c.file, c.record = d, f, 0
	c.mastered = c.mastered || d == c.master && f == nil
	switch {
	case !answer:
		return respond(nil, ok)
	case f != nil:
		return c.deliver(cmd, f.control())
	}
	return c.deliver(cmd, d.control())
}

// find returns what a SELECT selects: a directory and, unless that itself is
// selected, the file in it.
func (c *Card) find(cmd command) (*directory, *file, status) {
	switch cmd.p1 {
	case 0x00, 0x01, 0x02:
		return c.findID(cmd)
	case 0x03:
		if len(cmd.data) > 0 {
			return nil, nil, wrongLength
		}
		return c.master, nil, ok
	case 0x04:
		if c.habits.master && !c.mastered {
			return nil, nil, notFound
		}
		// A name may be given by its beginning only (ISO 7816-4).
		if len(cmd.data) > 0 && strings.HasPrefix(c.application.name, string(cmd.data)) {
			return c.application, nil, ok
		}
		return nil, nil, notFound
	}
	return nil, nil, wrongP1P2
}

func (c *Card) findID(cmd command) (*directory, *file, status) {
	if len(cmd.data) == 0 && cmd.p1 == 0x00 {
		return c.master, nil, ok
	}
	if len(cmd.data) != 2 {
		return nil, nil, wrongLength
	}
	id := uint16(cmd.data[0])<<8 | uint16(cmd.data[1])
	if id == masterID && cmd.p1 == 0x00 {
		return c.master, nil, ok
	}
	if c.selectP1 != 0xFF && c.selectP1 != cmd.p1 {
		return nil, nil, wrongP1P2
	}
	if f := c.directory.byID(id); f != nil && cmd.p1 != 0x01 {
		if c.habits.shortOnly != 0 {
			return nil, nil, c.habits.shortOnly
		}
		return c.directory, f, ok
	}
	if id == applicationID && cmd.p1 != 0x02 {
		return c.application, nil, ok
	}
	return nil, nil, notFound
}
