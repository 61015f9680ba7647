package config

import (
	"strings"
	"testing"

	carddriver "mps/card/driver"
)

// driverValues are one of each key of a driver, which says something.
var driverValues = map[string]string{
	"library": `"x.dll"`, "host": `"mps.exe"`, "timeout": `"1s"`, "hsm_timeout": `"1s"`, "code_field": `"ecQrCode"`,
	"export": `"f"`, "buffer": "1", "layout": `{ id_number = "1" }`, "charset": `"gbk"`, "type": "1",
	"hsm": `{ url = "http://10.1.2.3" }`, "url": `"http://10.1.2.3"`, "user": `"u"`, "password": `"p"`, "function": `"f"`,
	"data": "{ a = 1 }", "args": `["int:1"]`, "returns": `"int"`, "success": `["0"]`, "calls": `[{ export = "f" }]`,
}

// A key that means nothing for a kind is refused by its name: whoever has written it
// would wait for what it never does.
func TestDriverKeys(t *testing.T) {
	common := "library host timeout export buffer charset "
	for kind, counts := range map[string]string{
		carddriver.KindSSCard:    common + "type hsm hsm_timeout",
		carddriver.KindHeasec:    common + "data",
		carddriver.KindSieaf:     common + "layout user password function data",
		carddriver.KindSieafHTTP: "timeout url charset layout user password function data",
		carddriver.KindGeneric:   "library host timeout export args returns success calls charset layout",
		KindNationEC:             common + "url code_field",
	} {
		for key, value := range driverValues {
			_, err := Parse([]byte("[driver.x]\nkind = \"" + kind + "\"\n" + key + " = " + value + "\n"))
			if strings.Contains(" "+counts+" ", " "+key+" ") {
				if err != nil {
					t.Errorf("%s, %s: %v", kind, key, err)
				}
			} else if err == nil || err.Error() != "第3行：[driver.x]：kind=\""+kind+"\"用不到"+key {
				t.Errorf("%s, %s: %v", kind, key, err)
			}
		}
		// What is written but says nothing is as good as not written.
		nothing := "library = \"\"\nhost = \"\"\ntimeout = \"0s\"\nbuffer = 0\ndata = {}\nargs = []\nlayout = {}\nurl = \"\"\n"
		if _, err := Parse([]byte("[driver.x]\nkind = \"" + kind + "\"\n" + nothing)); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
	for _, key := range (Driver{}).given() {
		t.Errorf("%s is given", key)
	}
}
