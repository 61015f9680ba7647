package driverhost

import (
	"io"
	"os"
	"path/filepath"
	"runtime"
	"sync/atomic"

	"mps/failure"
)

// Serve is the child's side: it loads the library of the first request and
// makes the calls that come over standard input, until that ends or holds
// something that the host has not sent. It is all
// that "mps driver-host" does; nothing else may use the process's standard
// input and output.
//
// When the input ends during a call, the process ends at once, so that a
// library that hangs outlives neither its host's patience nor the host.
func Serve() error {
	in, out, err := takeStdio()
	if err != nil {
		return err
	}
	if err := closeInherited(); err != nil {
		return err
	}
	busy, err := serve(in, out)
	if busy {
		endProcess()
	}
	return err
}

// serve makes calls until in ends. busy tells that a call is still running.
func serve(in io.Reader, out io.Writer) (busy bool, err error) {
	number, err := readNumber(in)
	if err != nil {
		return false, endOrError(err)
	}
	type numbered struct {
		number uint64
		request
	}
	requests := make(chan numbered)
	defer close(requests)
	broken := make(chan error, 1)
	var working atomic.Bool
	go func() {
		// Libraries of the field expect to be called by one thread.
		runtime.LockOSThread()
		var c caller
		for r := range requests {
			err := writeFrame(out, r.number, c.answer(r.request))
			working.Store(false)
			if err != nil {
				broken <- err
				return
			}
		}
	}()
	for ; ; number++ {
		r := numbered{number: number}
		if err := readFrame(in, number, &r.request); err != nil {
			return working.Load(), endOrError(err)
		}
		working.Store(true)
		select {
		case requests <- r:
		case err := <-broken:
			return false, err
		}
	}
}

// endOrError is nil for the end of the input, which is how a host ends a child.
func endOrError(err error) error {
	if err == io.EOF {
		return nil
	}
	return err
}

// A caller makes calls of one library.
type caller struct {
	library *library
	folder  string
	memory  memory
}

func (c *caller) answer(r request) response {
	if err := r.Call.check(); err != nil {
		return response{Failure: reportOf(callMisconfigured.With(err))}
	}
	if c.library == nil {
		if f := c.load(r.Library); f != nil {
			return response{Failure: reportOf(f)}
		}
	}
	function := c.library.function(&r.Call)
	if function == 0 {
		return response{Failure: reportOf(noExport(c.library.path, r.Call.Export))}
	}
	// Libraries look for files in the current directory, and change it.
	if err := os.Chdir(c.folder); err != nil {
		return response{Failure: reportOf(cannotLoad(c.library.path, err))}
	}
	return c.memory.invoke(function, &r.Call)
}

// load loads the library from its own folder, which is where it and what it
// depends on look for files.
func (c *caller) load(path string) *failure.Error {
	path, err := filepath.Abs(path)
	if err != nil {
		return cannotLoad(path, err)
	}
	if info, err := os.Stat(path); err != nil || info.IsDir() {
		return libraryMissing.With(path)
	}
	c.folder = filepath.Dir(path)
	if err := os.Chdir(c.folder); err != nil {
		return cannotLoad(path, err)
	}
	if c.library, err = loadLibrary(path); err != nil {
		return cannotLoad(path, err)
	}
	return nil
}
