package card_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"mps/card"
	"mps/card/virtual"
)

// mostOfAll is how many APDUs a card may cost, whatever it answers.
const mostOfAll = 100

// TestEveryWay reads cards that know only one of the ways in which cards are read.
func TestEveryWay(t *testing.T) {
	long := strings.Repeat("满", 15)
	longer := long + "阿卜杜拉"
	type options []virtual.Option
	tests := []struct {
		name    string
		holder  virtual.Holder
		kind    virtual.Kind
		options options
		want    string // the name
		apdus   int
	}{
		{"ordinary", holder, virtual.V2, nil, "林小满", 7},
		{"P1=00", holder, virtual.V2, options{virtual.SelectP1(0)}, "林小满", 8},
		{"Le on SELECT", holder, virtual.V2, options{virtual.SelectWantsLe()}, "林小满", 9},
		{"Le on SELECT, P1=00", holder, virtual.V2, options{virtual.SelectWantsLe(), virtual.SelectP1(0)}, "林小满", 11},
		{"Le=00 on READ RECORD", holder, virtual.V2, options{virtual.ReadWantsAll()}, "林小满", 8},
		{"Le=00 on READ RECORD, T=0", holder, virtual.V2, options{virtual.ReadWantsAll(), virtual.T0()}, "林小满", 8},
		{"Le=00 everywhere, by number", holder, virtual.V2, options{virtual.SelectWantsLe(), virtual.ReadWantsAll(), virtual.ByNumber(0x6A86)}, "林小满", 12},
		{"by number after 6A86", holder, virtual.V2, options{virtual.ByNumber(0x6A86)}, "林小满", 8},
		{"by number after 6A81", holder, virtual.V2, options{virtual.ByNumber(0x6A81)}, "林小满", 8},
		{"by number after 6981", holder, virtual.V2, options{virtual.ByNumber(0x6981)}, "林小满", 8},
		{"by number after 6B00", holder, virtual.V2, options{virtual.ByNumber(0x6B00)}, "林小满", 8},
		{"by number after 6A83", holder, virtual.V2, options{virtual.ByNumber(0x6A83)}, "林小满", 9},
		{"the tag taken for a number", holder, virtual.V2, options{virtual.TagIsNumber()}, "林小满", 9},
		{"by number, shifted", holder, virtual.V2, options{virtual.ByNumber(0x6A86), virtual.Record(0x02, nil), virtual.Record(0x04, nil)}, "林小满", 17},
		{"by number, no identity number", holder, virtual.V2, options{virtual.ByNumber(0x6A86), virtual.Record(0x08, nil)}, "林小满", 22},
		{"by number, a long name", named(longer), virtual.V2, options{virtual.ByNumber(0x6A86)}, longer, 9},
		{"by number, a long name in a card without extension", named(long), virtual.V1, options{virtual.ByNumber(0x6A86)}, long, 21},
		{"short identifiers after 6A82", holder, virtual.V2, options{virtual.ShortOnly(0x6A82)}, "林小满", 7},
		{"short identifiers after 6A86", holder, virtual.V2, options{virtual.ShortOnly(0x6A86)}, "林小满", 7},
		{"short identifiers after 6700", holder, virtual.V2, options{virtual.ShortOnly(0x6700)}, "林小满", 8},
		{"short identifiers, by number", named(longer), virtual.V2, options{virtual.ShortOnly(0x6A82), virtual.ByNumber(0x6A86)}, longer, 9},
		{"no extension, 6A82", named(long), virtual.V1, options{virtual.Missing(0x6A82)}, long, 8},
		{"no extension, 6A86", named(long), virtual.V1, options{virtual.Missing(0x6A86)}, long, 8},
		{"no extension, 6A88", named(long), virtual.V1, options{virtual.Missing(0x6A88)}, long, 8},
		{"GET RESPONSE after SELECT, 6985", holder, virtual.V2, options{virtual.InsistOnFetch(0x6985)}, "林小满", 12},
		{"GET RESPONSE after SELECT, 6F00", holder, virtual.V2, options{virtual.InsistOnFetch(0x6F00)}, "林小满", 12},
		{"GET RESPONSE after SELECT, 6D00", holder, virtual.V2, options{virtual.InsistOnFetch(0x6D00)}, "林小满", 12},
		{"GET RESPONSE after SELECT, P1=00", holder, virtual.V2, options{virtual.InsistOnFetch(0x6985), virtual.SelectP1(0)}, "林小满", 13},
		{"the master file first", holder, virtual.V2, options{virtual.MasterFirst()}, "林小满", 9},
		{"confused until a reset, 6A82", holder, virtual.V2, options{virtual.Confused(0x6A82)}, "林小满", 10},
		{"confused until a reset, 6985", holder, virtual.V2, options{virtual.Confused(0x6985)}, "林小满", 10},
		{"confused until a reset, 6F00", holder, virtual.V2, options{virtual.Confused(0x6F00)}, "林小满", 10},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want := with(func(c *card.Card) { c.Name = tt.want })
			if tt.name == "by number, no identity number" {
				want.IDNumber, want.IDNumberValid = "", false
			}
			c := virtual.New(tt.holder, tt.kind, tt.options...)
			got, err := card.FromReader(watchedReader{t, &virtual.Reader{Card: c}}).Read(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if *got != want {
				t.Errorf("Read = %#v, want %#v", *got, want)
			}
			if n := c.APDUs(); n != tt.apdus {
				t.Errorf("%d APDUs, want %d", n, tt.apdus)
			}
			if n := c.TriesLeft(); n != 3 {
				t.Errorf("%d tries of the PIN left", n)
			}
		})
	}
}

