// Package port reserves TCP ports of this machine, on Linux, for programs that
// have to be told one. Nobody listens on a reserved port until the program does.
package port

import (
	"errors"
	"os"
	"strconv"
	"syscall"
)

// A Reservation keeps a port.
//
// It is a socket that is bound and does not listen: the kernel gives its port to
// nobody who asks for any port, and whoever connects is refused. A program that
// sets SO_REUSEADDR, as Go and most servers do, can nevertheless listen on it.
type Reservation struct {
	Port   int
	socket *os.File
}

// Reserve reserves a port on all addresses, until Close. 0 is any.
func Reserve(port int) (*Reservation, error) {
	syscall.ForkLock.RLock()
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err == nil {
		syscall.CloseOnExec(fd)
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	r := &Reservation{socket: os.NewFile(uintptr(fd), "reserved port")}
	err = os.NewSyscallError("setsockopt", syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1))
	if err == nil {
		err = os.NewSyscallError("bind", syscall.Bind(fd, &syscall.SockaddrInet4{Port: port}))
	}
	if err == nil {
		var address syscall.Sockaddr
		address, err = syscall.Getsockname(fd)
		if in, ok := address.(*syscall.SockaddrInet4); ok {
			r.Port = in.Port
		}
	}
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

// String returns the number of the port.
func (r *Reservation) String() string { return strconv.Itoa(r.Port) }

// Close gives the port back. A program that listens on it by then keeps it.
func (r *Reservation) Close() error { return r.socket.Close() }
