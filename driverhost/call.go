// Package driverhost is the wall between MPS and a vendor's library.
//
// Vendors' libraries crash, hang, print, leak, change the directory and call
// exit. So none is ever loaded into the agent: a [Host] starts this program once
// more as a child process, which runs [Serve], loads the one library and calls
// its functions. Whatever the library does costs one answer: the host ends the
// child and starts another for the next call. The child may be an mps program
// of the other width, so that a 64-bit agent uses a 32-bit library.
//
// Host and child talk over the child's standard input and output, in frames of
// bounded length (frame.go). Before the library is loaded, these two are moved
// away and replaced by the null device, and whatever else the child inherited is
// closed. What a library still writes to them is no answer, because answers have
// a number that it does not know.
//
// The package knows functions and bytes, nothing of cards or e-vouchers.
package driverhost

import (
	"slices"
	"strconv"
	"strings"

	"mps/gbk"
)

// Limits of a call.
const (
	MaxArgs   = 12       // arguments
	MaxText   = 64 << 10 // bytes of all text arguments together
	MaxBuffer = 64 << 10 // bytes of all buffers together; libraries of the field want 20480 at most
	maxResult = 4 << 10  // bytes of a text that a function returns by pointer
	maxName   = 255      // bytes of the name of a function
)

// A Kind says how an argument is passed.
type Kind string

// The kinds of arguments that libraries of the field take.
const (
	IntArg     Kind = "int"    // 32-bit integer
	IntPointer Kind = "int*"   // pointer to a 32-bit integer, which the function may change
	TextArg    Kind = "text"   // pointer to bytes that end with NUL
	BufferArg  Kind = "buffer" // pointer to Size zeroed bytes, in which the function leaves a text and its NUL
)

// An Arg is one argument.
type Arg struct {
	Kind Kind   `json:"kind"`
	Int  int32  `json:"int,omitempty"`
	Text []byte `json:"text,omitempty"` // without the NUL at the end, GBK as a rule
	Size int    `json:"size,omitempty"`
}

// Int passes a 32-bit integer.
func Int(v int32) Arg { return Arg{Kind: IntArg, Int: v} }

// Text passes a string, in GBK and ended with NUL. Characters that GBK lacks go
// in GB18030.
func Text(s string) Arg { return Arg{Kind: TextArg, Text: gbk.Append(nil, s, gbk.GB18030)} }

// Buffer passes size zeroed bytes to be filled.
func Buffer(size int) Arg { return Arg{Kind: BufferArg, Size: size} }

// ParseArg reads an argument as it is written in the configuration: "int:3",
// "int*:1024", "text:COM1" or "buffer:4096". Its errors are failures in Chinese.
func ParseArg(s string) (Arg, error) {
	kind, value, _ := strings.Cut(s, ":")
	a := Arg{Kind: Kind(kind)}
	switch a.Kind {
	case TextArg:
		a = Text(value)
	case IntArg, IntPointer, BufferArg:
		v, err := strconv.ParseInt(value, 10, 32)
		if err != nil {
			return Arg{}, argNumber.Because(err, s)
		}
		if a.Kind == BufferArg {
			a = Buffer(int(v))
		} else {
			a.Int = int32(v)
		}
	default:
		return Arg{}, argSyntax.With(s)
	}
	if err := a.check(); err != nil {
		return Arg{}, argWritten.Because(err, s, err)
	}
	return a, nil
}

func (a *Arg) check() error {
	switch a.Kind {
	case IntArg, IntPointer:
		return nil
	case TextArg:
		if slices.Contains(a.Text, 0) {
			return argNUL.With()
		}
		return nil
	case BufferArg:
		if a.Size < 1 || a.Size > MaxBuffer {
			return argSize.With(MaxBuffer)
		}
		return nil
	}
	return argKind.With()
}

// A Call is one call of a function of the library. Stdcall and cdecl need no
// distinction: the caller restores the stack itself.
type Call struct {
	// Export is the function's name. Decorated forms of it are found too: see
	// exportNames.
	Export string `json:"export"`
	Args   []Arg  `json:"args"`
	// TextResult says that the function returns a pointer to a string that
	// ends with NUL, otherwise it returns a 32-bit integer.
	TextResult bool `json:"text_result,omitempty"`
}

// A Result is what a call returned. All of it comes from the library and is
// not to be trusted.
type Result struct {
	Int     int32    `json:"int"`               // without TextResult
	Text    []byte   `json:"text,omitempty"`    // with TextResult, at most 4 KiB
	Outputs [][]byte `json:"outputs,omitempty"` // of each buffer, in order, what is before the first NUL
}

// Output is what the call wrote into its i-th buffer.
func (r Result) Output(i int) []byte {
	if i < 0 || i >= len(r.Outputs) {
		return nil
	}
	return r.Outputs[i]
}

func (c *Call) check() error {
	if c.Export == "" || len(c.Export) > maxName || strings.ContainsFunc(c.Export, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return callExport.With(maxName)
	}
	if len(c.Args) > MaxArgs {
		return callArgs.With(MaxArgs)
	}
	texts, buffers := 0, 0
	for i := range c.Args {
		if err := c.Args[i].check(); err != nil {
			return argNth.Because(err, i+1, err)
		}
		texts += len(c.Args[i].Text)
		buffers += c.Args[i].Size
	}
	if texts > MaxText || buffers > MaxBuffer {
		return callTooLarge.With(MaxBuffer)
	}
	return nil
}
