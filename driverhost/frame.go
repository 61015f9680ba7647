package driverhost

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"

	"mps/failure"
)

// maxFrame bounds a frame, in bytes. The largest is an answer with full
// buffers, which base64 makes a third longer.
const maxFrame = 256 << 10

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

// writeFrame writes v as JSON behind its length, four bytes little-endian, in
// one write.
func writeFrame(w io.Writer, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if len(body) > maxFrame {
		return fmt.Errorf("frame of %d bytes is too long", len(body))
	}
	frame := binary.LittleEndian.AppendUint32(make([]byte, 0, 4+len(body)), uint32(len(body)))
	_, err = w.Write(append(frame, body...))
	return err
}

// readFrame reads what writeFrame wrote. The end of r before a frame is io.EOF.
// Errors show nothing of the content.
func readFrame(r io.Reader, v any) error {
	var length [4]byte
	if _, err := io.ReadFull(r, length[:]); err != nil {
		return err
	}
	n := binary.LittleEndian.Uint32(length[:])
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
