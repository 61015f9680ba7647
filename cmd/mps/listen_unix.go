//go:build unix

package main

import "golang.org/x/sys/unix"

const addressInUse = unix.EADDRINUSE
