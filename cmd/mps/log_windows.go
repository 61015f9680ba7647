package main

import (
	"os"

	"golang.org/x/sys/windows"
)

// isNull tells whether what is written to f is lost: no file at all, as for a
// program without a console, or a character device that is no console, NUL.
func isNull(f *os.File) bool {
	h := windows.Handle(f.Fd())
	kind, err := windows.GetFileType(h)
	if err != nil || kind == windows.FILE_TYPE_UNKNOWN {
		return true
	}
	var mode uint32
	return kind == windows.FILE_TYPE_CHAR && windows.GetConsoleMode(h, &mode) != nil
}
