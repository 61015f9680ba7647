package card_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"mps/card"
	"mps/card/virtual"
)

// The invented person on the cards of these tests.
var (
	holder = virtual.Holder{
		IDNumber:           "35058219720630061X",
		Name:               "林小满",
		Number:             "D12345678",
		IdentificationCode: "350000D15600000512345678ABCDEF01",
	}
	whole = card.Card{
		IDNumber:           "35058219720630061X",
		Number:             "D12345678",
		Name:               "林小满",
		IdentificationCode: "350000D15600000512345678ABCDEF01",
		IDNumberValid:      true,
	}
)

// with returns the card as read, changed.
func with(change func(*card.Card)) card.Card {
	c := whole
	change(&c)
	return c
}

// named returns the holder under another name.
func named(name string) virtual.Holder {
	h := holder
	h.Name = name
	return h
}

func TestRead(t *testing.T) {
	fifteen := strings.Repeat("满", 15)
	tests := []struct {
		name  string
		card  *virtual.Card
		want  card.Card
		apdus int
	}{
		{"version 1.0", virtual.New(holder, virtual.V1), whole, 7},
		{"version 2.0", virtual.New(holder, virtual.V2), whole, 7},
		{"T=0", virtual.New(holder, virtual.V2, virtual.T0()), whole, 7},
		{"T=0 with records to fetch", virtual.New(holder, virtual.V2, virtual.FetchReads()), whole, 11},
		{"files by P1=00", virtual.New(holder, virtual.V2, virtual.SelectP1(0)), whole, 8},
		{"blanks", virtual.New(holder, virtual.V2, virtual.Padding(virtual.PadBlank)), whole, 7},
		{"full-width blanks", virtual.New(holder, virtual.V2, virtual.Padding(virtual.PadWide)), whole, 8},
		{"FF", virtual.New(holder, virtual.V2, virtual.Padding(virtual.PadOnes)), whole, 7},

		{"name that fills its record",
			virtual.New(named(fifteen), virtual.V2),
			with(func(c *card.Card) { c.Name = fifteen }), 8},
		{"name that fills its record, without extension",
			virtual.New(named(fifteen), virtual.V1),
			with(func(c *card.Card) { c.Name = fifteen }), 8},
		{"name of 25 characters",
			virtual.New(named(fifteen+"阿卜杜拉热合曼买买"), virtual.V2),
			with(func(c *card.Card) { c.Name = fifteen + "阿卜杜拉热合曼买买" }), 8},
		{"name split within a character",
			virtual.New(named("B"+fifteen+"提"), virtual.V2),
			with(func(c *card.Card) { c.Name = "B" + fifteen + "提" }), 8},
		{"name split at a blank",
			virtual.New(named("MARIA ESPERANZA DE LOS SANTOS OF QUANZHOU"), virtual.V2, virtual.Padding(virtual.PadBlank)),
			with(func(c *card.Card) { c.Name = "MARIA ESPERANZA DE LOS SANTOS OF QUANZHOU" }), 8},
		{"name with leading and full-width blanks",
			virtual.New(named(" 　林　小满"), virtual.V2),
			with(func(c *card.Card) { c.Name = "林　小满" }), 7},
		{"user-defined character",
			virtual.New(named("林\ue0a5满"), virtual.V2),
			with(func(c *card.Card) { c.Name = "林\ue0a5满" }), 7},
		{"character of GB18030 only",
			virtual.New(named("林𠮷满"), virtual.V2),
			with(func(c *card.Card) { c.Name = "林𠮷满" }), 7},

		{"no identity number",
			virtual.New(holder, virtual.V2, virtual.Record(0x08, nil)),
			with(func(c *card.Card) { c.IDNumber, c.IDNumberValid = "", false }), 7},
		{"wrong check digit",
			virtual.New(holder, virtual.V2, virtual.Record(0x08, []byte("350582197206300611"))),
			with(func(c *card.Card) { c.IDNumber, c.IDNumberValid = "350582197206300611", false }), 7},
		{"lower-case x",
			virtual.New(holder, virtual.V2, virtual.Record(0x08, []byte("35058219720630061x"))),
			whole, 7},
		{"lower-case x, wrong check digit",
			virtual.New(holder, virtual.V2, virtual.Record(0x08, []byte("35058219720630062x"))),
			with(func(c *card.Card) { c.IDNumber, c.IDNumberValid = "35058219720630062x", false }), 7},
		{"old identity number",
			virtual.New(holder, virtual.V2, virtual.Record(0x08, []byte("350582720630061\x00\x00\x00"))),
			with(func(c *card.Card) { c.IDNumber, c.IDNumberValid = "350582720630061", false }), 7},
		{"no identification code",
			virtual.New(holder, virtual.V2, virtual.Record(0x01, make([]byte, 16))),
			with(func(c *card.Card) { c.IdentificationCode = "" }), 7},
		{"identification code that ends like fill",
			virtual.New(holder, virtual.V2, virtual.Record(0x01, []byte("0123456789ABCD \x00"))),
			with(func(c *card.Card) { c.IdentificationCode = "30313233343536373839414243442000" }), 7},
		{"no card number",
			virtual.New(holder, virtual.V2, virtual.Record(0x07, nil)),
			with(func(c *card.Card) { c.Number = "" }), 7},
		{"only a name and a card number",
			virtual.New(virtual.Holder{Name: "林小满", Number: "D12345678"}, virtual.V2),
			card.Card{Name: "林小满", Number: "D12345678"}, 7},
		{"only a name and an identity number",
			virtual.New(virtual.Holder{Name: "林小满", IDNumber: whole.IDNumber}, virtual.V2),
			card.Card{Name: "林小满", IDNumber: whole.IDNumber, IDNumberValid: true}, 7},
		{"name of a user-defined character only",
			virtual.New(named("\ue0a5"), virtual.V2),
			with(func(c *card.Card) { c.Name = "\ue0a5" }), 7},
		{"shorter record than usual",
			virtual.New(holder, virtual.V2, virtual.Record(0x09, []byte("\xC1\xD6"))),
			with(func(c *card.Card) { c.Name = "林" }), 8},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := card.Read(t.Context(), watched{t, tt.card})
			if err != nil {
				t.Fatal(err)
			}
			if *got != tt.want {
				t.Errorf("Read = %#v, want %#v", *got, tt.want)
			}
			if n := tt.card.APDUs(); n != tt.apdus {
				t.Errorf("%d APDUs, want %d", n, tt.apdus)
			}
		})
	}
}

