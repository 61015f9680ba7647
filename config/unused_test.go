package config

import "testing"

func TestUnused(t *testing.T) {
	const card, voucher = "[driver.a]\nkind = \"sscard\"\n", "[driver.b]\nkind = \"nationec\"\n"
	for _, tt := range []struct{ file, want string }{
		{"", ""},
		{card, "[driver.a]没有用到：card.sources中没有\"driver:a\""},
		{"[card]\nsources = [\"pcsc\", \"driver:a\"]\n" + card, ""},
		{"[card]\nsources = [\"pcsc\", \"driver:A\"]\n" + card, "[driver.a]没有用到：card.sources中没有\"driver:a\""},
		{voucher, "[driver.b]没有用到：voucher.via不是\"driver:b\""},
		{"[voucher]\nvia = \"driver:b\"\n" + voucher, ""},
		{"[voucher]\nvia = \"driver:a\"\n" + card, ""}, // of the wrong kind, which is told elsewhere
	} {
		c, err := Parse([]byte(tt.file))
		if err != nil {
			t.Fatal(err)
		}
		got := c.Unused()
		if len(got) > 1 || (len(got) == 1) != (tt.want != "") || len(got) == 1 && got[0].Error() != tt.want {
			t.Errorf("%q: %v, want %s", tt.file, got, tt.want)
		}
	}
}
