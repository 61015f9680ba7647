package driver_test

import (
	"errors"
	"testing"
	"time"

	"mps/card/driver"
	"mps/driverhost"
	"mps/failure"
	"mps/test/standin/drivers"
)

// Every kind with a library reads a card as it is configured, by the kind's
// defaults where nothing is said.
func TestKinds(t *testing.T) {
	parts := driver.Options{
		Export: "ReadParts", Args: []string{"int:1001", "buffer:32", "buffer:64", "buffer:32", "buffer:64"}, Success: []string{"1"},
		Layout: driver.Layout{Separator: "|", IDNumber: "0", Name: "1", Number: "2", IdentificationCode: "3"},
	}
	for _, tt := range []struct {
		kind, library string
		options       driver.Options
		export        string
		args          int
	}{
		{driver.KindSSCard, "sscard", driver.Options{}, "iReadCardBas", 2},
		{driver.KindSSCard, "sscard", driver.Options{Export: "read8", Type: 1, Buffer: 1024}, "read8", 2},
		{driver.KindHeasec, "sequence", driver.Options{Data: map[string]any{"PORT": 7020, "LOG_PATH": "日志"}}, "ReadCardBas", 2},
		{driver.KindSieaf, "sieaf", driver.Options{User: "门诊", Password: "<&>", Function: "read"}, "business_handle", 4},
		{driver.KindGeneric, "generic", parts, "ReadParts", 5},
	} {
		t.Run(tt.kind, func(t *testing.T) {
			library := drivers.Library(t, tt.library)
			s, err := driver.New("x", tt.kind, tt.options, driverhost.Options{Library: library})
			if err != nil {
				t.Fatal(err)
			}
			want := whole
			if tt.kind == driver.KindHeasec {
				want.Number = "D1"
			}
			if got, err := s.Read(t.Context()); err != nil || *got != want {
				t.Errorf("%#v, %v", got, err)
			}
			export, args := driver.Function(tt.kind, tt.options)
			if export != tt.export || args != tt.args {
				t.Errorf("calls %s with %d arguments, want %s with %d", export, args, tt.export, tt.args)
			}
			if f, err := driverhost.Inspect(library); err != nil || !f.Has(export, args) || f.Has(export+"x", args) {
				t.Errorf("%s is not in %+v, %v", export, f, err)
			}
		})
	}
	// Of several functions, the one that reads.
	if export, args := driver.Function(driver.KindGeneric, opening("")); export != "Read" || args != 3 {
		t.Errorf("calls %s with %d arguments", export, args)
	}
	for _, kind := range []string{driver.KindSieafHTTP, driver.KindGeneric, "nationec"} {
		if export, args := driver.Function(kind, driver.Options{}); export != "" || args != 0 {
			t.Errorf("%s: %s with %d arguments", kind, export, args)
		}
	}
}

// The kind over HTTP has no library, and the URL and the layout that it is told.
func TestKindOverHTTP(t *testing.T) {
	want := driver.Sieaf{Business: driver.SieafHTTP{Timeout: 7 * time.Second}, Layout: driver.SieafLayout}
	s, err := driver.New("x", driver.KindSieafHTTP, driver.Options{}, driverhost.Options{Timeout: 7 * time.Second})
	if got, is := s.(driver.Sieaf); err != nil || !is || got.Business != want.Business || got.Layout != want.Layout {
		t.Errorf("%+v, %v, want %+v", s, err, want)
	}
}

// What cannot work is refused before anything is read, by the name of the driver.
func TestMisconfiguredKinds(t *testing.T) {
	library := driverhost.Options{Library: "x.dll"}
	good := driver.Layout{Separator: "|", IDNumber: "1"}
	for _, tt := range []struct {
		kind    string
		options driver.Options
		host    driverhost.Options
		want    string
	}{
		{driver.KindSSCard, driver.Options{}, driverhost.Options{}, "[driver.x]：没有填写library"},
		{"", driver.Options{}, driverhost.Options{}, "[driver.x]：没有填写library"},
		{"", driver.Options{}, library, `[driver.x]：kind=""不能读卡，应为sscard、heasec、sieaf、sieaf-http或generic`},
		{"nationec", driver.Options{}, library, `[driver.x]：kind="nationec"不能读卡，应为sscard、heasec、sieaf、sieaf-http或generic`},
		{driver.KindHeasec, driver.Options{}, library, `[driver.x]：data：应填写Init的参数，例如{ IP = "10.1.2.3", PORT = 7020 }`},
		{driver.KindSieafHTTP, driver.Options{URL: "http://[::1"}, driverhost.Options{}, "[driver.x]：url：应为http://或https://开头的地址"},
		{driver.KindSieafHTTP, driver.Options{URL: "10.1.2.3"}, driverhost.Options{}, "[driver.x]：url：应为http://或https://开头的地址"},
		{driver.KindSieaf, driver.Options{Layout: driver.Layout{IDNumber: "card:data.id"}}, library, `[driver.x]：layout：没有名为"card"的缓冲区`},
		{driver.KindSieaf, driver.Options{Layout: driver.Layout{Name: "data.name"}}, library, "[driver.x]：应至少指明身份证号或卡号的位置"},
		{driver.KindGeneric, driver.Options{Layout: good}, library, "[driver.x]：应有函数名和至少一个buffer参数"},
		{driver.KindGeneric, driver.Options{Export: "f", Args: []string{"buffer:1"}}, library, "[driver.x]：应至少指明身份证号或卡号的位置"},
		{driver.KindGeneric, driver.Options{Export: "f", Args: []string{"buffer:1"}, Layout: driver.Layout{Separator: "|", IDNumber: "a"}},
			library, `[driver.x]：位置"a"：有分隔符时应为0至255的整数`},
		{driver.KindGeneric, driver.Options{Export: "f", Args: []string{"3"}, Layout: good}, library,
			`[driver.x]：参数"3"：应写成int:3、int*:1024、text:COM1或buffer:4096`},
		{driver.KindGeneric, driver.Options{Export: "f", Args: []string{"int:x"}, Layout: good}, library,
			`[driver.x]：参数"int:x"：冒号后应为整数，例如int:3`},
		{driver.KindGeneric, driver.Options{Export: "f", Args: []string{"buffer:0"}, Layout: good}, library,
			`[driver.x]：参数"buffer:0"：缓冲区应为1至65536字节`},
	} {
		s, err := driver.New("x", tt.kind, tt.options, tt.host)
		if s != nil || err == nil || err.Error() != tt.want {
			t.Errorf("%v, %v, want %s", s, err, tt.want)
			continue
		}
		if f, is := errors.AsType[failure.Failure](err); !is || f.Code() == "" || f.Next() == "" {
			t.Errorf("%v has no code, or does not say what to do", err)
		}
	}
}
