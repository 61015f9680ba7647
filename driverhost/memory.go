package driverhost

import (
	"bytes"
	"os"
)

// A library is given memory that nothing else lies in, so that what it writes in
// wrong places is noticed and destroys nothing: the agent would otherwise be given
// what a spoilt process says. Around the bytes that it may write are, in this order,
// a page that must not be touched, the bytes themselves, margin bytes that are
// looked at after the call, runway bytes that are not, and another such page.
const (
	margin = 64 << 10
	runway = 2 << 20
)

// keptCalls is how many calls later memory is given back. Some libraries go on
// writing from a thread of theirs when their function has returned; neither must
// that end the process, nor must it get into the buffer of the next patient.
const keptCalls = 8

// A block is the memory of one argument.
type block struct {
	pages []byte // all of it
	size  int    // bytes that the library may write
}

// newBlock returns a block of zeroed bytes.
func newBlock(size int) (block, error) {
	page := os.Getpagesize()
	inner := (size + margin + runway + page - 1) / page * page
	pages, err := mapPages(page+inner+page, page)
	return block{pages, size}, err
}

// bytes are those that the library may write, and the margin.
func (b block) bytes() []byte {
	page := os.Getpagesize()
	return b.pages[page : page+b.size+margin]
}

// overrun reports whether the library has written beyond its bytes.
func (b block) overrun() bool { return len(bytes.TrimLeft(b.bytes()[b.size:], "\x00")) > 0 }

// recent is the memory of the calls made last.
type recent struct {
	calls [keptCalls][]block
	next  int
}

// keep keeps the memory of a call and frees that of the oldest.
func (r *recent) keep(blocks []block) {
	for _, b := range r.calls[r.next] {
		unmapPages(b.pages)
	}
	r.calls[r.next] = blocks
	r.next = (r.next + 1) % keptCalls
}
