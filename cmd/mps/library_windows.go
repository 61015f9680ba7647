package main

import (
	"unsafe"

	"golang.org/x/sys/windows"
)

// A library is the client library, loaded as a host program loads it.
type library struct {
	dll    *windows.DLL
	callEx func(req, resp *byte, capacity int32) int32
}

func openLibrary(path string) (*library, error) {
	dll, err := windows.LoadDLL(path)
	if err != nil {
		return nil, err
	}
	proc, err := dll.FindProc("MPS_CallEx")
	if err != nil {
		dll.Release()
		return nil, err
	}
	return &library{dll: dll, callEx: func(req, resp *byte, capacity int32) int32 {
		r, _, _ := proc.Call(uintptr(unsafe.Pointer(req)), uintptr(unsafe.Pointer(resp)), uintptr(capacity))
		return int32(r)
	}}, nil
}

func (l *library) close() { l.dll.Release() }
