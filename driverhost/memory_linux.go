package driverhost

import (
	"os"

	"golang.org/x/sys/unix"
)

// mapPages returns size zeroed bytes, for as long as the process lives. The first and
// the last guard bytes cannot be touched. Both are whole pages.
func mapPages(size, guard int) ([]byte, error) {
	pages, err := unix.Mmap(-1, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS)
	if err != nil {
		return nil, os.NewSyscallError("mmap", err)
	}
	for _, b := range [][]byte{pages[:guard], pages[size-guard:]} {
		if err := unix.Mprotect(b, unix.PROT_NONE); err != nil {
			return nil, os.NewSyscallError("mprotect", err)
		}
	}
	return pages, nil
}
