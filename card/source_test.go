package card

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"mps/failure"
)

type sourceFunc func(context.Context) (*Card, error)

func (f sourceFunc) Read(ctx context.Context) (*Card, error) { return f(ctx) }

func TestSources(t *testing.T) {
	good := func(name string) sourceFunc {
		return func(context.Context) (*Card, error) { return &Card{Name: name}, nil }
	}
	bad := func(text string, err error) sourceFunc {
		return func(context.Context) (*Card, error) {
			return nil, &Error{"X", failure.Terse("test", text, "").With(), fmt.Errorf("cause: %w", err)}
		}
	}
	tests := []struct {
		name    string
		sources Sources
		want    string // the card's name, or the error's text
	}{
		{"none", nil, "接口SSC_Open 失败:设备未打开！"},
		{"the first", Sources{good("甲"), good("乙")}, "甲"},
		{"no reader at the first", Sources{bad("一", ErrNoReader), good("乙")}, "乙"},
		{"the first cannot authenticate", Sources{bad("一", ErrAuthentication), good("乙")}, "乙"},
		{"no card at the first", Sources{bad("一", ErrNoCard), good("乙")}, "接口X 失败:一"},
		{"another card at the first", Sources{bad("一", ErrOtherCard), good("乙")}, "接口X 失败:一"},
		{"unexpected", Sources{bad("一", errors.New("x")), good("乙")}, "接口X 失败:一"},
		{"nowhere a reader", Sources{bad("一", ErrNoReader), bad("二", ErrNoReader)}, "接口X 失败:一"},
		{"the second got further", Sources{bad("一", ErrNoReader), bad("二", ErrNoCard)}, "接口X 失败:二"},
		{"the first got further", Sources{bad("一", ErrAuthentication), bad("二", ErrNoReader)}, "接口X 失败:一"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := tt.sources.Read(t.Context())
			var got string
			if err != nil {
				got = err.Error()
			} else {
				got = c.Name
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