// watched is a way to the card that lets through only what reads, so that
// nothing this package does can ever count down a PIN.
type watched struct {
	t    fataler
	card card.Transport
}

type fataler interface{ Fatalf(string, ...any) }

func (w watched) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	if len(command) < 5 || command[0] != 0x00 ||
		command[1] != 0xA4 && command[1] != 0xB2 && command[1] != 0xC0 {
		w.t.Fatalf("command % X", command)
	}
	return w.card.Transmit(ctx, command)
}

// tampered is a way to the card on which responses change.
type tampered struct {
	card   card.Transport
	change func(command, response []byte) []byte
}

func (x tampered) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	response, err := x.card.Transmit(ctx, command)
	if err != nil {
		return nil, err
	}
	return x.change(command, response), nil
}

// answering changes the response to READ RECORD of one tag, of a card that knows
// records by tag only.
func answering(tag byte, response string) tampered {
	return tampered{virtual.New(holder, virtual.V2, virtual.ByTag(0x6A86)), func(command, real []byte) []byte {
		if command[1] == 0xB2 && command[2] == tag {
			return []byte(response)
		}
		return real
	}}
}

func TestReadTakesVariedAnswers(t *testing.T) {
	name := "\x09\x1E\xC1\xD6\xD0\xA1\xC2\xFA" + strings.Repeat("\x00", 24)
	tests := map[string]struct {
		from card.Transport
		want card.Card
	}{
		"fill behind the value":   {answering(0x07, "\x07\x09D12345678\xFF\x00 \x90\x00"), whole},
		"short value and fill":    {answering(0x07, "\x07\x04D123\x00\x00\x00\x00\x00\x90\x00"), with(func(c *card.Card) { c.Number = "D123" })},
		"end of record warning":   {answering(0x07, "\x07\x04D123\x62\x82"), with(func(c *card.Card) { c.Number = "D123" })},
		"empty value":             {answering(0x07, "\x07\x00\x90\x00"), with(func(c *card.Card) { c.Number = "" })},
		"name in its usual shape": {answering(0x09, name+"\x90\x00"), whole},
	}
	for what, tt := range tests {
		got, err := card.Read(t.Context(), tt.from)
		if err != nil || *got != tt.want {
			t.Errorf("%s: Read = %v, %v, want %v", what, got, err, tt.want)
		}
	}
}