// watchedReader is a slot on the way to which nothing passes but what reads.
type watchedReader struct {
	t      fataler
	reader *virtual.Reader
}

func (r watchedReader) Connect(ctx context.Context) (card.Conn, error) {
	conn, err := r.reader.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return watchedConn{watched{r.t, conn}, conn.(interface {
		card.Conn
		card.Resetter
	})}, nil
}

type watchedConn struct {
	watched
	conn interface {
		card.Conn
		card.Resetter
	}
}

func (c watchedConn) Close() error                    { return c.conn.Close() }
func (c watchedConn) Reset(ctx context.Context) error { return c.conn.Reset(ctx) }

// TestStumble has a card answer one of the APDUs of a read with a status that says
// little. The read begins anew, and what it returns is whole.
func TestStumble(t *testing.T) {
	for n := 1; n <= 7; n++ {
		for _, status := range []uint16{0x6F00, 0x6985} {
			c := virtual.New(holder, virtual.V2, virtual.Stumble(n, status))
			got, err := card.Read(t.Context(), watched{t, c})
			if err != nil || *got != whole {
				t.Errorf("%04X at APDU %d: Read = %v, %v", status, n, got, err)
			}
			if made, want := c.APDUs(), n+1+7; made != want {
				t.Errorf("%04X at APDU %d: %d APDUs, want %d", status, n, made, want)
			}
		}
	}
}

// TestResetToAnother resets a card of which something is known, and another lies there
// then.
func TestResetToAnother(t *testing.T) {
	other := virtual.Holder{IDNumber: "350203198511214024", Name: "陈晓", Number: "A00000001", IdentificationCode: "350000D15600000512345678ABCDEF02"}
	for n, known := range []bool{1: false, 2: false, 3: false, 4: true, 5: true, 6: true, 7: true} {
		if n == 0 {
			continue
		}
		// It stumbles at the n-th APDU, and again after the master file was selected.
		x := &exchanged{first: virtual.New(holder, virtual.V2, virtual.Stumble(n, 0x6F00), virtual.Stumble(n+2, 0x6F00)), second: virtual.New(other, virtual.V2)}
		got, err := card.Read(t.Context(), x)
		switch {
		case known && (!errors.Is(err, card.ErrRemoved) || got != nil):
			t.Errorf("at APDU %d: Read = %v, %v, which mixes two cards", n, got, err)
		case !known && (err != nil || got.Name != "陈晓" || got.IDNumber != other.IDNumber || got.IdentificationCode != other.IdentificationCode):
			t.Errorf("at APDU %d: Read = %v, %v", n, got, err)
		}
	}
}

// exchanged is a slot in which a reset finds another card.
type exchanged struct{ first, second *virtual.Card }

func (x *exchanged) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	return x.first.Transmit(ctx, command)
}

func (x *exchanged) Reset(context.Context) error {
	x.first = x.second
	return nil
}

