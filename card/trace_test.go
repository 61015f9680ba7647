package card_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"

	"mps/card"
	"mps/card/virtual"
)

func TestTrace(t *testing.T) {
	tests := []struct {
		name string
		card card.Transport
		want string
	}{
		{"version 2.0", virtual.New(holder, virtual.V2), `
> 00 A4 04 00 0F 73 78 31 2E 73 68 2E C9 E7 BB E1 B1 A3 D5 CF
< 6F 16 84 0F 73 78 31 2E 73 68 2E C9 E7 BB E1 B1 A3 D5 CF A5 03 88 01 1E 90 00
> 00 A4 02 00 02 EF 05
< 6F 0A 82 01 05 83 02 EF 05 88 01 28 90 00
> 00 B2 01 00 12
< 01 10 ** ** ** ** ** ** ** ** ** ** ** ** ** ** ** ** 90 00
> 00 B2 07 00 0B
< 07 09 ** ** ** ** ** ** ** ** ** 90 00
> 00 A4 02 00 02 EF 06
< 6F 0A 82 01 05 83 02 EF 06 88 01 30 90 00
> 00 B2 08 00 14
< 08 12 ** ** ** ** ** ** ** ** ** ** ** ** ** ** ** ** ** ** 90 00
> 00 B2 09 00 20
< 09 1E ** ** ** ** ** ** ** ** ** ** ** ** ** ** ** ** ** ** ** ** ** ** ** ** ** ** ** ** ** ** 90 00
`},
		{"version 3.0, T=0", virtual.New(holder, virtual.V3, virtual.FetchReads(), virtual.Record(0x07, nil)), `
> 00 A4 04 00 0F 73 78 31 2E 73 68 2E C9 E7 BB E1 B1 A3 D5 CF
< 61 18
> 00 A4 02 00 02 EF 05
< 61 0C
> 00 B2 01 00 12
< 61 12
> 00 C0 00 00 12
< 01 10 ** ** ** ** ** ** ** ** ** ** ** ** ** ** ** ** 90 00
> 00 B2 07 00 0B
< 6A 83
> 00 A4 02 00 02 EF 06
< 61 0C
> 00 B2 08 00 14
< 69 82
> 00 A4 02 00 02 EF 05
< 61 0C
> 00 B2 03 00 06
< 61 06
> 00 C0 00 00 06
< 03 04 33 2E 30 30 90 00
`},
		{"pulled out", virtual.New(holder, virtual.V2, virtual.PullOutAfter(1)), `
> 00 A4 04 00 0F 73 78 31 2E 73 68 2E C9 E7 BB E1 B1 A3 D5 CF
< 6F 16 84 0F 73 78 31 2E 73 68 2E C9 E7 BB E1 B1 A3 D5 CF A5 03 88 01 1E 90 00
> 00 A4 02 00 02 EF 05
! card: card was removed
`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var trace strings.Builder
			_, _ = card.Read(t.Context(), card.Trace(tt.card, &trace))
			if got := "\n" + trace.String(); got != tt.want {
				t.Errorf("trace\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

// TestTraceMasks gives odd commands and responses to a trace.
func TestTraceMasks(t *testing.T) {
	tests := []struct{ command, response, want string }{
		{"00200001 03 313233", "63C2", "> 00 20 00 01 03 ** ** **\n< 63 C2\n"},
		{"00B0000004", "333530359000", "> 00 B0 00 00 04\n< ** ** ** ** 90 00\n"},
		{"00B2083414", "333530359000", "> 00 B2 08 34 14\n< ** ** ** ** 90 00\n"}, // no tag in front
		{"00B2010414", "0812333530359000", "> 00 B2 01 04 14\n< 08 12 ** ** ** ** 90 00\n"},
		{"00B2013414", "303530359000", "> 00 B2 01 34 14\n< ** ** ** ** 90 00\n"},
		{"00B2023420", "C1D6D0A19000", "> 00 B2 02 34 20\n< ** ** ** ** 90 00\n"},
		{"00B2030406", "0304332E30309000", "> 00 B2 03 04 06\n< 03 04 33 2E 30 30 90 00\n"},
		{"00B2030006", "030A33352E9000", "> 00 B2 03 00 06\n< 03 0A ** ** ** 90 00\n"},
		{"00B2080014", "089000", "> 00 B2 08 00 14\n< ** 90 00\n"},
		{"00C0000004", "333530359000", "> 00 C0 00 00 04\n< ** ** ** ** 90 00\n"},
		{"00", "90", "> 00\n< **\n"},
		{"", "", "> \n< \n"},
	}
	for _, tt := range tests {
		var trace strings.Builder
		response := dehex(t, tt.response)
		got, err := card.Trace(transport(func(context.Context, []byte) ([]byte, error) {
			return response, nil
		}), &trace).Transmit(t.Context(), dehex(t, tt.command))
		if err != nil || !bytes.Equal(got, response) {
			t.Errorf("%s: % X, %v", tt.command, got, err)
		}
		if trace.String() != tt.want {
			t.Errorf("%s: trace %q, want %q", tt.command, trace.String(), tt.want)
		}
	}
}

// TestTraceKeepsSecrets looks for the holder in the traces of every kind of card.
func TestTraceKeepsSecrets(t *testing.T) {
	for _, kind := range []virtual.Kind{virtual.V1, virtual.V2, virtual.V3} {
		for _, options := range [][]virtual.Option{nil, {virtual.T0()}, {virtual.FetchReads()},
			{virtual.ByNumber(0x6A86)}, {virtual.ByNumber(0x6A86), virtual.ShortOnly(0x6A82)}, {virtual.TagIsNumber()}} {
			var trace bytes.Buffer
			_, _ = card.Read(t.Context(), card.Trace(virtual.New(holder, kind, options...), &trace))
			for _, secret := range []string{holder.IDNumber, holder.Number, "\xC1\xD6", "\x35\x00\x00\xD1\x56"} {
				if strings.Contains(trace.String(), fmt.Sprintf("% X", secret)) {
					t.Errorf("the trace shows %q:\n%s", secret, trace.String())
				}
			}
		}
	}
	var trace bytes.Buffer
	gone := errors.New("gone")
	if _, err := card.Trace(broken{gone}, &trace).Transmit(t.Context(), nil); err != gone {
		t.Errorf("Trace turned the error into %v", err)
	}
}

func dehex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}
