package wiring

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"mps/config"
	"mps/database/sqlite"
	"mps/journal"
	"mps/registry"
)

// OpenDatabase opens the database in the data directory of [server], which is
// made when it is absent. Several processes may do so at the same time.
func OpenDatabase(ctx context.Context, c config.Server) (*sqlite.Database, error) {
	return opened(ctx, c, sqlite.Open)
}

// ExistingDatabase is OpenDatabase for commands that are not meant to make one.
func ExistingDatabase(ctx context.Context, c config.Server) (*sqlite.Database, error) {
	return opened(ctx, c, sqlite.OpenExisting)
}

func opened(ctx context.Context, c config.Server, open func(context.Context, string) (*sqlite.Database, error)) (*sqlite.Database, error) {
	db, err := open(ctx, databaseFile(c))
	if err != nil {
		return nil, fmt.Errorf("打不开数据库（server.data = %q）：%w", c.Data, err)
	}
	return db, nil
}

func databaseFile(c config.Server) string { return filepath.Join(c.Data, "mps.db") }

// Records are what a server keeps: who may ask, and who asked what.
type Records struct {
	Registry *registry.Registry
	Journal  *journal.Journal

	db *sqlite.Database
}

// OpenRecords opens the records in the data directory of [server], which are made
// when they are absent.
func OpenRecords(ctx context.Context, c config.Server, log *slog.Logger) (*Records, error) {
	db, err := OpenDatabase(ctx, c)
	if err != nil {
		return nil, err
	}
	return newRecords(ctx, c, db, log)
}

// ExistingRecords is OpenRecords for commands that only read: they make neither a
// database nor a key, which would be another than the one that is missing.
func ExistingRecords(ctx context.Context, c config.Server, log *slog.Logger) (*Records, error) {
	db, err := ExistingDatabase(ctx, c)
	if err != nil {
		return nil, err
	}
	key, err := filepath.Abs(filepath.Join(c.Data, journal.KeyFile))
	if err == nil {
		_, err = os.Lstat(key)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errors.Join(noJournalKey.With(key), db.Close())
	}
	return newRecords(ctx, c, db, log)
}

func newRecords(ctx context.Context, c config.Server, db *sqlite.Database, log *slog.Logger) (*Records, error) {
	keys, err := journal.LoadKeys(c.Data)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	j, err := journal.New(ctx, db.Journal(), keys, journal.Options{AnswerLifetime: time.Duration(c.AnswerLifetime), Log: log})
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &Records{Registry: registry.New(db.Registry()), Journal: j, db: db}, nil
}

// Close writes what waits and closes the records.
func (r *Records) Close() error {
	r.Journal.Close()
	return r.db.Close()
}
