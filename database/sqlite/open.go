// Package sqlite keeps a server's state in one SQLite file. One process at a
// time writes much; others may read and change a little meanwhile.
package sqlite

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

	"mps/database"
	"mps/failure"
	"mps/journal"
	"mps/registry"
)

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

// Database is an open SQLite file. It is safe for concurrent use.
type Database struct {
	// Path is the full name of the file, and New tells that Open has made it.
	Path string
	New  bool

	db      *sql.DB
	journal *journalStore
}

// Open opens the SQLite database at path, a file name, and creates it when it
// is absent, readable by its owner only (0600), in a directory (0700) that is
// created too. All migrations this program knows are applied; a database of a
// newer program gives [database.ErrNewer]. The file must lie on a local disk:
// WAL does not work over a network share. The caller closes the result. Every
// error is a [failure.Failure].
func Open(ctx context.Context, path string) (*Database, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, unusable.Because(err, path, reason(err))
	}
	d, err := open(ctx, path)
	if err == nil {
		return d, nil
	}
	if _, ok := errors.AsType[failure.Failure](err); ok {
		return nil, err
	}
	return nil, unusable.Because(err, path, reason(err))
}

// reasons say in Chinese what SQLite's result codes mean (https://sqlite.org/rescode.html).
var reasons = map[int]string{
	sqlite3.SQLITE_PERM:     "没有权限",
	sqlite3.SQLITE_BUSY:     "被另一个程序锁住",
	sqlite3.SQLITE_LOCKED:   "被另一个程序锁住",
	sqlite3.SQLITE_READONLY: "文件是只读的",
	sqlite3.SQLITE_IOERR:    "磁盘读写出错",
	sqlite3.SQLITE_CORRUPT:  "文件已损坏",
	sqlite3.SQLITE_FULL:     "磁盘已满",
	sqlite3.SQLITE_CANTOPEN: "打不开",
	sqlite3.SQLITE_NOTADB:   "不是数据库文件，或已损坏",
}

// reason says in Chinese why a database cannot be opened.
func reason(err error) string {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		if text, ok := reasons[e.Code()&0xFF]; ok { // without what extends it
			return text
		}
	}
	return failure.System(err)
}

func open(ctx context.Context, path string) (*Database, error) {
	made, err := create(path)
	if err != nil {
		return nil, err
	}
	db, err := sql.Open("sqlite", dsn(path))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	if err := prepare(ctx, db, path); err != nil {
		db.Close()
		return nil, err
	}
	store, err := newJournalStore(ctx, db)
	if err != nil {
		db.Close()
		return nil, err
	}
	return &Database{Path: path, New: made, db: db, journal: store}, nil
}

// Journal returns the journal's store, which ends with the database.
func (d *Database) Journal() journal.Store { return d.journal }

// Registry returns the registry's store, which ends with the database.
func (d *Database) Registry() registry.Store { return registryStore{d.db} }

// Close ends the use of the file. Close what works on the stores first.
func (d *Database) Close() error {
	return errors.Join(d.journal.close(), d.db.Close())
}

// create makes the file, unless it is there, before SQLite does, because SQLite
// would make it readable for everybody. The WAL file beside it takes over its
// permissions.
func create(path string) (made bool, err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return false, err
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		made = true
		f, err = os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	}
	if err != nil {
		return false, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = irregular.With(path)
	}
	return made, errors.Join(err, f.Close())
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
func prepare(ctx context.Context, db *sql.DB, path string) error {
	const pause = 20 * time.Millisecond
	deadline := time.Now().Add(busyTimeout)
	for {
		err := prepareOnce(ctx, db, path)
		sqliteErr, busy := errors.AsType[*sqlite.Error](err)
		busy = busy && sqliteErr.Code()&0xFF == sqlite3.SQLITE_BUSY
		if !busy || time.Now().After(deadline) || ctx.Err() != nil {
			return err
		}
		time.Sleep(pause)
	}
}

func prepareOnce(ctx context.Context, db *sql.DB, path string) error {
	var mode string
	if err := db.QueryRowContext(ctx, "PRAGMA journal_mode").Scan(&mode); err != nil {
		return err
	}
	if mode != "wal" {
		return notLocal.With(path, mode)
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
		if err = migrateOnce(ctx, db); err == nil || errors.Is(err, database.ErrNewer) || ctx.Err() != nil {
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
	return database.Migrate(ctx, provider)
}

func newProvider(db *sql.DB) (*goose.Provider, error) {
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectSQLite3, db, dir,
		goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
}
