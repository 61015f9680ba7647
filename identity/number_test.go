package identity

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

func TestValidNumber(t *testing.T) {
	tests := []struct {
		number string
		valid  bool
		why    string
	}{
		{number("35010219900307123"), true, "well formed"},
		{"11010519491231002X", true, "the example printed in GB 11643-1999"},
		{"11010519491231002x", true, "lower-case x is tolerated"},
		{"110105194912310021", false, "wrong check digit"},
		{"440524188001010014", true, "the second example printed in GB 11643-1999, born 1880"},
		{number("35010219900230123"), false, "30 February"},
		{number("35010219000229123"), false, "1900 was no leap year"},
		{number("35010220000229123"), true, "2000 was one"},
		{number("35010218491231123"), false, "born too early"},
		{number("35010221000101123"), false, "born too late"},
		{number("35010219901307123"), false, "month 13"},
		{"", false, "empty"},
		{"350102900307123", false, "15 digits, the form before 1999"},
		{"11010519491231002X0", false, "19 characters"},
		{"1101051949123100２X", false, "full-width digit"},
		{"X1010519491231002X", false, "letter in front"},
	}
	for _, tt := range tests {
		if got := ValidNumber(tt.number); got != tt.valid {
			t.Errorf("%s: ValidNumber(%q) = %v, want %v", tt.why, tt.number, got, tt.valid)
		}
	}
}

// number completes 17 digits with the check character that the definition of
// ISO 7064 MOD 11-2 yields: computed by doubling, not by the table of weights
// under test.
func number(digits string) string {
	p := 0
	for _, d := range digits {
		p = (p + int(d-'0')) * 2 % 11
	}
	return digits + string("0123456789X"[(12-p)%11])
}

func TestNormalize(t *testing.T) {
	tests := []struct{ why, number, want string }{
		{"as printed", "11010519491231002X", "11010519491231002X"},
		{"lower-case x", "11010519491231002x", "11010519491231002X"},
		{"lower-case x, wrong check character", "11010519491231003x", "11010519491231003X"},
		{"blanks around it", "  440524188001010014\t\r\n", "440524188001010014"},
		{"full-width blanks around it", "　440524188001010014　", "440524188001010014"},
		{"full-width", "１１０１０５１９４９１２３１００２Ｘ", "11010519491231002X"},
		{"full-width x", "１１０１０５１９４９１２３１００２ｘ", "11010519491231002X"},
		{"full-width in part", "1101051949123100２x", "11010519491231002X"},
		{"in groups", "110105 19491231 002x", "11010519491231002X"},
		{"in groups of full-width blanks", "110105　19491231　002X", "11010519491231002X"},
		{"in groups, wrong check character", "110105 19491231 0021", "110105 19491231 0021"},
		{"a blank where a digit was", "110105 9491231002X", "110105 9491231002X"},
		{"15 digits", " 350582720630061 ", "350582720630061"},
		{"15 digits, full-width", "３５０５８２７２０６３００６１", "350582720630061"},
		{"15 digits in groups, which nothing proves", "350582 720630 061", "350582 720630 061"},
		{"x elsewhere", "x1010519491231002x", "x1010519491231002x"},
		{"two x", "1101051949123100xx", "1101051949123100xx"},
		{"a passport", "ｘe1234567", "ｘe1234567"},
		{"no UTF-8", "\xff11", "\xff11"},
		{"blanks only", " 　\n", ""},
		{"nothing", "", ""},
	}
	for _, tt := range tests {
		if got := Normalize(tt.number); got != tt.want {
			t.Errorf("%s: Normalize(%q) = %q, want %q", tt.why, tt.number, got, tt.want)
		}
	}
}

func TestCanonical(t *testing.T) {
	for number, want := range map[string]string{
		"11010519491231002x":    "11010519491231002X",
		" 11010519491231002x\n": "11010519491231002X",
		"１１０１０５１９４９１２３１００２ｘ": "11010519491231002X",
		"110105 19491231 002x": "11010519491231002X",
		"11010519491231003x":   "11010519491231003x", // wrong check character
		"11010519491331002x":   "11010519491331002x", // no such day
		" 350582720630061 ":    " 350582720630061 ",
		"xe1234567x":           "xe1234567x",
		"":                     "",
	} {
		if got := Canonical(number); got != want {
			t.Errorf("Canonical(%q) = %q, want %q", number, got, want)
		}
	}
}

func FuzzNormalize(f *testing.F) {
	f.Add("11010519491231002x")
	f.Add(" ３５０５８２ ７２０６３０ ")
	f.Add("\xff")
	f.Fuzz(func(t *testing.T, s string) {
		n := Normalize(s)
		if again := Normalize(n); again != n {
			t.Errorf("%q becomes %q, then %q", s, n, again)
		}
		if ValidNumber(s) && !ValidNumber(n) {
			t.Errorf("%q is a number, %q is none", s, n)
		}
	})
}

func TestValidNumberDetectsEverySlip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := number(fmt.Sprintf("35%04d%04d%02d%02d%03d",
			rapid.IntRange(0, 9999).Draw(t, "region"),
			rapid.IntRange(1850, 2099).Draw(t, "year"),
			rapid.IntRange(1, 12).Draw(t, "month"),
			rapid.IntRange(1, 28).Draw(t, "day"),
			rapid.IntRange(0, 999).Draw(t, "sequence")))
		if !ValidNumber(n) {
			t.Fatalf("%s refused", n)
		}
		// MOD 11-2 detects every single wrong digit and every exchange of neighbours.
		i := rapid.IntRange(0, 16).Draw(t, "position")
		wrong := []byte(n)
		wrong[i] = '0' + (wrong[i]-'0'+byte(rapid.IntRange(1, 9).Draw(t, "slip")))%10
		if ValidNumber(string(wrong)) {
			t.Fatalf("%s accepted for %s", wrong, n)
		}
		swapped := []byte(n)
		swapped[i], swapped[i+1] = swapped[i+1], swapped[i]
		if string(swapped) != n && ValidNumber(string(swapped)) {
			t.Fatalf("%s accepted for %s", swapped, n)
		}
	})
}

func FuzzValidNumber(f *testing.F) {
	f.Add("11010519491231002X")
	f.Add("")
	f.Add("110105194912310\xff\xff")
	f.Fuzz(func(t *testing.T, s string) {
		if ValidNumber(s) && len(s) != 18 {
			t.Errorf("accepted %q", s)
		}
	})
}
