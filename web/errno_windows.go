package web

import (
	"syscall"

	"golang.org/x/sys/windows"
)

// What bind and socket of Winsock say. WSAEACCES is a port that another program
// holds for itself alone, or that Windows has reserved (netsh interface ipv4 show
// excludedportrange tcp): another port helps, as where it is in use.
var (
	inUse     = []syscall.Errno{windows.WSAEADDRINUSE, windows.WSAEACCES}
	notOurs   = []syscall.Errno{windows.WSAEADDRNOTAVAIL}
	noFamily  = []syscall.Errno{windows.WSAEAFNOSUPPORT}
	forbidden []syscall.Errno
)
