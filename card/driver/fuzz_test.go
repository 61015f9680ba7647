package driver_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"mps/card"
	"mps/card/driver"
	"mps/driverhost"
)

// library answers what it is told to.
type library struct{ result driverhost.Result }

func (l library) Session(ctx context.Context, use func(context.Context, driverhost.Session) error) error {
	return use(ctx, l)
}

func (l library) Once(_ string, prepare func() error) error { return prepare() }

func (l library) Call(context.Context, driverhost.Call) (driverhost.Result, error) {
	return l.result, nil
}

// sound checks what a read of hostile output came to.
func sound(t *testing.T, s card.Source) {
	t.Helper()
	c, err := s.Read(t.Context())
	if err != nil {
		worded, ok := errors.AsType[*card.Error](err)
		if !ok || c != nil {
			t.Fatalf("%v, %T", c, err)
		}
		text := worded.Failure.Error()
		if !strings.HasSuffix(text, "！") || len(text) > 2000 || !utf8.ValidString(text) || strings.ContainsFunc(text, unicode.IsControl) {
			t.Errorf("%q", text)
		}
		return
	}
	if c.IDNumber == "" && c.Number == "" {
		t.Error("a card of nobody")
	}
	if len(c.IDNumber) > 18 || len(c.Number) > 32 || utf8.RuneCountInString(c.Name) > 50 || len(c.IdentificationCode) != 32 && c.IdentificationCode != "" {
		t.Errorf("%#v", c)
	}
	for _, s := range []string{c.IDNumber, c.Number, c.Name, c.IdentificationCode} {
		if !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) || strings.TrimSpace(s) != s {
			t.Errorf("%q", s)
		}
	}
}

func FuzzSSCard(f *testing.F) {
	f.Add(int32(0), []byte("350000|35058219720630061X|D12345678|350000D15600000512345678ABCDEF01|\xC1\xD6\xD0\xA1\xC2\xFA|00814A44|2.00|20150612|20250612|"))
	f.Add(int32(0), []byte("350000|||350000D15600000512345678ABCDEF01||"))
	f.Add(int32(0), []byte("350000|35058219720630061X|D12345678||\xC1\xD6\x83\x7C|"))
	f.Add(int32(-27010), []byte("\xBF\xA8\xBA\xC5"))
	f.Add(int32(-99), []byte("\xBF\xA8\xBA\xC535058219720630061X"))
	f.Fuzz(func(t *testing.T, code int32, output []byte) {
		sound(t, driver.SSCard{Export: "x", Library: library{driverhost.Result{Int: code, Outputs: [][]byte{output}}}})
	})
}

func FuzzSieaf(f *testing.F) {
	f.Add(int32(0), []byte(`{"flag":"1","data":{"aac002":"35058219720630061X","aaz500":12345678,"aac003":"x"}}`), []byte(""))
	f.Add(int32(0), []byte(`{"flag":0,"cause":"no","data":"{\"aac002\":\"35058219720630061X\"}"}`), []byte(""))
	f.Add(int32(-1), []byte(""), []byte("\xD3\xC3\xBB\xA7"))
	f.Fuzz(func(t *testing.T, code int32, output, errmsg []byte) {
		sound(t, driver.Sieaf{Layout: driver.SieafLayout, Business: driver.SieafLibrary{Library: library{driverhost.Result{Int: code, Outputs: [][]byte{output, errmsg}}}}})
	})
}

func FuzzGeneric(f *testing.F) {
	f.Add([]byte("OK"), []byte(`{"result":[{"who":{"id":"35058219720630061X"}}],"card":"{\"no\":1}"}`), "result.0.who.id", "card.no")
	f.Add([]byte("E1"), []byte("\xC9\xE8\xB1\xB8"), "", "a")
	f.Fuzz(func(t *testing.T, status, output []byte, id, number string) {
		sound(t, driver.Generic{
			Library: library{driverhost.Result{Text: status, Outputs: [][]byte{output}}},
			Steps:   once(driverhost.Call{Export: "x", TextResult: true, Args: []driverhost.Arg{driverhost.Buffer(64)}}, "OK"),
			Layout:  driver.Layout{IDNumber: id, Number: number},
		})
	})
}
