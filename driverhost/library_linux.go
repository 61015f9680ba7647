package driverhost

import (
	"errors"

	"github.com/ebitengine/purego"
)

// A library is a vendor's library in this process. It is never unloaded:
// libraries that leave threads behind would crash.
type library struct {
	path   string
	handle uintptr
}

// loadLibrary loads the library. What it depends on is found in its own folder
// by the LD_LIBRARY_PATH that the host has set.
func loadLibrary(path string) (*library, error) {
	handle, err := purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		return nil, err
	}
	if handle == 0 {
		return nil, errors.New("dlopen failed")
	}
	return &library{path, handle}, nil
}

// function returns the address of a function, 0 when there is none.
func (l *library) function(c *Call) uintptr {
	address, err := purego.Dlsym(l.handle, c.Export)
	if err != nil {
		return 0
	}
	return address
}

func callFunction(address uintptr, args []uintptr) uintptr {
	result, _, _ := purego.SyscallN(address, args...)
	return result
}

// canLoad tells whether a library that another one depends on can be had.
func canLoad(_, name string) bool {
	_, err := purego.Dlopen(name, purego.RTLD_LAZY|purego.RTLD_LOCAL)
	return err == nil
}
