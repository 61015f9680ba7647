package main

import (
	"context"

	"mps/config"
	"mps/wiring"
)

type serverCommands struct {
	Start       serverCommand       `cmd:"" default:"1" help:"启动服务端；mps server 即此。"`
	Institution institutionCommands `cmd:"" help:"管理可以查询的机构及其凭证。"`
	Journal     journalCommand      `cmd:"" help:"查看台账：谁在什么时候查了谁，结果如何（已脱敏）。"`
}

type serverCommand struct{}

func (serverCommand) Run(ctx context.Context, p *program) error {
	c, err := p.start(config.PartServer)
	if err != nil {
		return err
	}
	if c.Centre.URL == "" {
		return noCentre.With()
	}
	s, err := wiring.NewServer(ctx, c, p.log)
	if err != nil {
		return err
	}
	ready(p.stdout, "server", s.URL)
	return s.Serve(ctx)
}
