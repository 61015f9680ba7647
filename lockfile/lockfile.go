// Package lockfile keeps a second process from what one process does alone. The
// system ends the lock with its process, however that ends, so that nothing is
// left to be cleared away.
package lockfile

import (
	"errors"
	"io"
	"os"
	"strings"
)

// ErrHeld means that another process, or another part of this one, holds the
// file.
var ErrHeld = errors.New("lockfile: held by another")

// maxNote bounds what Note reads, in bytes.
const maxNote = 512

// noteAt is where the note begins in a file: on Windows nobody reads the byte that
// is locked.
const noteAt = 1

// A File is held until Close, or until the process ends.
type File struct{ f *os.File }

// Take holds the file at path, which it makes where there is none, for its owner
// only. The error is [ErrHeld] or that of the system.
func Take(path string) (*File, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := lock(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &File{f}, nil
}

// Leave writes a note for those who find the file held: one line about the
// holder.
func (l *File) Leave(note string) error {
	if err := l.f.Truncate(0); err != nil {
		return err
	}
	_, err := l.f.WriteAt([]byte(note+"\n"), noteAt)
	return err
}

// Close lets another take the file, which stays.
func (l *File) Close() error { return l.f.Close() }

// Note returns what the holder of a file has left, "" when that cannot be read or
// is no line of text.
func Note(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	b, err := io.ReadAll(io.NewSectionReader(f, noteAt, maxNote))
	note, whole := strings.CutSuffix(string(b), "\n")
	if err != nil || !whole || strings.ContainsFunc(note, isControl) {
		return ""
	}
	return note
}

func isControl(r rune) bool { return r < ' ' || r == 0x7F || r == '\uFFFD' }
