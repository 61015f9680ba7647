//go:build unix

package web

import "syscall"

// What bind(2) and socket(2) say.
var (
	inUse     = []syscall.Errno{syscall.EADDRINUSE}
	notOurs   = []syscall.Errno{syscall.EADDRNOTAVAIL}
	noFamily  = []syscall.Errno{syscall.EAFNOSUPPORT}
	forbidden = []syscall.Errno{syscall.EACCES, syscall.EPERM}
)
