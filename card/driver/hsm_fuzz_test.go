package driver

import (
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// What the service of a security module says, and what a library says in the first
// step, come from elsewhere: what is made of them has its form, or is an error that
// can be shown.
func FuzzHSM(f *testing.F) {
	const step1 = "350000|00814A44|03|350000D15600000512345678ABCDEF01|0011223344556677||||"
	const results = "00112233445566778899AABBCCDDEEFF|FFEEDDCCBBAA99887766554433221100|"
	f.Add(step1, "^^"+results+"^", "", "")
	f.Add(step1, `{"code":0,"a":"`+results+`"}`, "a", "code")
	f.Add("350000|||", "\xff{}", "a.0", "c")
	key := regexp.MustCompile(`^[0-9A-Fa-f]{32}\|[0-9A-Fa-f]{32}\|$`)
	f.Fuzz(func(t *testing.T, said, answer, result, code string) {
		first, err := parseFirstStep("f", said)
		if err != nil {
			return
		}
		if first.code() == "" || strings.ContainsFunc(first.fill("{code}{random1}"), unicode.IsControl) {
			t.Errorf("%+v", first)
		}
		h := HSM{Code: code, Message: "msg"}
		if result != "" {
			h.Result = []string{result}
		}
		got, refused := h.take("host", exchanged{body: []byte(answer)}, first)
		switch {
		case refused == nil && !key.MatchString(got):
			t.Errorf("%q", got)
		case refused != nil && (got != "" || !utf8.ValidString(refused.Error()) || strings.ContainsFunc(refused.Error(), unicode.IsControl) || len(refused.Error()) > 2000):
			t.Errorf("%q, %q", got, refused)
		}
	})
}
