package journal

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"mps/failure"
)

// KeyFile is the name of the key file in the data directory.
const KeyFile = "journal.key"

// masterSize is the length of the master key in bytes; the file holds it as
// hex digits and a newline.
const masterSize = 32

// LoadKeys returns the keys of the journal in the data directory dir, from its
// file journal.key. When the file is absent it is made, with a new random key,
// readable by its owner only, and is on the disk when LoadKeys returns.
//
// A file that others may read or write is refused on Unix; on Windows the
// permissions of the folder are all there is. The file is as valuable as the
// journal: without it nothing can be searched for any more. It belongs into
// the backup, but not beside the copy of the database.
func LoadKeys(dir string) (*Keys, error) {
	path := filepath.Join(dir, KeyFile)
	master, err := readMaster(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := createMaster(dir, path); err != nil {
			return nil, keyUncreatable.Because(err, err)
		}
		master, err = readMaster(path)
	}
	if err == nil {
		return newKeys(master)
	}
	if _, ok := errors.AsType[failure.Failure](err); ok {
		return nil, err
	}
	return nil, keyUnreadable.Because(err, err)
}

func readMaster(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, keyIrregular.With(path)
	}
	if perm := info.Mode().Perm(); runtime.GOOS != "windows" && perm&0o077 != 0 {
		return nil, keyExposed.With(path, perm, path)
	}
	text, err := io.ReadAll(io.LimitReader(f, 4*masterSize))
	if err != nil {
		return nil, err
	}
	master, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(master) != masterSize {
		// The cause is left out: it would quote the file.
		return nil, keyDamaged.With(path, 2*masterSize)
	}
	return master, nil
}

// createMaster makes the key file, whole or not at all: it is written under
// another name first and then linked, which fails when another process was
// faster. That is no error, the other's key is as good.
func createMaster(dir, path string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	var master [masterSize]byte
	rand.Read(master[:]) // never fails: crypto/rand ends the program instead
	draft := path + "." + rand.Text()
	if err := writeSynced(draft, hex.EncodeToString(master[:])+"\n"); err != nil {
		return err
	}
	defer os.Remove(draft)
	if err := os.Link(draft, path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDir(dir)
}

func writeSynced(path, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// syncDir makes a new name in dir durable. Windows has no such call and needs
// none: NTFS journals names.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
