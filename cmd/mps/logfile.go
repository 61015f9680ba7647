package main

import (
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/DeRuina/timberjack"

	"mps/failure"
)

// A log file is replaced when it reaches this size, and that many old ones are
// kept.
const (
	logFileSize = 5 // MB
	oldLogFiles = 3
)

// A logWriter writes records to a file and, as long as that cannot be written, to
// another place, which the reason goes to first. It is for one slog.Handler, which
// writes one record at a time.
type logWriter struct {
	path   string
	other  io.Writer
	file   io.WriteCloser // nil until it could be opened
	failed bool           // the last record went to other
}

// open opens the file, in a folder that is made when it is absent, before there is
// a record to write. When that fails, the other place has the reason already.
func (w *logWriter) open() {
	if err := w.tryWrite(nil); err != nil {
		w.fail(err)
	}
}

// Write writes a record, whole, to one of the two places.
func (w *logWriter) Write(record []byte) (int, error) {
	err := w.tryWrite(record)
	if err == nil {
		w.failed = false
		return len(record), nil
	}
	w.fail(err)
	return w.other.Write(record)
}

// fail tells the other place why it gets what comes now.
func (w *logWriter) fail(err error) {
	if !w.failed {
		w.failed = true
		slog.New(slog.NewTextHandler(w.other, nil)).Error(logLost.With(w.path, logReason(err)).Error())
	}
}

func (w *logWriter) tryWrite(record []byte) error {
	if w.file == nil {
		file, err := openLogFile(w.path)
		if err != nil {
			return err
		}
		w.file = file
	}
	_, err := w.file.Write(record)
	return err
}

// Close ends the use of the file.
func (w *logWriter) Close() error {
	if w.file == nil {
		return nil
	}
	return w.file.Close()
}

// openLogFile opens a file to append to, which is replaced from time to time. What
// is replaced is renamed, so that nothing but a file may be in its place: a device
// is written as it is.
func openLogFile(path string) (io.WriteCloser, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if err := makeLogFile(path); err != nil {
			return nil, err
		}
	case err != nil:
		return nil, err
	case info.Mode()&os.ModeCharDevice != 0:
		return os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	default:
		if err := checkAppend(path, info); err != nil {
			return nil, err
		}
	}
	return &timberjack.Logger{Filename: path, MaxSize: logFileSize, MaxBackups: oldLogFiles, LocalTime: true}, nil
}

// makeLogFile makes the file, for which timberjack would not say why it cannot be.
func makeLogFile(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o640)
	if err != nil {
		return err
	}
	return f.Close()
}

// checkAppend finds out whether what is there can be appended to.
func checkAppend(path string, info fs.FileInfo) error {
	if !info.IsDir() && !info.Mode().IsRegular() {
		return errIrregular // a pipe would be waited for
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	return f.Close()
}

var errIrregular = errors.New("neither a file nor a device")

// checkLogFile says why a log could not be written to path, nil when it could. It
// leaves nothing behind: a file that it made might be one that the agent's user
// cannot write.
func checkLogFile(path string) error {
	info, err := os.Stat(path)
	switch {
	case err == nil && info.Mode()&os.ModeCharDevice != 0:
		return nil
	case err == nil:
		err = checkAppend(path, info)
	case errors.Is(err, fs.ErrNotExist):
		err = checkFolder(filepath.Dir(path))
	}
	if err != nil {
		return logLost.Because(err, path, logReason(err))
	}
	return nil
}

// checkFolder finds out whether files can be made in a folder, or in the one that
// it would be made in.
func checkFolder(dir string) error {
	for {
		_, err := os.Stat(dir)
		if parent := filepath.Dir(dir); errors.Is(err, fs.ErrNotExist) && parent != dir {
			dir = parent
			continue
		}
		if err != nil {
			return err
		}
		f, err := os.CreateTemp(dir, ".mps-*")
		if err != nil {
			return err
		}
		return errors.Join(f.Close(), os.Remove(f.Name()))
	}
}

// logReason says in Chinese why a log file cannot be written.
func logReason(err error) string {
	if errors.Is(err, errIrregular) {
		return "它不是文件"
	}
	return failure.System(err)
}
