package main

import (
	"context"
	"fmt"

	"mps/wiring"
)

type sandboxCommand struct {
	Start    sandboxStartCommand    `cmd:"" default:"1" help:"启动模拟中心；mps sandbox 即此。"`
	Patients sandboxPatientsCommand `cmd:"" help:"列出测试病人、他们的码，以及各自会显示什么。"`
}

type sandboxStartCommand struct{}

func (sandboxStartCommand) Run(ctx context.Context, p *program) error {
	c, err := p.start("")
	if err != nil {
		return err
	}
	s, err := wiring.NewSandbox(ctx, c, p.log)
	if err != nil {
		return err
	}
	ready(p.stdout, "sandbox", s.URL)
	return s.Serve(ctx)
}

type sandboxPatientsCommand struct{}

func (sandboxPatientsCommand) Run(p *program) error {
	if err := writePatients(p.stdout); err != nil {
		return err
	}
	_, err := fmt.Fprintln(p.stdout, "\n在配置文件中写 card.sources = [\"virtual:p01\"] 使用该病人的虚拟卡；码由 mps call --voucher --code 或字段 ec_qr_code 传入。")
	return err
}
