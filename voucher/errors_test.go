package voucher

import (
	"errors"
	"strings"
	"testing"

	"mps/failure"
)

func TestRefusalIsTheSpecificationsText(t *testing.T) {
	// The message of the specification's error sample (2.4), whole.
	const want = "电子凭证解析错误[code=40004,msg=结算支付码已过期，请重新获取[8ac6008e81d81271018381d21f2b4097]]{SERVER}"
	a, err := ParseAnswer([]byte(`{"code":40004,"data":null,"message":"结算支付码已过期，请重新获取[8ac6008e81d81271018381d21f2b4097]"}`))
	if err != nil {
		t.Fatal(err)
	}
	if got := a.Err().Error(); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	if f, ok := errors.AsType[failure.Failure](a.Err()); !ok || f.Code() != "voucher_refused" {
		t.Errorf("%#v", a.Err())
	}
	// Whatever the centre writes is passed on as it came.
	a = &Answer{Code: "%d", Message: "%s\x00{}"}
	if got := a.Err().Error(); got != "电子凭证解析错误[code=%d,msg=%s\x00{}]{SERVER}" {
		t.Errorf("%q", got)
	}
}

func TestCodes(t *testing.T) {
	const code = "9000000000000000000001350200"
	good := []string{code, "https://mp.example/x?a=1", "!", strings.Repeat("~", MaxCode)}
	for _, s := range good {
		if err := CheckCode(nil, s); err != nil {
			t.Errorf("%q: %v", s, err)
		}
	}
	bad := []string{"", " ", code + "\n", "\x00", "医保码", strings.Repeat("1", MaxCode+1), "1 2"}
	for _, s := range bad {
		err := CheckCode(nil, s)
		if !errors.Is(err, ErrCode) {
			t.Errorf("%q: %v", s, err)
			continue
		}
		if strings.TrimSpace(s) != "" && strings.Contains(err.Error(), s) {
			t.Errorf("%q is in the error text", s)
		}
	}
}
