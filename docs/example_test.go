package docs

import (
	"reflect"
	"regexp"
	"strings"
	"testing"

	"mps/card/driver"
	"mps/charset"
	"mps/config"
)

const example = root + "/mps.example.toml"

// mps.example.toml, as it is and with its examples uncommented, is the
// configuration without a file: a key says what happens when it is left out. That
// it has every key is tested in config.
func TestExampleIsTheDefaults(t *testing.T) {
	whole := regexp.MustCompile(`(?m)^#!( |$)`).ReplaceAllString(read(t, example), "")
	got, err := config.Parse([]byte(whole))
	if err != nil {
		t.Fatal(err)
	}
	drivers := got.Driver
	if len(drivers) == 0 {
		t.Error("the example has no drivers")
	}
	got.Driver = nil
	want := config.Default()
	if a, b := got.Voucher.CodePattern.String(), want.Voucher.CodePattern.String(); a != b {
		t.Errorf("voucher.code_pattern is %q, the default is %q", a, b)
	}
	got.Voucher.CodePattern = want.Voucher.CodePattern
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the example says\n%+v\nthe defaults are\n%+v", got, want)
	}

	for name, d := range drivers {
		given := charset.Charset(driver.DefaultCharset)
		if d.Kind == driver.KindSieafHTTP {
			given = charset.Auto // as driver.SieafHTTP says
		}
		if d.Charset != "" && d.Charset != given {
			t.Errorf("[driver.%s] charset is %q, the default is %q", name, d.Charset, given)
		}
		if d.Type != 0 && d.Type != driver.ContactFirst {
			t.Errorf("[driver.%s] type is %d, the default is %d", name, d.Type, driver.ContactFirst)
		}
		if d.Kind == driver.KindSieaf && d.Layout != driver.SieafLayout {
			t.Errorf("[driver.%s] layout is %+v, the default is %+v", name, d.Layout, driver.SieafLayout)
		}
	}
	if text := read(t, example); !strings.Contains(text, "空为 "+driver.DefaultSieafURL) {
		t.Errorf("the example does not say that url is %s by default", driver.DefaultSieafURL)
	}
}
