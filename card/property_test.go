package card_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"mps/card"
	"mps/card/virtual"
	"mps/gbk"
	"mps/identity"
)

// Characters of names: common ones, those of GB18030 only (four bytes), those
// of the user-defined areas, and letters.
var nameRune = rapid.OneOf(
	rapid.RuneFrom([]rune("王李张刘陈杨黄林·阿卜杜拉A'-")),
	rapid.Int32Range(0x4E00, 0x9FA5),
	rapid.Int32Range(0x3400, 0x4DB5),
	rapid.Int32Range(0x20000, 0x2A6D6),
	rapid.Int32Range(0xE000, 0xE765),
)

// drawName draws a name of up to 25 characters and size bytes, without blanks
// at its ends or two in a row, which no card can tell from padding.
func drawName(t *rapid.T, size int) string {
	var name strings.Builder
	blank := true
	for range rapid.IntRange(0, 25).Draw(t, "length") {
		r := nameRune.Draw(t, "character")
		if !blank && rapid.IntRange(0, 7).Draw(t, "blank") == 0 {
			r = ' '
		}
		n := len(gbk.Append(nil, string(r), gbk.GB18030))
		if n > size {
			break
		}
		size -= n
		name.WriteRune(r)
		blank = r == ' '
	}
	return strings.TrimSuffix(name.String(), " ")
}

// drawHabits draws one habit for each step of a read.
func drawHabits(t *rapid.T) []virtual.Option {
	none := func(*virtual.Card) {}
	refusal := func(refusals ...uint16) uint16 { return rapid.SampledFrom(refusals).Draw(t, "refusal") }
	var habits []virtual.Option
	for _, step := range []struct {
		name   string
		habits []func() virtual.Option
	}{
		{"beginning", []func() virtual.Option{
			virtual.T0,
			virtual.FetchReads,
			virtual.MasterFirst,
			func() virtual.Option {
				return virtual.InsistOnFetch(refusal(0x6981, 0x6985, 0x6986, 0x6A82, 0x6D00, 0x6F00))
			},
			func() virtual.Option { return virtual.Confused(refusal(0x6985, 0x6A82, 0x6F00)) },
		}},
		{"length in SELECT", []func() virtual.Option{virtual.SelectWantsLe}},
		{"file", []func() virtual.Option{
			func() virtual.Option { return virtual.SelectP1(0x00) },
			func() virtual.Option { return virtual.SelectP1(0x02) },
			func() virtual.Option {
				return virtual.ShortOnly(refusal(0x6700, 0x6981, 0x6986, 0x6A81, 0x6A82, 0x6A86, 0x6B00))
			},
		}},
		{"record", []func() virtual.Option{
			func() virtual.Option { return virtual.ByTag(refusal(0x6A81, 0x6A86)) },
			func() virtual.Option { return virtual.ByNumber(refusal(0x6981, 0x6A81, 0x6A83, 0x6A86, 0x6B00)) },
			virtual.TagIsNumber,
		}},
		{"length in READ RECORD", []func() virtual.Option{virtual.ReadWantsAll}},
		{"what is missing", []func() virtual.Option{
			func() virtual.Option { return virtual.Missing(refusal(0x6A82, 0x6A83, 0x6A86, 0x6A88)) },
		}},
	} {
		habit := rapid.SampledFrom(append(step.habits, func() virtual.Option { return none })).Draw(t, step.name)
		habits = append(habits, habit())
	}
	return habits
}

func TestReadReturnsWhatIsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom([]virtual.Kind{virtual.V1, virtual.V2}).Draw(t, "kind")
		size := map[virtual.Kind]int{virtual.V1: 30, virtual.V2: 50}[kind]
		h := virtual.Holder{
			IDNumber:           rapid.StringMatching(`(35[0-9]{15}[0-9X])?`).Draw(t, "identity number"),
			Name:               drawName(t, size),
			Number:             rapid.StringMatching(`[A-Z0-9]{0,9}`).Draw(t, "number"),
			IdentificationCode: rapid.StringMatching(`(35[0-9]{4}D15600000[0-9A-F]{17})?`).Draw(t, "code"),
		}
		options := append(drawHabits(t), virtual.Padding(rapid.SampledFrom([]virtual.Pad{
			virtual.PadZero, virtual.PadBlank, virtual.PadOnes, virtual.PadWide,
		}).Draw(t, "padding")))
		want := card.Card{
			IDNumber: h.IDNumber, Number: h.Number, Name: h.Name, IdentificationCode: h.IdentificationCode,
			IDNumberValid: identity.ValidNumber(h.IDNumber),
		}

		c := virtual.New(h, kind, options...)
		got, err := card.FromReader(watchedReader{t, &virtual.Reader{Card: c}}).Read(context.Background())
		if h.Name == "" || h.IDNumber+h.Number == "" {
			if !errors.Is(err, card.ErrBlank) && !errors.Is(err, card.ErrIncomplete) {
				t.Fatalf("Read = %v, %v of a card of nobody", got, err)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if *got != want {
			t.Fatalf("Read = %#v, want %#v", *got, want)
		}
		if n := c.TriesLeft(); n != 3 {
			t.Fatalf("%d tries of the PIN left", n)
		}
	})
}
