package main

import (
	"io"
	"log/slog"
	"os"
	"path/filepath"

	"mps/config"
	"mps/mask"
)

// load finds and reads the configuration.
func (p *program) load() (config.Place, config.Config, error) {
	place := config.Find(p.configFile, programFolder())
	c, err := place.Load()
	return place, c, err
}

// open returns the configuration, with a log that goes to the standard error
// output. Commands that need neither do not call it: a mistake in the file is no
// concern of theirs.
func (p *program) open() (config.Config, error) {
	place, c, err := p.load()
	p.logTo(p.stderr, c.Log)
	for _, notice := range place.Notices() {
		p.log.Warn(notice.Error())
	}
	return c, err
}

// start is open for a command that runs a part: the log goes to the file that is
// configured, and begins with what is in force. When the configuration is wrong,
// the log is the one without a file, so that the reason can be found there.
func (p *program) start(part string) (config.Config, error) {
	place, c, err := p.load()
	var w io.Writer = p.stderr
	// Where nobody reads stderr, there is a file besides the one that is configured.
	for _, file := range []string{logFile(config.Log{}, p.unseen), c.Log.File} {
		if file != "" {
			log := &logWriter{path: config.FullName(file), other: w}
			p.logFiles = append(p.logFiles, log)
			w = log
		}
	}
	if log, ok := w.(*logWriter); ok {
		log.open()
	}
	p.logTo(w, c.Log)
	if place.Found {
		p.log.Info("配置文件", "path", place.Path)
	} else {
		p.log.Info("没有配置文件，用默认值", "looked_for", place.Path)
	}
	for _, notice := range place.Notices() {
		p.log.Warn(notice.Error())
	}
	if err == nil {
		for _, notice := range notices(c, part) {
			p.log.Warn(notice.Error())
		}
	}
	return c, err
}

// notices are what in the configuration of a part works and was hardly meant.
func notices(c config.Config, part string) []error {
	found := c.Disorder(part, config.LibraryTimeout(programFolder()))
	if part == config.PartAgent {
		found = append(found, c.Unused()...)
	}
	return found
}

func (p *program) logTo(w io.Writer, c config.Log) {
	p.log = slog.New(mask.NewHandler(slog.NewTextHandler(w, &slog.HandlerOptions{Level: c.Level})))
}

func (p *program) close() {
	for _, f := range p.logFiles {
		f.Close()
	}
}

// programFolder is where this program lies, and with it the configuration and the
// client library: the latter starts the agent without arguments. "" cannot be
// found out, and means the working directory.
func programFolder() string {
	self, err := os.Executable()
	if err != nil {
		return ""
	}
	return filepath.Dir(self)
}
