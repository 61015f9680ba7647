//go:build unix

package web

import "golang.org/x/sys/unix"

const addressInUse = unix.EADDRINUSE
