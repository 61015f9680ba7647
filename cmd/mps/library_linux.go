package main

import "github.com/ebitengine/purego"

// A library is the client library, loaded as a host program loads it.
type library struct {
	handle uintptr
	callEx func(req, resp *byte, capacity int32) int32
}

func openLibrary(path string) (*library, error) {
	handle, err := purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		return nil, err
	}
	symbol, err := purego.Dlsym(handle, "MPS_CallEx")
	if err != nil {
		purego.Dlclose(handle)
		return nil, err
	}
	l := &library{handle: handle}
	purego.RegisterFunc(&l.callEx, symbol)
	return l, nil
}

func (l *library) close() { purego.Dlclose(l.handle) }
