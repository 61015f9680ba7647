package main

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"mps/protocol"
)

func newExchange(t *testing.T) *exchange {
	t.Helper()
	t.Chdir("..")
	x, err := loadExchange()
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func TestContestantsGiveTheSameAnswer(t *testing.T) {
	x := newExchange(t)
	for name, contestant := range map[string]func() ([]byte, error){
		"protocol":     x.byProtocol,
		"encoding/xml": x.byEncodingXML,
	} {
		answer, err := contestant()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := x.check(answer); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCheckRefusesWhatIsNotTheSame(t *testing.T) {
	x := newExchange(t)
	for name, answer := range map[string][]byte{
		"another value":     bytes.Replace(x.answer, []byte("01101"), []byte("01102"), 1),
		"a field less":      bytes.Replace(x.answer, []byte("        <result>0</result>\n"), nil, 1),
		"UTF-8 bytes":       []byte(protocol.Text(x.answer)),
		"no indent":         bytes.ReplaceAll(x.answer, []byte("\n    <"), []byte("\n<")),
		"nothing":           nil,
		"the other message": x.request,
	} {
		if x.check(answer) == nil {
			t.Errorf("%s passed", name)
		}
	}
}

// The agent of the benchmark gives the very bytes that the echo gives.
func TestCardAnswerIsWellFormed(t *testing.T) {
	r, err := protocol.DecodeResponse(cannedAnswer)
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Value(protocol.Name); got != testCard.Name {
		t.Errorf("name is %q, want %q", got, testCard.Name)
	}
	if _, err := new(protocol.Codec).Decode(cardRequest); err != nil {
		t.Error(err)
	}
}

func TestInTurns(t *testing.T) {
	var order []string
	results := map[string][]float64{"a": {3, 1, 2}, "b": {30, 10, 20}}
	turn := func(name string) side {
		return func() (float64, error) {
			order = append(order, name)
			r := results[name][0]
			results[name] = results[name][1:]
			return r, nil
		}
	}
	medians, err := inTurns(3, turn("a"), turn("b"))
	if err != nil {
		t.Fatal(err)
	}
	if want := []float64{2, 20}; !slices.Equal(medians, want) {
		t.Errorf("medians are %v, want %v", medians, want)
	}
	if got, want := strings.Join(order, ""), "ababab"; got != want {
		t.Errorf("order is %s, want %s", got, want)
	}
}

func TestInTurnsStopsAtAnError(t *testing.T) {
	broken := errors.New("broken")
	_, err := inTurns(3, func() (float64, error) { return 0, broken })
	if !errors.Is(err, broken) {
		t.Errorf("error is %v, want %v", err, broken)
	}
}

func TestTable(t *testing.T) {
	var b strings.Builder
	err := printTable(&b, []figure{
		compared("speed", 1500, 1000, microseconds, "<= 1.00", func(ratio float64) bool { return ratio <= 1 }),
		{name: "size", ours: "20 KiB", aim: "< 64 KiB", met: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := `FIGURE   OURS     OTHER    RATIO   AIM        MET
speed    1.5 µs   1.0 µs   1.50    <= 1.00    NO
size     20 KiB   -        -       < 64 KiB   yes
`
	if b.String() != want {
		t.Errorf("got:\n%swant:\n%s", b.String(), want)
	}
}
