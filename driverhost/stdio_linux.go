package driverhost

import (
	"errors"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// farAway is the least descriptor that standard input and output are moved to:
// libraries that count through descriptors, to close them or to print, begin
// below, and those that keep them in an fd_set end at 1024.
const farAway = 1000

// takeStdio moves standard input and output to descriptors far from those that
// the library knows, and puts the null device in their place.
func takeStdio() (in, out *os.File, err error) {
	if in, err = take(unix.Stdin); err != nil {
		return nil, nil, err
	}
	out, err = take(unix.Stdout)
	return in, out, err
}

func take(fd int) (*os.File, error) {
	own, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, farAway)
	if errors.Is(err, unix.EINVAL) { // there may be fewer (RLIMIT_NOFILE)
		own, err = unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, unix.Stderr+1)
	}
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

// closeInherited closes what whoever started the agent left open: files and
// sockets of a hospital program that are nothing to the library. They are the
// descriptors without close-on-exec; those that this process has opened have it.
func closeInherited() error {
	descriptors, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return err
	}
	for _, d := range descriptors {
		fd, err := strconv.Atoi(d.Name())
		if err != nil || fd <= unix.Stderr {
			continue
		}
		// The directory's own descriptor is gone again.
		if flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFD, 0); err == nil && flags&unix.FD_CLOEXEC == 0 {
			unix.Close(fd)
		}
	}
	return nil
}

// endProcess ends this process without asking the library.
func endProcess() { unix.Kill(unix.Getpid(), unix.SIGKILL) }
