package port_test

import (
	"errors"
	"net"
	"syscall"
	"testing"

	"mps/test/rig/port"
)

func TestReserve(t *testing.T) {
	r, err := port.Reserve(0)
	if err != nil {
		t.Fatal(err)
	}
	address := net.JoinHostPort("127.0.0.1", r.String())
	if c, err := net.Dial("tcp", address); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("somebody listens on a reserved port: %v, %v", c, err)
	}
	// As many as the kernel gives out: it does not give this one.
	for range 500 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		if l.Addr().String() == address {
			t.Fatal("a reserved port was given to another")
		}
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal("whom it is reserved for: ", err)
	}
	defer l.Close()
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal("after it was given back: ", err)
	}
	c.Close()
}
