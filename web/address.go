package web

import (
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// IsLoopback reports whether a host, with or without port, means this very
// machine: localhost, 127.0.0.0/8 or ::1. No name is looked up.
func IsLoopback(hostport string) bool {
	host := hostport
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		host = h
	} else if strings.HasPrefix(host, "[") && strings.HasSuffix(host, "]") {
		host = host[1 : len(host)-1]
	}
	if host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}

// ParseURL reads the address of another program: http or https, with a host. ok
// is false for everything else, and for a host that net/url takes and no network
// knows: with marks of a Chinese input method, or the blank that a guide leaves
// to be filled in. An address may hold a password, so that an error text must not
// repeat it.
func ParseURL(address string) (u *url.URL, ok bool) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return nil, false
	}
	host, port := u.Hostname(), u.Port()
	if host == "" || strings.ContainsFunc(host, foreignToHosts) || width.Narrow.String(host) != host {
		return nil, false
	}
	if n, err := strconv.ParseUint(port, 10, 16); strings.HasSuffix(u.Host, ":") || port != "" && (err != nil || n == 0) {
		return nil, false
	}
	return u, true
}

// foreignToHosts reports what is in no name or number of a host. Names may have
// Chinese characters.
func foreignToHosts(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(".-_:%", r)
}
