package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"time"

	"mps"
	"mps/config"
	"mps/database/sqlite"
	"mps/journal"
	"mps/registry"
	"mps/server"
)

type serverCommands struct {
	Start       serverCommand       `cmd:"" default:"1" help:"启动服务端；mps server 即此。"`
	Institution institutionCommands `cmd:"" help:"管理可以查询的机构及其凭证。"`
	Journal     journalCommand      `cmd:"" help:"查看台账：谁在什么时候查了谁，结果如何（已脱敏）。"`
}

type serverCommand struct{}

func (serverCommand) Run(ctx context.Context, p *program) error {
	if p.config.Centre.URL == "" {
		return errors.New("未配置电子凭证中心：请在配置文件的[centre]中填写url")
	}
	s, err := openServer(ctx, p.config, p.log)
	if err != nil {
		return err
	}
	l, err := listen(ctx, p.config.Server.Listen)
	if err != nil {
		return errors.Join(err, s.close())
	}
	p.log.Info("服务端就绪", "address", l.Addr().String(), "version", mps.Version())
	ready(p.stdout, "server", "http://"+l.Addr().String())
	err = serve(ctx, l, s.handler, time.Duration(p.config.Server.Timeout), p.log)
	return errors.Join(err, s.close())
}

// An openedServer is a server with the database and the journal it works on.
type openedServer struct {
	handler      http.Handler
	institutions *registry.Registry
	journal      *journal.Journal
	close        func() error
}

func openServer(ctx context.Context, c config.Config, log *slog.Logger) (*openedServer, error) {
	centre, err := newCentre(c.Centre)
	if err != nil {
		return nil, err
	}
	db, j, err := openJournal(ctx, c.Server, log)
	if err != nil {
		return nil, err
	}
	institutions := registry.New(db.Registry())
	s := server.New(server.Options{
		Querier:      centre,
		Journal:      j,
		Institutions: institutions,
		Log:          log,
		Version:      mps.Version(),
		QueryTimeout: time.Duration(c.Server.Timeout),
	})
	return &openedServer{
		handler:      s.Handler(),
		institutions: institutions,
		journal:      j,
		close: func() error {
			s.Close()
			j.Close()
			return db.Close()
		},
	}, nil
}

// openDatabase opens the database in the server's data directory.
func openDatabase(ctx context.Context, c config.Server) (*sqlite.Database, error) {
	db, err := sqlite.Open(ctx, filepath.Join(c.Data, "mps.db"))
	if err != nil {
		return nil, fmt.Errorf("打不开数据库（server.data = %q）：%w", c.Data, err)
	}
	return db, nil
}

func openJournal(ctx context.Context, c config.Server, log *slog.Logger) (*sqlite.Database, *journal.Journal, error) {
	db, err := openDatabase(ctx, c)
	if err != nil {
		return nil, nil, err
	}
	keys, err := journal.LoadKeys(c.Data)
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	j, err := journal.New(ctx, db.Journal(), keys, journal.Options{AnswerLifetime: time.Duration(c.AnswerLifetime), Log: log})
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return db, j, nil
}
