package voucher

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
)

func TestCentreErrorIsTheSpecificationsText(t *testing.T) {
	// The message of the specification's error sample (2.4), whole.
	const want = "电子凭证解析错误[code=40004,msg=结算支付码已过期，请重新获取[8ac6008e81d81271018381d21f2b4097]]{SERVER}"
	a, err := ParseAnswer([]byte(`{"code":40004,"data":null,"message":"结算支付码已过期，请重新获取[8ac6008e81d81271018381d21f2b4097]"}`))
	if err != nil {
		t.Fatal(err)
	}
	if got := a.Err().Error(); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	if e, ok := errors.AsType[*CentreError](a.Err()); !ok || e.Code != "40004" {
		t.Errorf("%#v", a.Err())
	}
}

func TestError(t *testing.T) {
	tests := []struct {
		err  *Error
		want string
	}{
		{&Error{Text: "失败！"}, "失败！"},
		{&Error{Text: "失败！", Server: true}, "失败！{SERVER}"},
		{failure(ErrTimeout, os.ErrDeadlineExceeded, "等待%s", "中心"), "等待中心"},
	}
	for _, test := range tests {
		if got := test.err.Error(); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
	err := error(tests[2].err)
	if !errors.Is(err, ErrTimeout) || !errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, ErrMalformed) {
		t.Errorf("wraps %v", errors.Unwrap(err))
	}
}

func TestCodes(t *testing.T) {
	ctx := t.Context()
	const code = "9000000000000000000001350200"
	if got, err := FixedCode(code).Code(ctx); got != code || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := FixedCode("").Code(ctx); !errors.Is(err, ErrCode) {
		t.Errorf("empty source: %v", err)
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := FixedCode(code).Code(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("ended: %v", err)
	}

	good := []string{code, "https://mp.example/x?a=1", "!", strings.Repeat("~", 512)}
	for _, s := range good {
		if err := CheckCode(nil, s); err != nil {
			t.Errorf("%q: %v", s, err)
		}
	}
	bad := []string{"", " ", code + "\n", "\x00", "医保码", strings.Repeat("1", 513), "1 2"}
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

func TestNewRequestID(t *testing.T) {
	a, b := NewRequestID(), NewRequestID()
	if len(a) != 32 || strings.Trim(a, "0123456789abcdef") != "" || a == b {
		t.Errorf("%q, %q", a, b)
	}
}
