// Package database holds what the engines share in which a server keeps its
// state. Each engine is a package below, with the same files: how a database is
// opened, the store of the journal, that of the registry, and the migrations.
// What the tables mean is the business of packages journal and registry.
package database

import (
	"context"
	"fmt"

	"github.com/pressly/goose/v3"

	"mps/failure"
)

// ErrNewer is returned for a database whose tables were made by a newer
// program. Nothing in it has been touched.
var ErrNewer = failure.New("database_newer",
	"数据库由更新版本的程序建立，", "请升级本程序后再启动（数据库结构版本 %d，本程序支持到 %d）")

// Migrate applies the migrations that the database lacks. A database of a newer
// program gives [ErrNewer].
func Migrate(ctx context.Context, p *goose.Provider) error {
	have, known, err := p.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("reading schema version: %w", err)
	}
	if have > known {
		return ErrNewer.With(have, known)
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrating from schema version %d to %d: %w", have, known, err)
	}
	return nil
}
