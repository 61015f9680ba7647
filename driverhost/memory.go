package driverhost

import (
	"bytes"
	"os"
)

// A library is given memory that nothing else lies in, so that what it writes in
// wrong places is noticed and destroys nothing: the agent would otherwise be given
// what a spoilt process says. A block is, in this order, a page that must not be
// touched, the bytes that the library may write, margin bytes that are looked at after
// the call, at least runway bytes that are not, and another such page.
const (
	maxRoom = max(MaxBuffer, MaxText+1) // bytes that a library may write, at most
	margin  = 16 << 10
	runway  = 2 << 20
)

// keptBlocks is how many blocks wait for their next use; the oldest is used next. Some
// libraries go on writing from a thread of theirs when their function has returned;
// neither must that end the process, nor must it get into the buffer of the next
// patient.
const keptBlocks = 32

// A block is the memory of one argument.
type block struct {
	pages []byte // all of it
	size  int    // bytes that the library may write
}

// bytes are those that the library may write, and the margin.
func (b block) bytes() []byte {
	first := os.Getpagesize()
	return b.pages[first : first+b.size+margin]
}

// overrun reports whether the library has written beyond its bytes.
func (b block) overrun() bool { return len(bytes.TrimLeft(b.bytes()[b.size:], "\x00")) > 0 }

// memory are the blocks that no call has at present, the one used last at the end.
type memory []block

// take returns a block of so many zeroed bytes, maxRoom at most.
func (m *memory) take(size int) (block, error) {
	if len(*m) >= keptBlocks {
		b := (*m)[0]
		*m = append((*m)[:0], (*m)[1:]...)
		b.size = size
		clear(b.bytes())
		return b, nil
	}
	page := os.Getpagesize()
	inner := (maxRoom + margin + runway + page - 1) / page * page
	pages, err := mapPages(page+inner+page, page)
	return block{pages, size}, err
}

// give takes back what take has returned.
func (m *memory) give(blocks []block) { *m = append(*m, blocks...) }
