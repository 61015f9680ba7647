package driverhost

import (
	"os"
	"unsafe"

	"golang.org/x/sys/windows"
)

// mapPages returns size zeroed bytes, for as long as the process lives. The first and
// the last guard bytes cannot be touched. Both are whole pages.
func mapPages(size, guard int) ([]byte, error) {
	address, err := windows.VirtualAlloc(0, uintptr(size), windows.MEM_RESERVE, windows.PAGE_NOACCESS)
	if err != nil {
		return nil, os.NewSyscallError("VirtualAlloc", err)
	}
	if _, err := windows.VirtualAlloc(address+uintptr(guard), uintptr(size-2*guard), windows.MEM_COMMIT, windows.PAGE_READWRITE); err != nil {
		windows.VirtualFree(address, 0, windows.MEM_RELEASE)
		return nil, os.NewSyscallError("VirtualAlloc", err)
	}
	first := *(*unsafe.Pointer)(unsafe.Pointer(&address)) // of memory that Go does not know
	return unsafe.Slice((*byte)(first), size), nil
}
