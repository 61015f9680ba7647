package main

import (
	"io"
	"os"
	"path/filepath"

	"github.com/DeRuina/timberjack"

	"mps/config"
	"mps/rendezvous"
)

// openLog returns where a command logs: to log.file, to stderr, or, for an agent
// whose stderr nobody can read because the client library has started it, to
// agent.log in the folder of the agent's address. close ends it.
func openLog(c config.Log, command string, stderr *os.File) (w io.Writer, close func() error) {
	file := c.File
	if file == "" && command == "agent" && isNull(stderr) {
		if dir, err := rendezvous.Dir(); err == nil {
			file = filepath.Join(dir, "agent.log")
		}
	}
	if file == "" {
		return stderr, func() error { return nil }
	}
	log := &timberjack.Logger{Filename: file, MaxSize: 5, MaxBackups: 3, LocalTime: true} // MB
	return log, log.Close
}
