package virtual

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"mps/card"
)

var (
	_ card.Transport = (*Card)(nil)
	_ card.Reader    = (*Reader)(nil)
)

func TestPulledOut(t *testing.T) {
	c := New(holder, V2, PullOutAfter(2))
	reader := &Reader{c}
	for round := range 2 { // the card is back when it is powered up again
		conn, err := reader.Connect(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for i := range 4 {
			_, err := conn.Transmit(t.Context(), []byte{0, insSelect, 0, 0})
			if removed := errors.Is(err, card.ErrRemoved); removed != (i >= 2) {
				t.Errorf("round %d, APDU %d: %v", round, i, err)
			}
		}
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
	}
	if n := c.APDUs(); n != 4 {
		t.Errorf("APDUs() = %d, want the 4 that reached the card", n)
	}
}

func TestDead(t *testing.T) {
	c := New(holder, Dead)
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if _, err := c.Transmit(ctx, []byte{0, insSelect, 0, 0}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Transmit = %v", err)
	}
	if n := c.APDUs(); n != 1 {
		t.Errorf("APDUs() = %d", n)
	}
	if _, err := c.Transmit(ctx, nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Transmit with a context that is done = %v", err)
	}
	if n := c.APDUs(); n != 1 {
		t.Errorf("APDUs() = %d: nothing was to be sent any more", n)
	}
}

func TestReader(t *testing.T) {
	if _, err := new(Reader).Connect(t.Context()); !errors.Is(err, card.ErrNoCard) {
		t.Errorf("Connect without a card = %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (&Reader{New(holder, V2)}).Connect(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Connect with a context that is done = %v", err)
	}
}

func TestTriesLeft(t *testing.T) {
	c := New(holder, V2)
	if n := c.TriesLeft(); n != 3 {
		t.Errorf("TriesLeft() = %d at first", n)
	}
	for range 5 {
		if _, err := c.Transmit(t.Context(), []byte{0, insVerify, 0, 0, 1, '1'}); err != nil {
			t.Fatal(err)
		}
	}
	if n := c.TriesLeft(); n != 0 {
		t.Errorf("TriesLeft() = %d after five wrong PINs", n)
	}
}

// TestATR takes the answers to reset apart after ISO 7816-3, section 8.
func TestATR(t *testing.T) {
	tests := []struct {
		card     *Card
		protocol byte
		ifsc     byte
	}{
		{New(holder, V2), 1, 0xFE},
		{New(holder, V2, T0()), 0, 0},
	}
	for _, tt := range tests {
		atr := tt.card.ATR()
		if atr[0] != 0x3B {
			t.Fatalf("% X: TS is not direct convention", atr)
		}
		historical := int(atr[1] & 0x0F)
		var protocol, ifsc byte
		i, y := 2, atr[1]>>4
		for round := 1; y != 0; round++ {
			for bit := byte(1); bit < 8; bit <<= 1 { // TA, TB, TC
				if y&bit != 0 {
					if bit == 1 && round > 2 {
						ifsc = atr[i]
					}
					i++
				}
			}
			next := byte(0)
			if y&8 != 0 { // TD
				protocol, next = atr[i]&0x0F, atr[i]>>4
				i++
			}
			y = next
		}
		if protocol != tt.protocol || ifsc != tt.ifsc {
			t.Errorf("% X: protocol %d, IFSC %d", atr, protocol, ifsc)
		}
		if got := string(atr[i : i+historical]); historical != 13 || !strings.HasSuffix(got, "MPS VIRTUAL") {
			t.Errorf("% X: %d historical bytes %q", atr, historical, got)
		}
		rest := atr[i+historical:]
		if protocol == 0 && len(rest) != 0 {
			t.Errorf("% X: T=0 alone has no check byte", atr)
		}
		if protocol == 1 {
			var sum byte
			for _, b := range atr[1:] {
				sum ^= b
			}
			if len(rest) != 1 || sum != 0 {
				t.Errorf("% X: wrong check byte", atr)
			}
		}
	}
}

func TestRecords(t *testing.T) {
	long := strings.Repeat("张", 30) // 60 bytes, 10 too many
	tests := []struct {
		name    string
		card    *Card
		file    byte // short identifier
		tag     byte
		want    string // in hex
		removed bool
	}{
		{"zero padding", New(Holder{Name: "张三"}, V1, Padding(PadZero)), 6, 0x09, "D5C5C8FD" + strings.Repeat("00", 26), false},
		{"full-width padding", New(Holder{Name: "张三"}, V1, Padding(PadWide)), 6, 0x09, "D5C5C8FD" + strings.Repeat("A1A1", 13), false},
		{"full-width padding of odd length", New(Holder{Name: "张B"}, V1, Padding(PadWide)), 6, 0x09, "D5C542" + strings.Repeat("A1A1", 13) + "20", false},
		{"FF padding", New(Holder{}, V1, Padding(PadOnes)), 5, 0x07, strings.Repeat("FF", 9), false},
		{"no full-width blanks in numbers", New(Holder{}, V1, Padding(PadWide)), 5, 0x07, strings.Repeat("20", 9), false},
		{"user-defined character", New(Holder{Name: "\ue000"}, V1), 6, 0x09, "AAA1" + strings.Repeat("00", 28), false},
		{"character of four bytes", New(Holder{Name: "𠮷"}, V1), 6, 0x09, "9534B235" + strings.Repeat("00", 26), false},
		{"cut name", New(Holder{Name: long}, V2), 6, 0x09, strings.Repeat("D5C5", 15), false},
		{"cut extension", New(Holder{Name: long}, V2), 6, 0x4E, strings.Repeat("D5C5", 10), false},
		{"split character", New(Holder{Name: "B" + long}, V2), 6, 0x4E, "C5" + strings.Repeat("D5C5", 9) + "D5", false},
		{"bad hex digit", New(Holder{IdentificationCode: "3500XY"}, V2), 5, 0x01, "3500" + strings.Repeat("00", 14), false},
		{"woman", New(Holder{IDNumber: "350203198511214024"}, V2), 6, 0x0A, "32", false},
		{"old number", New(Holder{IDNumber: "350203851121402"}, V2), 6, 0x0D, "00000000", false},
		{"replaced record", New(holder, V2, Record(0x08, []byte{1, 2})), 6, 0x08, "0102", false},
		{"replaced by nothing", New(holder, V2, Record(0x08, []byte{})), 6, 0x08, "", false},
		{"removed record", New(holder, V2, Record(0x08, nil)), 6, 0x08, "", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			selectApplication := append([]byte{0, insSelect, 4, 0, byte(len(socialSecurity))}, socialSecurity...)
			if _, err := tt.card.Transmit(t.Context(), selectApplication); err != nil {
				t.Fatal(err)
			}
			got, err := tt.card.Transmit(t.Context(), []byte{0, insReadRecord, tt.tag, tt.file << 3, 0})
			if err != nil {
				t.Fatal(err)
			}
			value := unhex(t, tt.want)
			want := append(append([]byte{tt.tag, byte(len(value))}, value...), 0x90, 0x00)
			if tt.removed {
				want = []byte{0x6A, 0x83}
			}
			if string(got) != string(want) {
				t.Errorf("card answers % X, want % X", got, want)
			}
		})
	}
}