// TestSelectFallsBack checks how often files are selected, by P1 of 02 and 00.
func TestSelectFallsBack(t *testing.T) {
	tests := []struct {
		name     string
		refused  map[string]string // P1 and file to status
		want     string
		complete bool
	}{
		{"P1=02", nil, "02EF05 02EF06", true},
		{"P1=00 after 6A86", map[string]string{"02EF05": "\x6A\x86"}, "02EF05 00EF05 00EF06", true},
		{"P1=00 after 6A82", map[string]string{"02EF05": "\x6A\x82"}, "02EF05 00EF05 00EF06", true},
		{"P1=00 after 6B00", map[string]string{"02EF05": "\x6B\x00"}, "02EF05 00EF05 00EF06", true},
		{"P1=00 for the second file", map[string]string{"02EF06": "\x6A\x81"}, "02EF05 02EF06 00EF06", true},
		{"P1=02 again", map[string]string{"02EF05": "\x6A\x86", "00EF06": "\x6A\x82"}, "02EF05 00EF05 00EF06 02EF06", true},
		{"no SELECT", map[string]string{"02EF05": "\x6A\x86", "00EF05": "\x6A\x86"}, "02EF05 00EF05", true},
		{"once more after the master file", map[string]string{"02EF05": "\x69\x85"}, "02EF05 003F00 02EF05", false},
		{"refused for good", map[string]string{"02EF05": "\x65\x81"}, "02EF05", false},
	}
	for _, tt := range tests {
		var selected []string
		_, err := card.Read(t.Context(), tampered{virtual.New(holder, virtual.V2), func(command, response []byte) []byte {
			if command[1] != 0xA4 || command[2] == 0x04 {
				return response
			}
			file := fmt.Sprintf("%02X%X", command[2], command[5:])
			selected = append(selected, file)
			if status, refused := tt.refused[file]; refused {
				return []byte(status)
			}
			return response
		}})
		if got := strings.Join(selected, " "); got != tt.want || (err == nil) != tt.complete {
			t.Errorf("%s: selected %s, want %s; %v", tt.name, got, tt.want, err)
		}
	}
}

// TestReadFetchesInParts reads from the most roundabout card there is: it wants
// another Le for READ RECORD, has the record fetched in two parts, and wants
// another Le for the first.
func TestReadFetchesInParts(t *testing.T) {
	x := &inParts{card: virtual.New(holder, virtual.V2)}
	got, err := card.Read(t.Context(), x)
	if err != nil || *got != whole {
		t.Errorf("Read = %v, %v", got, err)
	}
}

type inParts struct {
	card *virtual.Card
	data []byte
}

func (x *inParts) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	le := int(command[len(command)-1])
	switch {
	case command[1] == 0xB2 && le != 0xFE:
		response, err := x.card.Transmit(ctx, command)
		x.data = response[:len(response)-2]
		return []byte{0x6C, 0xFE}, err
	case command[1] == 0xB2:
		return []byte{0x61, 0xFF}, nil
	case command[1] == 0xC0 && le == 0xFF:
		return []byte{0x6C, 3}, nil
	case command[1] == 0xC0 && le <= len(x.data):
		part := append([]byte{}, x.data[:le]...)
		if x.data = x.data[le:]; len(x.data) > 0 {
			return append(part, 0x61, byte(len(x.data))), nil
		}
		return append(part, 0x90, 0x00), nil
	case command[1] == 0xC0:
		return nil, fmt.Errorf("Le %d", le)
	}
	return x.card.Transmit(ctx, command)
}

func BenchmarkRead(b *testing.B) {
	c := virtual.New(holder, virtual.V2)
	for b.Loop() {
		c.Reset()
		if _, err := card.Read(b.Context(), c); err != nil {
			b.Fatal(err)
		}
	}
}
