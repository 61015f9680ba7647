package driverhost

import (
	"os"

	"golang.org/x/sys/windows"
)

// takeStdio moves standard input and output to handles that the library does
// not know, and puts the null device in their place.
func takeStdio() (in, out *os.File, err error) {
	if in, err = take(windows.STD_INPUT_HANDLE); err != nil {
		return nil, nil, err
	}
	out, err = take(windows.STD_OUTPUT_HANDLE)
	return in, out, err
}

// take makes the null device the stream: for C runtimes that come with the
// library and ask for the handle, and for those that were loaded before and keep
// its number.
func take(stream uint32) (*os.File, error) {
	old, err := windows.GetStdHandle(stream)
	if err != nil {
		return nil, os.NewSyscallError("GetStdHandle", err)
	}
	process := windows.CurrentProcess()
	var own windows.Handle
	if err := windows.DuplicateHandle(process, old, process, &own, 0, false, windows.DUPLICATE_SAME_ACCESS); err != nil {
		return nil, os.NewSyscallError("DuplicateHandle", err)
	}
	if err := windows.CloseHandle(old); err != nil {
		return nil, os.NewSyscallError("CloseHandle", err)
	}
	null, err := openNull(old)
	if err != nil {
		return nil, err
	}
	if err := windows.SetStdHandle(stream, null); err != nil {
		return nil, os.NewSyscallError("SetStdHandle", err)
	}
	return os.NewFile(uintptr(own), "host"), nil
}

// openNull opens the null device, if possible as the given handle, which was
// just closed: Windows reuses the handle closed last, or the lowest one. When
// another thread was faster, the handle is now that of a thread or an event: what
// a library prints to it fails, and so does not reach the host's frames either.
func openNull(wanted windows.Handle) (null windows.Handle, err error) {
	name, err := windows.UTF16PtrFromString("NUL")
	if err != nil {
		return 0, err
	}
	for range 8 {
		null, err = windows.CreateFile(name, windows.GENERIC_READ|windows.GENERIC_WRITE,
			windows.FILE_SHARE_READ|windows.FILE_SHARE_WRITE, nil, windows.OPEN_EXISTING, 0, 0)
		if err != nil {
			return 0, os.NewSyscallError("CreateFile NUL", err)
		}
		if null == wanted {
			break
		}
	}
	return null, nil // those opened before it stay open: there are seven at most
}

// endProcess ends this process without asking the library: ExitProcess would
// let it have its say, and wait for locks that the hanging call holds.
func endProcess() { windows.TerminateProcess(windows.CurrentProcess(), 1) }