// FuzzTransmit talks to every kind of card. The input is a series of APDUs, each
// with its length in front.
func FuzzTransmit(f *testing.F) {
	f.Add(byte(0), []byte("\x14\x00\xA4\x04\x00\x0F"+socialSecurity+"\x07\x00\xA4\x02\x00\x02\xEF\x05\x05\x00\xB2\x01\x00\x12"))
	f.Add(byte(9), []byte("\x14\x00\xA4\x04\x00\x0F"+socialSecurity+"\x05\x00\xC0\x00\x00\x02\x05\x00\xC0\x00\x00\x16"))
	f.Add(byte(2), []byte("\x04\x00\x20\x00\x00\x00\x01\x00\x03\x00\xA4\x04\x05\x00\xB0\x85\x00\x10"))
	f.Fuzz(func(t *testing.T, how byte, apdus []byte) {
		var options []Option
		if how&8 != 0 {
			options = append(options, T0())
		}
		if how&16 != 0 {
			options = append(options, FetchReads(), SelectP1(0))
		}
		kind := Kind(how & 3)
		c := New(holder, kind, options...)
		for len(apdus) > 0 {
			n := min(int(apdus[0]), len(apdus)-1)
			command := apdus[1 : 1+n]
			apdus = apdus[1+n:]
			response, err := c.Transmit(t.Context(), command)
			if err != nil || len(response) < 2 || len(response) > 258 {
				t.Fatalf("% X: % X, %v", command, response, err)
			}
			if sw1 := response[len(response)-2]; sw1 != 0x90 && sw1>>4 != 6 {
				t.Fatalf("% X: % X is no status", command, response)
			}
			if kind == V3 && strings.Contains(string(response), holder.IDNumber) {
				t.Fatalf("% X: version 3.0 gives the identity number away", command)
			}
		}
	})
}
