package web

import (
	"net"
	"net/netip"
	"net/url"
	"strings"
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
// is false for everything else. An address may hold a password, so that an
// error text must not repeat it.
func ParseURL(address string) (u *url.URL, ok bool) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, false
	}
	return u, true
}
