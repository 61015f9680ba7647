package driverhost

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"

	"mps/failure"
)

// maxFrame bounds a frame, in bytes. The largest is an answer with full
// buffers, which base64 makes a third longer.
const maxFrame = 256 << 10

// A frame is a header and a body. The header is the number of the call (8 bytes)
// and the length of the body in bytes (4 bytes), both little-endian; the body is
// a request or a response in JSON.
//
// A response has the number of its request, so that whatever else gets into the
// pipe is no answer. The host draws the number of the first call of each child,
// later calls count on from it, and the child learns it from the first 8 bytes of
// its input: a library that writes to descriptors would have to guess it. The
// number comes before the length, so that not even stray bytes that look like a
// length make anybody wait for more.
const headerLen = 12

// drawNumber returns a random number for the first call of a child.
func drawNumber() uint64 {
	var b [8]byte
	rand.Read(b[:]) // never fails
	return binary.LittleEndian.Uint64(b[:])
}

// writeNumber writes the number of the first call, before all frames.
func writeNumber(w io.Writer, number uint64) error {
	_, err := w.Write(binary.LittleEndian.AppendUint64(nil, number))
	return err
}

// readNumber reads what writeNumber wrote. The end of r before it is io.EOF.
func readNumber(r io.Reader) (uint64, error) {
	var b [8]byte
	_, err := io.ReadFull(r, b[:])
	return binary.LittleEndian.Uint64(b[:]), err
}

// A request is what the host sends, one at a time.
type request struct {
	Library string `json:"library"` // always the same: one child serves one library
	Call    Call   `json:"call"`
}

// A response answers one request.
type response struct {
	Failure *report `json:"failure,omitempty"` // there is no result
	Result  Result  `json:"result"`
}

// A report is why the child could not make the call.
type report struct {
	Code string `json:"code"` // of one of reportable
	Text string `json:"text"` // what the person reads, with what to do
	Next string `json:"next"` // what to do
}

func reportOf(f failure.Failure) *report { return &report{f.Code(), f.Error(), f.Next()} }

// writeFrame writes v in the frame of a call, in one write.
func writeFrame(w io.Writer, number uint64, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if len(body) > maxFrame {
		return fmt.Errorf("frame of %d bytes is too long", len(body))
	}
	frame := binary.LittleEndian.AppendUint64(make([]byte, 0, headerLen+len(body)), number)
	frame = binary.LittleEndian.AppendUint32(frame, uint32(len(body)))
	_, err = w.Write(append(frame, body...))
	return err
}

// readFrame reads what writeFrame wrote for the call of this number; a frame of
// any other is malformed. The end of r before a frame is io.EOF. Errors show
// nothing of the content.
func readFrame(r io.Reader, number uint64, v any) error {
	var header [headerLen]byte
	switch _, err := io.ReadFull(r, header[:]); {
	case err == io.ErrUnexpectedEOF:
		return fmt.Errorf("%w: too short", errMalformed)
	case err != nil:
		return err
	}
	if binary.LittleEndian.Uint64(header[:]) != number {
		return fmt.Errorf("%w: it is of another call", errMalformed)
	}
	n := binary.LittleEndian.Uint32(header[8:])
	if n > maxFrame {
		return fmt.Errorf("%w: %d bytes", errMalformed, n)
	}
	body := make([]byte, n)
	if _, err := io.ReadFull(r, body); err != nil {
		return fmt.Errorf("frame is cut off: %w", io.ErrUnexpectedEOF)
	}
	if json.Unmarshal(body, v) != nil {
		return errMalformed
	}
	return nil
}
