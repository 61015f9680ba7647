package main

import (
	"io"
	"os"
	"path/filepath"

	"github.com/DeRuina/timberjack"

	"mps/config"
	"mps/rendezvous"
)

// openLog returns where this process logs: to log.file, to stderr, or, when
// nobody can read that because the client library has started the agent, to
// agent.log in the folder of the agent's address. close ends it.
func openLog(c config.Log, stderr *os.File) (w io.Writer, close func() error) {
	file := c.File
	if file == "" {
		dir, err := rendezvous.Dir()
		if err != nil || !isNull(stderr) {
			return stderr, func() error { return nil }
		}
		file = filepath.Join(dir, "agent.log")
	}
	log := &timberjack.Logger{Filename: file, MaxSize: 5, MaxBackups: 3, LocalTime: true} // MB
	return log, log.Close
}

// isNull tells whether what is written to f is lost: the null device, or no
// file at all, as for a Windows program without a console.
func isNull(f *os.File) bool {
	info, err := f.Stat()
	if err != nil {
		return true
	}
	null, err := os.Stat(os.DevNull)
	return err == nil && os.SameFile(info, null)
}
