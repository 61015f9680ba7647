package driverhost

import (
	"bytes"
	"encoding/binary"
	"slices"
	"unsafe"
)

// invoke makes the call.
func (m *memory) invoke(function uintptr, c *Call) response {
	args := make([]uintptr, len(c.Args))
	blocks := make([]block, len(c.Args)) // of the arguments that are pointers
	defer func() { m.give(slices.DeleteFunc(blocks, func(b block) bool { return b.pages == nil })) }()
	for i, a := range c.Args {
		if a.Kind == IntArg {
			args[i] = uintptr(uint32(a.Int))
			continue
		}
		b, err := m.take(a.room())
		if err != nil {
			return response{Failure: reportOf(noMemory.With(err))}
		}
		blocks[i] = b
		switch a.Kind {
		case IntPointer:
			binary.NativeEndian.PutUint32(b.bytes(), uint32(a.Int))
		case TextArg:
			copy(b.bytes(), a.Text)
		}
		args[i] = uintptr(unsafe.Pointer(unsafe.SliceData(b.bytes())))
	}
	returned := callFunction(function, args)
	var result Result
	if c.TextResult {
		result.Text = textAt(returned)
	} else {
		result.Int = int32(returned)
	}
	for i, a := range c.Args {
		// What it writes behind a text that it was given is nothing that is read.
		if a.Kind != IntArg && a.Kind != TextArg && blocks[i].overrun() {
			return response{Failure: reportOf(overrun.With(blocks[i].size))}
		}
		if a.Kind != BufferArg {
			continue
		}
		text, _, ended := bytes.Cut(blocks[i].bytes()[:a.Size], []byte{0})
		if !ended {
			return response{Failure: reportOf(unended.With(a.Size))}
		}
		result.Outputs = append(result.Outputs, bytes.Clone(text))
	}
	return response{Result: result}
}

// room is how many bytes the library may write at a pointer that is passed.
func (a *Arg) room() int {
	switch a.Kind {
	case TextArg:
		return len(a.Text) + 1
	case IntPointer:
		return 8 // a long of 64-bit Linux, too
	}
	return a.Size
}

// textAt returns the bytes at p up to a NUL, none for a null pointer. A bad
// pointer ends the process, as it does everywhere.
func textAt(p uintptr) []byte {
	if p == 0 {
		return nil
	}
	first := *(*unsafe.Pointer)(unsafe.Pointer(&p)) // of C's memory, which Go does not know
	var text []byte
	for i := range maxResult {
		b := *(*byte)(unsafe.Add(first, i))
		if b == 0 {
			break
		}
		text = append(text, b)
	}
	return text
}
