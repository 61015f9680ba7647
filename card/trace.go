package card

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// Trace returns a Transport that writes what goes through t to w, a line for
// each command (>) and each response (<), in hex. A user can send the lines to
// somebody who helps: records show their tag and length and the status, and **
// for each byte of their value, the card's own version excepted. Nor are keys
// or PINs shown, which this package does not send. Errors of w are ignored.
//
// The Transport that is returned is for one caller at a time.
func Trace(t Transport, w io.Writer) Transport { return &trace{t: t, w: w} }

// TraceSource returns a source that writes what a source of FromReader says to its
// card and hears from it, as [Trace] does. Of another source there is nothing to
// write: it is returned as it is.
func TraceSource(s Source, w io.Writer) Source {
	if from, is := s.(readerSource); is && from.reader != nil {
		from.reader = tracedReader{from.reader, w}
		return from
	}
	return s
}

type tracedReader struct {
	reader Reader
	w      io.Writer
}

func (r tracedReader) Connect(ctx context.Context) (Conn, error) {
	conn, err := r.reader.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return r.traced(conn), nil
}

func (r tracedReader) Search(ctx context.Context, wait time.Duration, try func(Conn) error) (vacant bool, err error) {
	return search(ctx, r.reader, wait, func(conn Conn) error { return try(r.traced(conn)) })
}

func (r tracedReader) Wait() time.Duration { return waitOf(r.reader) }

func (r tracedReader) traced(conn Conn) Conn { return tracedConn{&trace{t: conn, w: r.w}, conn} }

// A tracedConn talks through the trace and closes the connection itself.
type tracedConn struct {
	*trace
	io.Closer
}

type trace struct {
	t    Transport
	w    io.Writer
	last []byte // the command whose response GET RESPONSE fetches
}

func (t *trace) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	fmt.Fprintf(t.w, "> %s\n", hexExcept(command, shownOfCommand(command)))
	response, err := t.t.Transmit(ctx, command)
	if err != nil {
		fmt.Fprintf(t.w, "! %v\n", err)
		return response, err
	}
	if len(command) < 2 || command[1] != insGetResponse {
		t.last = bytes.Clone(command)
	}
	data, status := response, response[:0]
	if n := len(response) - 2; n >= 0 {
		data, status = response[:n], response[n:]
	}
	line := hexExcept(data, shownOfResponse(t.last, data))
	if len(line) > 0 && len(status) > 0 {
		line += " "
	}
	fmt.Fprintf(t.w, "< %s% X\n", line, status)
	return response, nil
}

// Reconnect passes on a reconnection, if there can be one. It needs no line of its
// own: the commands begin anew.
func (t *trace) Reconnect(ctx context.Context, lost error) error {
	if r, can := t.t.(Reconnecter); can {
		return r.Reconnect(ctx, lost)
	}
	return lost
}

// Reset passes on a power-up, if there can be one.
func (t *trace) Reset(ctx context.Context) error {
	r, can := t.t.(Resetter)
	if !can {
		return errors.ErrUnsupported
	}
	err := r.Reset(ctx)
	if err == nil {
		fmt.Fprintln(t.w, "= reset")
	} else if !errors.Is(err, errors.ErrUnsupported) {
		fmt.Fprintf(t.w, "! %v\n", err)
	}
	return err
}

// shownOfCommand is how many bytes of a command may be seen: all of what
// selects or reads, otherwise the header.
func shownOfCommand(command []byte) int {
	if len(command) < 2 {
		return len(command)
	}
	switch command[1] {
	case insSelect, insReadRecord, insGetResponse:
		return len(command)
	}
	return min(len(command), 5)
}

// shownOfResponse is how many bytes of the data that answer a command may be
// seen: all of what describes a file, of a record no more than tag and length.
func shownOfResponse(command, data []byte) int {
	if len(command) < 4 {
		return 0
	}
	switch {
	case command[1] == insSelect:
		return len(data)
	case command[1] != insReadRecord || len(data) < 2 || !hasTag(command, data[0]):
		return 0
	case data[0] == version.tag && len(data) == 2+version.length:
		return len(data)
	}
	return 2
}

// hasTag tells whether what answers READ RECORD begins with the tag of a record, not
// with the holder's data: with the tag that was asked for or, where a number was, with
// one that these cards have, none of which is a letter, a digit or Chinese.
func hasTag(command []byte, tag byte) bool {
	if command[3]&modeMask != byNumber {
		return tag == command[2]
	}
	return tag <= 0x0D || tag == nameExtension.tag
}

// hexExcept is b in hex, with ** for each byte after the first shown ones.
func hexExcept(b []byte, shown int) string {
	line := fmt.Appendf(nil, "% X", b[:shown])
	for range b[shown:] {
		if len(line) > 0 {
			line = append(line, ' ')
		}
		line = append(line, "**"...)
	}
	return string(line)
}
