// Package protocol is the wire of MPS_Call: GBK XML messages as the interface
// specification V1.0.0 (2022-09-28) prints them.
//
// Answers are written byte for byte in the form of the specification's own
// samples, because many host programs find fields by string search. Requests
// are read liberally (GBK, GB18030 and UTF-8 by any of their names, CDATA,
// comments, attributes, unknown elements, curly quotes in the declaration),
// while hostile input (DTD, entities, depth, size) is refused
// with a [failure.Failure] whose text is meant for the hospital programmer.
//
// The package knows nothing of devices. What it promises to keep: the bytes of
// an answer for equal values, the order of fields, and the texts of function
// N04.00.00.01.
package protocol

// Limits of a message that is read.
const (
	MaxRequest  = 64 << 10 // bytes of a request
	MaxResponse = 1 << 20  // bytes of an answer
	maxDepth    = 16       // elements within each other; the envelope needs 3
	maxFields   = 256      // elements of one Body
	maxName     = 128      // bytes of an element name
)

// Results of a call, specification section 2.3.1: 0 is success, anything else
// failure; its samples show -1.
const (
	ResultOK     = "0"
	ResultFailed = "-1"
)

// A Field is one element of a Body.
type Field struct {
	Name  string
	Value string
	JSON  bool // the value is JSON: written on lines of its own, trimmed when read
}
