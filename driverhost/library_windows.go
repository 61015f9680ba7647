package driverhost

import (
	"path/filepath"
	"runtime"
	"syscall"

	"golang.org/x/sys/windows"
)

// A library is a vendor's library in this process. It is never unloaded:
// libraries that leave threads behind would crash.
type library struct {
	path   string
	handle windows.Handle
}

// loadLibrary loads the library, looking for what it depends on in its own
// folder: what it is linked with, and what it loads itself later. No dialog
// comes up when something is missing, because Go's runtime has disabled them.
func loadLibrary(path string) (*library, error) {
	if err := windows.SetDllDirectory(filepath.Dir(path)); err != nil {
		return nil, err
	}
	handle, err := windows.LoadLibraryEx(path, 0, windows.LOAD_WITH_ALTERED_SEARCH_PATH)
	if err != nil {
		return nil, err
	}
	return &library{path, handle}, nil
}

// function returns the address of a function, 0 when there is none.
func (l *library) function(c *Call) uintptr {
	for _, name := range exportNames(runtime.GOOS, runtime.GOARCH, c.Export, len(c.Args)) {
		if address, err := windows.GetProcAddress(l.handle, name); err == nil {
			return address
		}
	}
	return 0
}

// callFunction serves stdcall and cdecl alike: after the call the runtime sets
// the stack pointer back itself.
func callFunction(address uintptr, args []uintptr) uintptr {
	result, _, _ := syscall.SyscallN(address, args...)
	return result
}

// canLoad tells whether a library that another one depends on can be had, from
// its folder or from the system's.
func canLoad(folder, name string) bool {
	for _, path := range []string{filepath.Join(folder, name), name} {
		if _, err := windows.LoadLibraryEx(path, 0, windows.LOAD_LIBRARY_AS_DATAFILE); err == nil {
			return true
		}
	}
	return false
}
