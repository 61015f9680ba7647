package main

import (
	"context"
	"errors"
	"fmt"

	"mps/journal"
	"mps/wiring"
)

type journalCommand struct {
	Institution string `placeholder:"机构编号" help:"只看这个机构。"`
	RequestID   string `placeholder:"请求号" help:"只看这个请求号，它也在读卡服务的日志里。"`
	IDNumber    string `placeholder:"身份证号" help:"只看这个人；按密钥摘要比对，不保存明文。"`
	Limit       int    `default:"20" placeholder:"条数" help:"最多显示几条，默认 20，最近的在前。"`
}

func (c journalCommand) Run(ctx context.Context, p *program) (err error) {
	conf, err := p.open()
	if err != nil {
		return err
	}
	records, err := wiring.ExistingRecords(ctx, conf.Server, p.log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, records.Close()) }()
	entries, err := records.Journal.List(ctx, journal.Filter{Institution: c.Institution, RequestID: c.RequestID, IDNumber: c.IDNumber, Limit: c.Limit})
	if err != nil {
		return err
	}
	for _, e := range entries {
		if _, err := fmt.Fprintln(p.stdout, journalLine(e)); err != nil {
			return err
		}
	}
	return nil
}

// journalLine tells an entry in one line.
func journalLine(e journal.Stored) string {
	who := "未得知病人"
	if e.Name != "" || e.IDNumber != "" {
		who = e.Name + " " + e.IDNumber
	}
	return fmt.Sprintf("%s 机构 %s 工作站 %s 操作员 %s：%s，结果 %s %s（%d ms，请求号 %s）",
		e.Time.Local().Format("2006-01-02 15:04:05"), e.Institution, orDash(e.Terminal), orDash(e.Operator),
		who, e.Result, e.Message, e.Duration.Milliseconds(), e.RequestID)
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
