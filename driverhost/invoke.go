package driverhost

import (
	"bytes"
	"runtime"
	"unsafe"
)

// slack follows every buffer, so that what a library writes beyond its end is
// noticed and destroys nothing else.
const slack = 64 << 10

// invoke makes the call. The arguments live on Go's heap, which does not move;
// a library that spoils it spoils its own process.
func invoke(function uintptr, c *Call) response {
	memory := make([][]byte, len(c.Args))
	args := make([]uintptr, len(c.Args))
	for i, a := range c.Args {
		switch a.Kind {
		case IntArg:
			args[i] = uintptr(uint32(a.Int))
			continue
		case IntPointer:
			memory[i] = make([]byte, 8)
			*(*int32)(unsafe.Pointer(&memory[i][0])) = a.Int
		case TextArg:
			memory[i] = append(bytes.Clone(a.Text), 0)
		case BufferArg:
			memory[i] = make([]byte, a.Size+slack)
		}
		args[i] = uintptr(unsafe.Pointer(&memory[i][0]))
	}
	returned := callFunction(function, args)
	var result Result
	if c.TextResult {
		result.Text = textAt(returned)
	} else {
		result.Int = int32(returned)
	}
	for i, a := range c.Args {
		if a.Kind != BufferArg {
			continue
		}
		if !zero(memory[i][a.Size:]) {
			return response{Failure: reportOf(overrun.With(a.Size))}
		}
		text, _, _ := bytes.Cut(memory[i][:a.Size], []byte{0})
		result.Outputs = append(result.Outputs, text)
	}
	runtime.KeepAlive(memory)
	return response{Result: result}
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

func zero(b []byte) bool {
	return len(bytes.TrimLeft(b, "\x00")) == 0
}
