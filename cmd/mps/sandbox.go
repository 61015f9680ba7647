package main

import (
	"context"
	"fmt"
	"time"

	"mps/config"
	"mps/sandbox"
)

type sandboxCommand struct {
	Start    sandboxStartCommand    `cmd:"" default:"1" help:"启动模拟中心；mps sandbox 即此。"`
	Patients sandboxPatientsCommand `cmd:"" help:"列出测试病人、他们的码，以及各自会显示什么。"`
}

type sandboxStartCommand struct{}

func (sandboxStartCommand) Run(ctx context.Context, p *program) error {
	l, err := listen(ctx, p.config.Sandbox.Listen)
	if err != nil {
		return err
	}
	url := "http://" + l.Addr().String() + sandbox.Path
	p.log.Info("模拟中心就绪", "url", url)
	ready(p.stdout, "sandbox", url)
	return serve(ctx, l, newSandbox(p.config), time.Duration(p.config.Sandbox.Slow), p.log)
}

func newSandbox(c config.Config) *sandbox.Centre {
	return sandbox.NewCentre(sandbox.Options{CodeField: c.Centre.CodeField, Slow: time.Duration(c.Sandbox.Slow)})
}

type sandboxPatientsCommand struct{}

func (sandboxPatientsCommand) Run(p *program) error {
	if err := writePatients(p.stdout); err != nil {
		return err
	}
	_, err := fmt.Fprintln(p.stdout, "\n在配置文件中写 card.sources = [\"virtual:p01\"] 使用该病人的虚拟卡；码由 mps call --voucher --code 或字段 ec_qr_code 传入。")
	return err
}
