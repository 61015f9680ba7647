package main

import (
	"path/filepath"

	"mps/config"
	"mps/rendezvous"
)

// logFile returns the file that a command logs to: log.file or, for an agent
// whose stderr nobody can read because the client library has started it,
// agent.log in the folder of the agent's address. "" is stderr.
func logFile(c config.Log, unseen bool) string {
	if c.File == "" && unseen {
		if dir, err := rendezvous.Dir(); err == nil {
			return filepath.Join(dir, "agent.log")
		}
	}
	return c.File
}
