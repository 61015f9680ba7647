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
	records, err := wiring.OpenRecords(ctx, conf.Server, p.log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, records.Close()) }()
	lines, err := records.Journal.List(ctx, journal.Filter{Institution: c.Institution, RequestID: c.RequestID, IDNumber: c.IDNumber, Limit: c.Limit})
	if err != nil {
		return err
	}
	for _, l := range lines {
		if _, err := fmt.Fprintln(p.stdout, journalLine(l)); err != nil {
			return err
		}
	}
	return nil
}

// journalLine tells an entry in one line.
func journalLine(l journal.Line) string {
	who := "未得知病人"
	if l.Name != "" || l.IDNumber != "" {
		who = l.Name + " " + l.IDNumber
	}
	return fmt.Sprintf("%s 机构 %s 工作站 %s 操作员 %s：%s，结果 %s %s（%d ms，请求号 %s）",
		l.Time.Local().Format("2006-01-02 15:04:05"), l.Institution, orDash(l.Terminal), orDash(l.Operator),
		who, l.Result, l.Message, l.Duration.Milliseconds(), l.RequestID)
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
