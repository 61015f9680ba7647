package virtual

import (
	"net"

	"golang.org/x/sys/unix"
)

// acknowledgeAtOnce holds until the kernel thinks otherwise, which it does after
// some packets: say it again before each read. Failure costs time only.
func acknowledgeAtOnce(c net.Conn) {
	tcp, ok := c.(*net.TCPConn)
	if !ok {
		return
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Control(func(fd uintptr) {
		_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_QUICKACK, 1)
	})
}
