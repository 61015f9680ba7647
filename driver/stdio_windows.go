package driver

import (
	"errors"
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

// take gives the null device the very handle that the stream had: C runtimes
// that were loaded before keep its number, and those that come with the library
// ask for it.
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
	if err := openNullAs(old); err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(own), "host"), nil
}

// openNullAs opens the null device as the given handle, which was just closed.
// Windows reuses the handle closed last, or the lowest one: a few tries get it.
func openNullAs(wanted windows.Handle) error {
	name, err := windows.UTF16PtrFromString("NUL")
	if err != nil {
		return err
	}
	for range 256 {
		h, err := windows.CreateFile(name, windows.GENERIC_READ|windows.GENERIC_WRITE,
			windows.FILE_SHARE_READ|windows.FILE_SHARE_WRITE, nil, windows.OPEN_EXISTING, 0, 0)
		if err != nil {
			return os.NewSyscallError("CreateFile NUL", err)
		}
		if h == wanted {
			return nil
		}
		defer windows.CloseHandle(h)
	}
	return errors.New("driver: the standard handle cannot be replaced")
}

// endProcess ends this process without asking the library: ExitProcess would
// let it have its say, and wait for locks that the hanging call holds.
func endProcess() { windows.TerminateProcess(windows.CurrentProcess(), 1) }
