// Package web is what every HTTP surface of mps shares: listening and serving
// within limits, and which addresses mean this machine.
package web

import (
	"context"
	"errors"
	"net"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/text/width"

	"mps/failure"
)

// Listen opens a TCP address, "host:port", for [Serve]. Its error is a
// [failure.Failure] that tells a wrong address from a port that is taken; so
// does [InUse].
func Listen(ctx context.Context, address string) (net.Listener, error) {
	if err := CheckAddress(address); err != nil {
		return nil, err
	}
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, refused(address, err)
	}
	return l, nil
}

// InUse reports whether an error of Listen means that another program has the
// port or, on Windows, that the system keeps it for one.
func InUse(err error) bool { return isOneOf(err, inUse) }

func isOneOf(err error, codes []syscall.Errno) bool {
	code, ok := errors.AsType[syscall.Errno](err)
	return ok && slices.Contains(codes, code)
}

// refused says why the system does not listen on an address.
func refused(address string, err error) error {
	host, port, _ := net.SplitHostPort(address)
	if _, unknown := errors.AsType[*net.DNSError](err); unknown {
		return unknownHost.Because(err, address, host)
	}
	switch {
	case InUse(err):
		return portInUse.Because(err, address)
	case isOneOf(err, notOurs):
		return foreignAddress.Because(err, address, host)
	case isOneOf(err, noFamily):
		return noSuchFamily.Because(err, address)
	case isOneOf(err, forbidden):
		return portForbidden.Because(err, address, port)
	}
	return cannotListen.Because(err, address, failure.System(err))
}

// CheckAddress finds what is wrong with the form of an address to listen on: a
// host, which may be empty for all, a colon and a port in digits, 0 for any. Its
// error is a [failure.Failure].
func CheckAddress(address string) error {
	host, port, err := net.SplitHostPort(address)
	switch narrow := width.Narrow.String(address); {
	case strings.Contains(address, "://"):
		return addressForm.With(address)
	case narrow != address:
		return addressWide.With(address, narrow)
	case err != nil && strings.Count(address, ":") > 1 && !strings.HasPrefix(address, "["):
		return addressBrackets.With(address)
	case err != nil, strings.ContainsAny(host, "/ \t"):
		return addressForm.With(address)
	case port == "":
		return portAbsent.With(address)
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || strconv.FormatUint(n, 10) != port {
		return portNumber.With(address, port)
	}
	return nil
}
