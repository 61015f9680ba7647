// Package database opens the SQLite file in which a server keeps its state,
// and brings its tables up to date. What the tables mean is the business of
// the packages that use them: journal and server.
package database

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// ErrNewer is returned for a database whose tables were made by a newer
// program. Nothing in it has been touched.
var ErrNewer = errors.New("数据库由更新版本的程序建立，请升级本程序后再启动")

// busyTimeout is how long a statement waits for another process that writes,
// "mps server institution add" beside a running server for instance.
const busyTimeout = 5 * time.Second

// connections bounds the pool. SQLite has one writer at a time, so more of
// them only help readers, which are short.
const connections = 8

// pragmas are set on every connection, in this order: the busy timeout comes
// first because the change to WAL itself may have to wait. A commit is on the
// disk when it returns (synchronous=FULL), and deleted content is overwritten.
var pragmas = []string{
	fmt.Sprintf("busy_timeout(%d)", busyTimeout.Milliseconds()),
	"journal_mode(WAL)",
	"synchronous(FULL)",
	"foreign_keys(ON)",
	"secure_delete(ON)",
}

//go:embed migrations/*.sql
var migrations embed.FS

// Open opens the SQLite database at path, a file name, and creates it when it
// is absent, readable by its owner only (0600), in a directory (0700) that is
// created too. All migrations this program knows are applied; a database of a
// newer program gives [ErrNewer]. The file must lie on a local disk: WAL does
// not work over a network share. The caller closes the result.
func Open(ctx context.Context, path string) (*sql.DB, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("opening database: %w", err)
	}
	if err := create(path); err != nil {
		return nil, fmt.Errorf("opening database: %w", err)
	}
	db, err := sql.Open("sqlite", dsn(path))
	if err != nil {
		return nil, fmt.Errorf("opening database %s: %w", path, err)
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	if err := prepare(ctx, db); err != nil {
		db.Close()
		return nil, fmt.Errorf("opening database %s: %w", path, err)
	}
	return db, nil
}

// create makes the file before SQLite does, because SQLite would make it
// readable for everybody. The WAL file beside it takes over its permissions.
func create(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is not a regular file", path)
	}
	return errors.Join(err, f.Close())
}

// dsn returns the driver's name of a file, which is a URI so that no character
// of the path has a meaning.
func dsn(path string) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // C:/mps/mps.db
	}
	query := url.Values{"_pragma": pragmas, "_txlock": {"immediate"}}
	return (&url.URL{Scheme: "file", Path: path, RawQuery: query.Encode()}).String()
}

// prepare makes the database ready. SQLite does not wait for its busy timeout
// when two programs change a new database to WAL at the same moment.
func prepare(ctx context.Context, db *sql.DB) error {
	const pause = 20 * time.Millisecond
	deadline := time.Now().Add(busyTimeout)
	for {
		err := prepareOnce(ctx, db)
		var sqliteErr *sqlite.Error
		busy := errors.As(err, &sqliteErr) && sqliteErr.Code()&0xFF == sqlite3.SQLITE_BUSY
		if !busy || time.Now().After(deadline) || ctx.Err() != nil {
			return err
		}
		time.Sleep(pause)
	}
}

func prepareOnce(ctx context.Context, db *sql.DB) error {
	var mode string
	if err := db.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&mode); err != nil {
		return err
	}
	if mode != "wal" {
		return fmt.Errorf("journal mode is %q, not WAL: the file must lie on a local disk", mode)
	}
	return migrate(ctx, db)
}

// migrate applies what is missing. Two programs may open a new database at the
// same moment and SQLite gives goose no lock to share, so the one that lost
// the race looks again.
func migrate(ctx context.Context, db *sql.DB) error {
	const attempts = 5
	var err error
	for range attempts {
		if err = migrateOnce(ctx, db); err == nil || errors.Is(err, ErrNewer) || ctx.Err() != nil {
			return err
		}
	}
	return err
}

func migrateOnce(ctx context.Context, db *sql.DB) error {
	provider, err := newProvider(db)
	if err != nil {
		return fmt.Errorf("reading migrations: %w", err)
	}
	have, known, err := provider.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("reading schema version: %w", err)
	}
	if have > known {
		return fmt.Errorf("%w（数据库结构版本 %d，本程序支持到 %d）", ErrNewer, have, known)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrating from schema version %d to %d: %w", have, known, err)
	}
	return nil
}

func newProvider(db *sql.DB) (*goose.Provider, error) {
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectSQLite3, db, dir,
		goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
}
