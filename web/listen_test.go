package web_test

import (
	"regexp"
	"strings"
	"testing"

	"mps/failure"
	"mps/web"
)

// Each way not to listen says what it is, and only a port that somebody has is
// called one.
func TestListenSaysWhy(t *testing.T) {
	taken, err := web.Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for _, tt := range []struct{ address, code string }{
		{taken.Addr().String(), "web_port_in_use"},
		{"192.0.2.1:8936", "web_address_foreign"}, // TEST-NET-1 of RFC 5737
		{"[2001:db8::1]:8936", "web_address_foreign"},
		{"nowhere.invalid:8936", "web_host_unknown"}, // RFC 2606
		{"127.0.0.1:65536", "web_port"},
		{"127.0.0.1:-1", "web_port"},
		{"127.0.0.1:http", "web_port"},
		{"127.0.0.1:+80", "web_port"},
		{"127.0.0.1: 8936", "web_port"},
		{"127.0.0.1:", "web_port_absent"},
		{":", "web_port_absent"},
		{"127.0.0.1", "web_address"},
		{"8936", "web_address"},
		{"", "web_address"},
		{"http://127.0.0.1:8936", "web_address"},
		{"127.0.0.1:8936/", "web_port"},
		{"a b:8936", "web_address"},
		{"[::1:8936", "web_address"},
		{"::1:8936", "web_address_brackets"},
		{"127.0.0.1：8936", "web_address_wide"},
		{"１２７.0.0.1:8936", "web_address_wide"},
	} {
		l, err := web.Listen(t.Context(), tt.address)
		if err == nil {
			l.Close()
			t.Errorf("%q: listens", tt.address)
			continue
		}
		f, ok := err.(failure.Failure)
		if tt.code == "web_address_foreign" && ok && f.Code() == "web_address_family" && strings.HasPrefix(tt.address, "[") {
			continue // a machine without IPv6
		}
		if !ok || f.Code() != tt.code || f.Next() == "" || !strings.Contains(err.Error(), tt.address) {
			t.Errorf("%q: %v, want %s", tt.address, err, tt.code)
		}
		if web.InUse(err) != (tt.code == "web_port_in_use") {
			t.Errorf("%q: in use is %t", tt.address, web.InUse(err))
		}
		if latin.MatchString(strings.ReplaceAll(err.Error(), tt.address, "")) {
			t.Errorf("%q: %v is half English", tt.address, err)
		}
	}
}

// latin matches two words of English.
var latin = regexp.MustCompile(`[a-z]{2,} [a-z]{2,}`)

func TestCheckAddress(t *testing.T) {
	for _, address := range []string{":8936", "0.0.0.0:8936", "[::]:8936", "[::1]:0", "localhost:1", "[fe80::1%eth0]:80", "127.0.0.1:65535"} {
		if err := web.CheckAddress(address); err != nil {
			t.Errorf("%v", err)
		}
	}
}
