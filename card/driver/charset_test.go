package driver_test

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"mps/card"
	"mps/card/driver"
	"mps/charset"
	"mps/driverhost"
)

// told answers what it is told to and remembers what it was asked.
type told struct {
	result driverhost.Result
	asked  *driverhost.Call
}

func (l told) Session(ctx context.Context, use func(context.Context, driverhost.Session) error) error {
	return use(ctx, l)
}

func (l told) Call(_ context.Context, c driverhost.Call) (driverhost.Result, error) {
	*l.asked = c
	return l.result, nil
}

func (l told) Once(_ string, prepare func() error) error { return prepare() }

// once is the one call of a Generic.
func once(c driverhost.Call, success ...string) []driver.Step {
	return []driver.Step{{Call: c, Success: success, When: driver.Each}}
}

// buffers is a call with so many buffers.
func buffers(n int) driverhost.Call {
	c := driverhost.Call{Export: "f"}
	for range n {
		c.Args = append(c.Args, driverhost.Buffer(64))
	}
	return c
}

// Every kind of library takes and gives GBK unless it is configured otherwise.
func TestCharset(t *testing.T) {
	const record = "350000|35058219720630061X|D12345678|350000D15600000512345678ABCDEF01|林小满|00814A44|2.00|20150612|20250612|"
	asked := new(driverhost.Call)
	kinds := []struct {
		name   string
		output string
		source func(driver.Library, charset.Charset) card.Source
	}{
		{"sscard", record, func(library driver.Library, c charset.Charset) card.Source {
			return driver.SSCard{Library: library, Export: "f", Charset: c}
		}},
		{"generic", record, func(library driver.Library, c charset.Charset) card.Source {
			return driver.Generic{Library: library, Steps: once(buffers(1)), Layout: driver.SSCardLayout, Charset: c}
		}},
		{"sieaf", sieafCard, func(library driver.Library, c charset.Charset) card.Source {
			b := driver.SieafLibrary{Library: library, Export: "f", Charset: c}
			return driver.Sieaf{Business: b, Request: request("read"), Layout: driver.SieafLayout}
		}},
	}
	for _, tt := range []struct {
		configured, in charset.Charset
		name           string // valid in the other charset, too
		fails          string
	}{
		{"", charset.GBK, "谢伟", ""},
		{charset.GBK, charset.GBK, "毛钱", ""},
		{charset.UTF8, charset.UTF8, "王芳", ""},
		{charset.UTF8, charset.UTF8, "林小满", ""},
		{charset.Auto, charset.GBK, "谢伟", ""},
		{charset.Auto, charset.UTF8, "王芳", ""},
		{charset.Auto, charset.GBK, "毛钱", "可能是UTF-8，也可能是GBK"},
		{charset.UTF8, charset.GBK, "王敏", "不是UTF-8文字"},
		{"", charset.UTF8, "林 小", "不是GBK文字"},
	} {
		for _, kind := range kinds {
			output := tt.in.Encode(strings.Replace(kind.output, "林小满", tt.name, 1))
			s := kind.source(told{driverhost.Result{Outputs: [][]byte{output}}, asked}, tt.configured)
			got, err := s.Read(t.Context())
			switch {
			case tt.fails != "" && (err == nil || !strings.Contains(err.Error(), "（"+tt.fails+"）")):
				t.Errorf("%s, configured %q: %v, %v, want %s", kind.name, tt.configured, got, err, tt.fails)
			case tt.fails == "" && (err != nil || got.Name != tt.name):
				t.Errorf("%s, configured %q: %v, %v, want %s", kind.name, tt.configured, got, err, tt.name)
			}
		}
		if taken := tt.configured; taken == charset.UTF8 != bytes.Contains(asked.Args[0].Text, []byte("门诊")) {
			t.Errorf("sieaf, configured %q: asked %q", taken, asked.Args[0].Text)
		}
	}
}

// What one buffer is in tells about the others.
func TestCharsetOfAllBuffers(t *testing.T) {
	read := func(outputs ...string) (*card.Card, error) {
		var result driverhost.Result
		for _, output := range outputs {
			result.Outputs = append(result.Outputs, charset.GBK.Encode(output))
		}
		return driver.Generic{
			Library: told{result, new(driverhost.Call)}, Steps: once(buffers(len(outputs))), Charset: charset.Auto,
			Layout: driver.Layout{Separator: "|", IDNumber: "0", Name: "1"},
		}.Read(t.Context())
	}
	if c, err := read("35058219720630061X", "毛钱", "读卡成功，请取卡"); err != nil || c.Name != "毛钱" {
		t.Errorf("%v, %v", c, err)
	}
	if c, err := read("35058219720630061X", "毛钱"); err == nil {
		t.Errorf("guessed %v", c)
	}
}
