package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"mps/failure"
	"mps/lockfile"
)

// claimSuffix makes the name of the file that a server holds of its database's.
const claimSuffix = ".running"

// A Claim is the right to be the one server over a database. It ends with Close,
// or with the process.
type Claim struct{ file *lockfile.File }

// NewClaim makes this process the server over the database at path, which need
// not exist. listen says to others where it answers. A second one is refused with
// a failure that says who is the first; programs that only read or change a
// little need no claim. Every error is a [failure.Failure].
func NewClaim(path, listen string) (*Claim, error) {
	path, err := filepath.Abs(path)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(path), 0o700)
	}
	if err != nil {
		return nil, unusable.Because(err, path, reason(err))
	}
	file, err := lockfile.Take(path + claimSuffix)
	if errors.Is(err, lockfile.ErrHeld) {
		holder := lockfile.Note(path + claimSuffix)
		if holder == "" {
			holder = "进程号不明"
		}
		return nil, served.With(filepath.Dir(path), holder)
	}
	if err != nil {
		return nil, unclaimed.Because(err, path+claimSuffix, failure.System(err))
	}
	// Without its note, on a full disk, the claim is as good.
	_ = file.Leave(fmt.Sprintf("进程号 %d，监听 %s", os.Getpid(), listen))
	return &Claim{file}, nil
}

// Close lets another server have the database, which must be closed before.
func (c *Claim) Close() error { return c.file.Close() }

// OpenExisting is Open for programs that are not meant to make a database: where
// there is none, they are told so.
func OpenExisting(ctx context.Context, path string) (*Database, error) {
	full, err := filepath.Abs(path)
	if err == nil {
		_, err = os.Stat(full)
	}
	if errors.Is(err, os.ErrNotExist) {
		return nil, absent.With(full)
	}
	return Open(ctx, path)
}
