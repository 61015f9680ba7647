package voucher

import (
	"cmp"
	"errors"
	"strings"
	"testing"

	"mps/failure"
)

// A success of the centre is one only when it names a patient, whatever "data" is
// instead.
func TestASuccessNamesAPatient(t *testing.T) {
	const whole = `"userName":"林测试","idNo":"350102199001010015","ecToken":"350000ec"`
	quoted := func(object string) string { return `"` + strings.ReplaceAll(object, `"`, `\"`) + `"` }
	for _, tt := range []struct {
		name, data string // of "data"; "" leaves it out
		code       string // of the failure; "" is a patient
	}{
		{"object", "{" + whole + "}", ""},
		{"string that holds a holder", quoted("{" + whole + "}"), ""},
		{"no name", `{"idNo":"350102199001010015","ecToken":"350000ec"}`, ""},
		{"no identity number", `{"userName":"林测试","ecToken":"350000ec"}`, ""},
		{"identity number as aac002 only", `{"aac002":"350102199001010015","ecToken":"350000ec"}`, ""},
		{"identity number as aac002 beside a blank idNo", `{"aac002":"350102199001010015","idNo":" ","ecToken":"350000ec"}`, ""},
		{"name of a user-defined character", `{"userName":"\ue0a5","ecToken":"350000ec"}`, ""},

		{"missing", "", "voucher_no_holder"},
		{"null", "null", "voucher_no_holder"},
		{"empty string", `""`, "voucher_no_holder"},
		{"blank string", `" "`, "voucher_no_holder"},
		{"empty object", "{}", "voucher_no_holder"},
		{"empty array", "[]", "voucher_no_holder"},
		{"array of a holder", "[{" + whole + "}]", "voucher_no_holder"},
		{"number", "1", "voucher_no_holder"},
		{"true", "true", "voucher_no_holder"},
		{"string that holds {}", `"{}"`, "voucher_no_holder"},
		{"string that holds null", `"null"`, "voucher_no_holder"},
		{"string that holds half a holder", quoted("{" + whole), "voucher_no_holder"},
		{"other members", `{"username":"林测试","ectoken":"350000ec"}`, "voucher_no_holder"},
		{"members null", `{"userName":null,"idNo":null,"ecToken":null}`, "voucher_no_holder"},
		{"blanks", `{"userName":"　 ","idNo":"  ","aac002":"\t","ecToken":"\u00a0"}`, "voucher_no_holder"},
		{"characters without a shape", `{"userName":"\u200b","idNo":"\u0000","ecToken":"\ufeff"}`, "voucher_no_holder"},

		{"no token", `{"userName":"林测试","idNo":"350102199001010015"}`, "voucher_no_token"},
		{"blank token", `{"userName":"林测试","idNo":"350102199001010015","ecToken":" "}`, "voucher_no_token"},
		{"token of another type", `{"userName":"林测试","ecToken":{"a":1}}`, "voucher_no_token"},
		{"only a token", `{"ecToken":"350000ec"}`, "voucher_no_person"},
		{"only a token in a string", `"{\"ecToken\":\"350000ec\"}"`, "voucher_no_person"},
		{"token of blanks' holder", `{"userName":" ","idNo":"　","ecToken":"350000ec"}`, "voucher_no_person"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, code := range []string{`"0"`, "0"} {
				text := `{"code":` + code + `,"message":"success"}`
				if tt.data != "" {
					text = `{"code":` + code + `,"data":` + tt.data + `,"message":"success"}`
				}
				a, err := ParseAnswer([]byte(text))
				if err != nil || string(a.JSON) != text {
					t.Fatalf("%+v, %v", a, err)
				}
				err = a.Err()
				if tt.code == "" {
					if err != nil {
						t.Errorf("%s: %v", text, err)
					}
					continue
				}
				f, ok := errors.AsType[failure.Failure](err)
				if !ok || f.Code() != tt.code || f.Next() == "" || !errors.Is(err, ErrMalformed) {
					t.Fatalf("%s: %v, want %s", text, err, tt.code)
				}
				if s := err.Error(); !strings.HasPrefix(s, "电子凭证中心的应答中没有") || !strings.HasSuffix(s, "！") || strings.Contains(s, "林") {
					t.Errorf("%s: %s", text, s)
				}
			}
			// What goes with a refusal is the centre's business.
			refusal := `{"code":40004,"data":` + cmp.Or(tt.data, "null") + `,"message":"结算支付码已过期"}`
			if a, err := ParseAnswer([]byte(refusal)); err != nil || !errors.Is(a.Err(), refused) {
				t.Errorf("%s: %v, %v", refusal, a, err)
			}
		})
	}
}
