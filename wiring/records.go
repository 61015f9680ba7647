package wiring

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"mps/config"
	"mps/database"
	"mps/journal"
	"mps/server"
)

// Records are what a server keeps: who may ask, and who asked what.
type Records struct {
	Institutions server.Institutions
	Journal      *journal.Journal

	db *sql.DB
}

// OpenRecords opens the records in the data directory of [server], which is made
// when it is absent. Several processes may do so at the same time.
func OpenRecords(ctx context.Context, c config.Server, log *slog.Logger) (*Records, error) {
	db, err := database.Open(ctx, filepath.Join(c.Data, "mps.db"))
	if err != nil {
		return nil, fmt.Errorf("打不开数据库（server.data = %q）：%w", c.Data, err)
	}
	keys, err := journal.LoadKeys(c.Data)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	j, err := journal.New(ctx, db, keys, journal.Options{AnswerLifetime: time.Duration(c.AnswerLifetime), Log: log})
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &Records{Institutions: server.Institutions{DB: db}, Journal: j, db: db}, nil
}

// Close writes what waits and closes the records.
func (r *Records) Close() error {
	return errors.Join(r.Journal.Close(), r.db.Close())
}
