//go:build unix

package web

import (
	"net"
	"os"
	"syscall"
	"testing"

	"mps/failure"
)

// What the system says only to programs without rights, or on machines without
// a family of addresses.
func TestRefused(t *testing.T) {
	for code, want := range map[syscall.Errno]string{
		syscall.EACCES:       "web_port_forbidden",
		syscall.EPERM:        "web_port_forbidden",
		syscall.EAFNOSUPPORT: "web_address_family",
		syscall.EMFILE:       "web_cannot_listen",
	} {
		err := refused("0.0.0.0:80", &net.OpError{Op: "listen", Err: os.NewSyscallError("bind", code)})
		if f, ok := err.(failure.Failure); !ok || f.Code() != want || InUse(err) {
			t.Errorf("%v: %v, want %s", code, err, want)
		}
	}
}
