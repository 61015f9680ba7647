package journal

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestRowMasks(t *testing.T) {
	k := testKeys(t)
	e := Entry{
		Time: time.UnixMilli(1700000000123), Duration: 1234567 * time.Microsecond,
		Institution: "H35000000001", RequestID: "r-1", Terminal: "收费窗口3", Operator: "350102199001011238",
		Function: "N04.00.00.01", Certificate: "01",
		Code: "3500001234567890123456350102", Name: "林测试", IDNumber: "350102199001011238",
		Token: "350000ec7ed79i1c4n0a83460a0000d425f060", Result: "40004",
		Message: "林测试(350102199001011238)的码3500001234567890123456350102已过期[8ac6008e]",
	}
	row, err := k.row(&e, time.Now(), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		column    string
		got, want any
	}{
		{"time", row.Time.UnixMilli(), int64(1700000000123)},
		{"duration", row.Duration.Milliseconds(), int64(1234)},
		{"answered", row.Answered(), false},
		{"institution", row.Institution, "H35000000001"},
		{"request id", row.RequestID, "r-1"},
		{"terminal", row.Terminal, "收费窗口3"},
		{"operator", row.Operator, "350102**********38"},
		{"function", row.Function, "N04.00.00.01"},
		{"certificate", row.Certificate, "01"},
		{"code", row.Code, "350000********************02"},
		{"name", row.Name, "林**"},
		{"id number", row.IDNumber, "350102**********38"},
		{"token", row.Token, "350000******************************60"},
		{"result", row.Result, "40004"},
		{"message", row.Message, "林**(350102**********38)的码350000********************02已过期[8ac6008e]"},
	} {
		if c.got != c.want {
			t.Errorf("%s = %v, want %v", c.column, c.got, c.want)
		}
	}
	for _, c := range []struct {
		column    string
		got, want []byte
	}{
		{"code hash", row.CodeHash, k.hash(codeKind, e.Code)},
		{"name hash", row.NameHash, k.hash(nameKind, e.Name)},
		{"id number hash", row.IDNumberHash, k.hash(idNumberKind, e.IDNumber)},
		{"token hash", row.TokenHash, k.hash(tokenKind, e.Token)},
	} {
		if !bytes.Equal(c.got, c.want) {
			t.Errorf("%s = %x, want %x", c.column, c.got, c.want)
		}
	}
	if row.Sealed != nil {
		t.Error("an entry without an answer has a sealed one")
	}
}

func TestRowRefusesBadKeys(t *testing.T) {
	long := strings.Repeat("x", MaxKey+1)
	for _, c := range [][2]string{{"", "r"}, {"H1", ""}, {long, "r"}, {"H1", long}, {"H\x00", "r"}, {"H1", "r\x00"}} {
		if _, err := testKeys(t).row(&Entry{Institution: c[0], RequestID: c[1]}, time.Now(), 0); err == nil {
			t.Errorf("%q was accepted", c)
		}
	}
}

// Whatever the fields hold, a row is bounded and shows no personal value.
func TestRowIsBoundedAndShowsNothing(t *testing.T) {
	k := testKeys(t)
	digits := rapid.StringMatching(`[0-9]{17}[0-9X]`)
	name := rapid.StringMatching(`[\p{Han}]{2,20}`)
	junk := rapid.String()
	rapid.Check(t, func(t *rapid.T) {
		e := Entry{
			Institution: "H1", RequestID: "r", Terminal: junk.Draw(t, "terminal"),
			Code: digits.Draw(t, "code"), IDNumber: digits.Draw(t, "id number"), Token: digits.Draw(t, "token"),
			Name: name.Draw(t, "name"), Result: "0", Answer: []byte("x"),
		}
		e.Message = strings.Repeat(junk.Draw(t, "before"), rapid.IntRange(0, 300).Draw(t, "times")) +
			e.Name + e.Code + " " + e.IDNumber + e.Token + junk.Draw(t, "after")
		row, err := k.row(&e, time.Now(), time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range []string{row.Institution, row.RequestID, row.Terminal, row.Operator, row.Function, row.Certificate,
			row.Code, row.Name, row.IDNumber, row.Token, row.Result, row.Message} {
			if len(s) > MaxMessage || s != row.Message && len(s) > MaxField || !utf8.ValidString(s) || strings.Contains(s, "\x00") {
				t.Fatalf("%q", s)
			}
			for _, secret := range []string{e.Code, e.IDNumber, e.Token, e.Name} {
				if strings.Contains(s, secret) {
					t.Fatalf("%q shows %q", s, secret)
				}
			}
		}
	})
}

func TestClip(t *testing.T) {
	for _, c := range []struct {
		in   string
		n    int
		want string
	}{
		{"abc", 3, "abc"}, {"abcd", 3, "abc"}, {"医保", 5, "医"}, {"医保", 2, ""}, {"a\x00b", 9, "ab"}, {"", 0, ""},
		{"\x80\x80\x80", 2, ""},
	} {
		if got := clip(c.in, c.n); got != c.want {
			t.Errorf("clip(%q, %d) = %q, want %q", c.in, c.n, got, c.want)
		}
	}
}
