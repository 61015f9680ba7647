package virtual

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"mps/card"
)

// insert puts a card into a slot that the test plays, and returns the slot and
// how serving it ends.
func insert(t *testing.T, ctx context.Context, c *Card) (net.Conn, <-chan error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	served := make(chan error, 1)
	go func() { served <- c.ServeVPCD(ctx, l.Addr().String()) }()
	conn, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn, served
}

// ask sends a message, with its length apart as vpcd does it, and returns the
// answer.
func ask(t *testing.T, conn net.Conn, message string) string {
	t.Helper()
	tell(t, conn, message)
	var length [2]byte
	if _, err := io.ReadFull(conn, length[:]); err != nil {
		t.Fatal(err)
	}
	answer := make([]byte, int(length[0])<<8|int(length[1]))
	if _, err := io.ReadFull(conn, answer); err != nil {
		t.Fatal(err)
	}
	return strings.ToUpper(hex.EncodeToString(answer))
}

func tell(t *testing.T, conn net.Conn, message string) {
	t.Helper()
	b := unhex(t, message)
	for _, part := range [][]byte{{byte(len(b) >> 8), byte(len(b))}, b} {
		if _, err := conn.Write(part); err != nil {
			t.Fatal(err)
		}
	}
}

const selectApplication = "00A4 0400 0F 7378312E73682EC9E7BBE1B1A3D5CF"

func TestServeVPCD(t *testing.T) {
	defer goleak.VerifyNone(t)
	ctx, remove := context.WithCancel(t.Context())
	c := New(holder, V2)
	conn, served := insert(t, ctx, c)
	atr := strings.ToUpper(hex.EncodeToString(c.ATR()))
	tell(t, conn, "01")
	for _, x := range [][2]string{
		{"04", atr},
		{"00A4 0200 02 EF05", "6A82"}, // not before the application
		{selectApplication, "6F16840F7378312E73682EC9E7BBE1B1A3D5CFA50388011E9000"},
		{"04", atr}, // pcscd asks in between whether the card is still there
		{"00A4 0200 02 EF05", "6F0A8201058302EF058801289000"},
		{"00B2 0300 06", "0304322E30309000"},
	} {
		if got := ask(t, conn, x[0]); got != x[1] {
			t.Errorf("%s: %s, want %s", x[0], got, x[1])
		}
	}
	tell(t, conn, "02") // a reset forgets the application
	if got := ask(t, conn, "00A4 0200 02 EF05"); got != "6A82" {
		t.Errorf("after a reset: %s", got)
	}
	tell(t, conn, "00")
	if n := c.APDUs(); n != 5 {
		t.Errorf("%d APDUs", n)
	}
	remove()
	if err := <-served; err != nil {
		t.Errorf("taken out: %v", err)
	}
	// A reset instead of an end, when the card went before it read power off.
	if n, err := conn.Read(make([]byte, 1)); err == nil {
		t.Errorf("%d bytes from a card that is gone", n)
	}
}

func TestServeVPCDEnds(t *testing.T) {
	defer goleak.VerifyNone(t)
	t.Run("pulled out", func(t *testing.T) {
		conn, served := insert(t, t.Context(), New(holder, V2, PullOutAfter(1)))
		ask(t, conn, selectApplication)
		tell(t, conn, "00A4 0200 02 EF05")
		if err := <-served; err != card.ErrRemoved {
			t.Errorf("serving ended with %v", err)
		}
		if n, err := conn.Read(make([]byte, 1)); err == nil {
			t.Errorf("%d bytes from a card that is gone", n)
		}
	})
	t.Run("slot hangs up", func(t *testing.T) {
		conn, served := insert(t, t.Context(), New(holder, V2))
		_ = conn.Close()
		if err := <-served; err != io.EOF {
			t.Errorf("serving ended with %v", err)
		}
	})
	t.Run("slot hangs up within a message", func(t *testing.T) {
		conn, served := insert(t, t.Context(), New(holder, V2))
		if _, err := conn.Write([]byte{0, 5, 0}); err != nil {
			t.Fatal(err)
		}
		_ = conn.Close()
		if err := <-served; !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("serving ended with %v", err)
		}
	})
	t.Run("dead card taken out", func(t *testing.T) {
		ctx, remove := context.WithCancel(t.Context())
		conn, served := insert(t, ctx, New(holder, Dead))
		tell(t, conn, selectApplication)
		remove()
		if err := <-served; err != nil {
			t.Errorf("serving ended with %v", err)
		}
	})
	t.Run("no slot", func(t *testing.T) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		addr := l.Addr().String()
		_ = l.Close()
		if err := New(holder, V2).ServeVPCD(t.Context(), addr); err == nil {
			t.Error("served a slot that is not there")
		}
	})
}

// FuzzSlot lets a slot send anything: the card answers each message in frames of
// its own, and ends with the stream.
func FuzzSlot(f *testing.F) {
	f.Add([]byte("\x00\x01\x01\x00\x01\x04\x00\x14" + string([]byte{0x00, 0xA4, 0x04, 0x00, 0x0F}) + socialSecurity))
	f.Add([]byte("\x00\x00\x00\x01\x09\xFF\xFF\x00"))
	f.Fuzz(func(t *testing.T, stream []byte) {
		var out bytes.Buffer
		err := New(holder, V2).serveSlot(t.Context(), slot{bufio.NewReader(bytes.NewReader(stream)), &out})
		if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Fatal(err)
		}
		answers := slot{r: &out}
		for {
			answer, err := answers.receive()
			if err == io.EOF {
				break
			}
			if err != nil || len(answer) < 2 {
				t.Fatalf("answer % X, %v", answer, err)
			}
		}
	})
}