// TestResetFails tells why there is no card any more after a reset, and what the card
// said where it could not be reset.
func TestResetFails(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want string
	}{
		{card.ErrRemoved, "接口SSC_SelectApp 失败:卡片已被拔出，请重新插卡，读卡完成前不要拔卡！"},
		{fmt.Errorf("shared: %w", errors.ErrUnsupported), "接口SSC_SelectApp 失败:选择社会保障应用失败，卡片返回状态码6F00，请重新插卡后重试！"},
	} {
		x := unresettable{virtual.New(holder, virtual.V2, virtual.Confused(0x6F00)), tt.err}
		if _, err := card.Read(t.Context(), x); err == nil || err.Error() != tt.want {
			t.Errorf("Reset fails with %v: %v, want %s", tt.err, err, tt.want)
		}
	}
}

type unresettable struct {
	card card.Transport
	err  error
}

func (x unresettable) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	return x.card.Transmit(ctx, command)
}
func (x unresettable) Reset(context.Context) error { return x.err }

// TestFurthest names the refusal of the attempt that got furthest: a card that knows no
// GET RESPONSE is still a social security card, of which files cannot be selected.
func TestFurthest(t *testing.T) {
	c := virtual.New(holder, virtual.V2, virtual.T0(), virtual.SelectP1(0x01), virtual.NoShort(0x6A86))
	_, err := card.Read(t.Context(), tampered{c, func(command, response []byte) []byte {
		if command[1] == 0xC0 {
			return []byte{0x6D, 0x00}
		}
		return response
	}})
	if want := "接口SSC_ReadCard 失败:选择数据文件失败，卡片返回状态码6A86，请重新插卡后重试！"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

// TestStubbornCards bounds what a card costs that answers everything with one status:
// few APDUs, and never a patient.
func TestStubbornCards(t *testing.T) {
	few := map[uint16]int{
		0x9000: 6, 0x6100: 15, 0x6282: 1, 0x6283: 1, 0x63C2: 1, 0x6581: 1, 0x6700: 2, 0x6982: 3, 0x6983: 1, 0x6985: 4, 0x6A81: 1,
		0x6A82: 4, 0x6A83: 1, 0x6A86: 1, 0x6A88: 1, 0x6B00: 1, 0x6C00: 5, 0x6D00: 1, 0x6E00: 1, 0x6F00: 4,
	}
	for status, most := range few {
		n := 0
		c, err := card.Read(t.Context(), resettable(func(context.Context, []byte) ([]byte, error) {
			n++
			return []byte{byte(status >> 8), byte(status)}, nil
		}))
		if c != nil || err == nil || n > most {
			t.Errorf("%04X: Read = %v, %v; %d APDUs, want at most %d", status, c, err, n, most)
		}
	}
}

type resettable func(ctx context.Context, command []byte) ([]byte, error)

func (f resettable) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	return f(ctx, command)
}
func (f resettable) Reset(context.Context) error { return nil }

