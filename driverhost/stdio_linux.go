package driverhost

import (
	"os"

	"golang.org/x/sys/unix"
)

// takeStdio moves standard input and output to descriptors that the library
// does not know, and puts the null device in their place.
func takeStdio() (in, out *os.File, err error) {
	if in, err = take(unix.Stdin); err != nil {
		return nil, nil, err
	}
	out, err = take(unix.Stdout)
	return in, out, err
}

func take(fd int) (*os.File, error) {
	own, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		return nil, os.NewSyscallError("fcntl", err)
	}
	null, err := unix.Open(os.DevNull, unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("open", err)
	}
	defer unix.Close(null)
	if err := unix.Dup3(null, fd, 0); err != nil {
		return nil, os.NewSyscallError("dup3", err)
	}
	return os.NewFile(uintptr(own), "host"), nil
}

// endProcess ends this process without asking the library.
func endProcess() { unix.Kill(unix.Getpid(), unix.SIGKILL) }
