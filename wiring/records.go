package wiring

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
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
	db, err := sqlite.Open(ctx, filepath.Join(c.Data, "mps.db"))
	if err != nil {
		return nil, fmt.Errorf("打不开数据库（server.data = %q）：%w", c.Data, err)
	}
	return db, nil
}

// Records are what a server keeps: who may ask, and who asked what.
type Records struct {
	Registry *registry.Registry
	Journal  *journal.Journal

	db *sqlite.Database
}

// OpenRecords opens the records in the data directory of [server].
func OpenRecords(ctx context.Context, c config.Server, log *slog.Logger) (*Records, error) {
	db, err := OpenDatabase(ctx, c)
	if err != nil {
		return nil, err
	}
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
