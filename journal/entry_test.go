package journal

import (
	"bytes"
	"fmt"
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
	want := map[string]any{
		"time": int64(1700000000123), "duration_ms": int64(1234), "answered": false,
		"terminal": "收费窗口3", "operator": "350102**********38",
		"code": "350000********************02", "name": "林**", "id_number": "350102**********38",
		"token":   "350000******************************60",
		"message": "林**(350102**********38)的码350000********************02已过期[8ac6008e]",
	}
	if len(row.entry) != len(columns) {
		t.Fatalf("%d values for %d columns", len(row.entry), len(columns))
	}
	for i, column := range columns {
		if v, ok := want[column]; ok && row.entry[i] != v {
			t.Errorf("%s = %v, want %v", column, row.entry[i], v)
		}
	}
	if row.sealed != nil {
		t.Error("an entry without an answer has a sealed one")
	}
}

func TestRowRefusesBadKeys(t *testing.T) {
	long := strings.Repeat("x", maxKey+1)
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
		for i, v := range row.entry {
			s, ok := v.(string)
			if !ok {
				continue
			}
			if len(s) > maxMessage || !utf8.ValidString(s) || strings.Contains(s, "\x00") {
				t.Fatalf("%s = %q", columns[i], s)
			}
			for _, secret := range []string{e.Code, e.IDNumber, e.Token, e.Name} {
				if strings.Contains(s, secret) {
					t.Fatalf("%s = %q shows %q", columns[i], s, secret)
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

func TestTextsShowNoPerson(t *testing.T) {
	j := newJournal(t, openDB(t), Options{})
	e := benchEntry("r-1")
	if err := j.Record(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	err := j.Record(t.Context(), e)
	for _, secret := range []string{e.Code, e.IDNumber, e.Token, e.Name} {
		for _, text := range []string{fmt.Sprint(err), fmt.Sprint(e), fmt.Sprintf("%+v", &e)} {
			if strings.Contains(text, secret) {
				t.Errorf("%q shows %q", text, secret)
			}
		}
	}
	if bytes.Contains([]byte(fmt.Sprintf("%+v", j.keys)), bytes.Repeat([]byte("7 "), 16)) {
		t.Error("formatted keys show the master key")
	}
}