// TestAnyHabits reads cards with any habits together. A card that can be read at all
// gives what is written on it, any other an error; none costs many APDUs or a try of
// its PIN.
func TestAnyHabits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := holder
		h.Name = drawName(t, 50)
		if h.Name == "" {
			h.Name = "林"
		}
		status := rapid.SampledFrom([]uint16{0x6700, 0x6981, 0x6985, 0x6986, 0x6A81, 0x6A82, 0x6A83, 0x6A86, 0x6A88, 0x6B00, 0x6D00, 0x6F00})
		var options []virtual.Option
		for _, o := range []struct {
			name   string
			option func() virtual.Option
		}{
			{"T=0", virtual.T0}, {"61xx", virtual.FetchReads},
			{"P1=00", func() virtual.Option { return virtual.SelectP1(0) }},
			{"Le on SELECT", virtual.SelectWantsLe}, {"Le=00", virtual.ReadWantsAll},
			{"master file", virtual.MasterFirst}, {"tag is number", virtual.TagIsNumber},
			{"by tag", func() virtual.Option { return virtual.ByTag(status.Draw(t, "by tag")) }},
			{"by number", func() virtual.Option { return virtual.ByNumber(status.Draw(t, "by number")) }},
			{"short", func() virtual.Option { return virtual.ShortOnly(status.Draw(t, "short")) }},
			{"no short", func() virtual.Option { return virtual.NoShort(status.Draw(t, "no short")) }},
			{"missing", func() virtual.Option { return virtual.Missing(status.Draw(t, "missing")) }},
			{"insists", func() virtual.Option { return virtual.InsistOnFetch(status.Draw(t, "insists")) }},
			{"confused", func() virtual.Option { return virtual.Confused(status.Draw(t, "confused")) }},
			{"stumbles", func() virtual.Option {
				// 6A8x says that there is nothing more, and would cut a long name.
				s := rapid.SampledFrom([]uint16{0x6581, 0x6700, 0x6985, 0x6D00, 0x6F00}).Draw(t, "stumbles")
				return virtual.Stumble(rapid.IntRange(1, 20).Draw(t, "at"), s)
			}},
			{"shifted", func() virtual.Option { return virtual.Record(0x02, nil) }},
		} {
			if rapid.IntRange(0, 3).Draw(t, o.name) == 0 {
				options = append(options, o.option())
			}
		}
		c := virtual.New(h, virtual.V2, options...)
		got, err := card.FromReader(watchedReader{t, &virtual.Reader{Card: c}}).Read(context.Background())
		if n := c.APDUs(); n > mostOfAll {
			t.Fatalf("%d APDUs", n)
		}
		if n := c.TriesLeft(); n != 3 {
			t.Fatalf("%d tries of the PIN left", n)
		}
		want := with(func(c *card.Card) { c.Name = h.Name })
		if err == nil && *got != want && !partOf(*got, want) {
			t.Fatalf("Read = %#v, want %#v", *got, want)
		}
	})
}

// partOf tells whether all of part is in whole, or missing.
func partOf(part, whole card.Card) bool {
	within := func(a, b string) bool { return a == "" || a == b }
	return part.Name == whole.Name && within(part.IDNumber, whole.IDNumber) && within(part.Number, whole.Number) &&
		within(part.IdentificationCode, whole.IdentificationCode)
}

// FuzzStatuses reads a card whose answers get another status, or other data, at the
// places that the input names, each with a kind and two bytes. It always ends, and
// statuses alone make nobody else of the patient.
func FuzzStatuses(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{0, 0, 0x6A, 0x82})
	f.Add([]byte{1, 0, 0x6A, 0x86, 2, 0, 0x6A, 0x86})
	f.Add([]byte{2, 0, 0x67, 0x00, 3, 0, 0x6A, 0x83, 9, 0, 0x6F, 0x00})
	f.Add([]byte{5, 1, 0x08, 0x12, 6, 2, 0, 0})
	f.Add([]byte{3, 3, 0, 0})
	f.Fuzz(func(t *testing.T, changes []byte) {
		c := virtual.New(holder, virtual.V2)
		n, forged := 0, false
		x := resettable(func(ctx context.Context, command []byte) ([]byte, error) {
			response, err := c.Transmit(ctx, command)
			if err != nil {
				return nil, err
			}
			for i := 0; i+4 <= len(changes); i += 4 {
				if int(changes[i]) != n {
					continue
				}
				switch a, b := changes[i+2], changes[i+3]; changes[i+1] % 4 {
				case 0: // a status alone
					response = []byte{a, b}
				case 1: // a record of another tag or length
					forged = true
					response = append([]byte{a, b}, bytes.Repeat([]byte{'1'}, int(b))...)
					response = append(response[:min(len(response), 256)], 0x90, 0x00)
				case 2: // no answer that is one
					response = response[:0]
				case 3: // success, and nothing there
					response = []byte{0x90, 0x00}
				}
			}
			n++
			return response, nil
		})
		got, err := card.Read(t.Context(), watched{t, x})
		if n > mostOfAll {
			t.Fatalf("%d APDUs", n)
		}
		if (got == nil) == (err == nil) {
			t.Fatalf("Read = %v, %v", got, err)
		}
		if err == nil && (got.Name == "" || got.IDNumber+got.Number == "") {
			t.Fatalf("Read = %v, which is nobody", got)
		}
		if err == nil && !forged && !partOf(*got, whole) {
			t.Fatalf("Read = %v, want %v", got, whole)
		}
	})
}
