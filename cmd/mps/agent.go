package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"mps"
	"mps/agent"
	"mps/card"
	"mps/card/virtual"
	"mps/config"
	"mps/gbk"
	"mps/protocol"
	"mps/sandbox"
	"mps/voucher"
)

type agentCommand struct{}

func (agentCommand) Run(ctx context.Context, p *program) error {
	a, err := newAgent(p.config, p.log)
	if err != nil {
		return err
	}
	l, err := listen(ctx, p.config.Agent.Listen)
	if err != nil {
		return err
	}
	p.log.Info("读卡服务就绪", "address", l.Addr().String(), "version", mps.Version())
	return serve(ctx, l, a.Handler(), time.Duration(p.config.Agent.Timeout), p.log)
}

// newAgent builds the agent that c describes.
func newAgent(c config.Config, log *slog.Logger) (*agent.Agent, error) {
	options := agent.Options{
		CodePattern: c.Voucher.CodePattern.Regexp,
		Query: voucher.Query{
			OrgID:        c.Voucher.OrgID,
			BusinessType: c.Voucher.BusinessType,
			OperatorID:   c.Voucher.OperatorID,
			OperatorName: c.Voucher.OperatorName,
			OfficeID:     c.Voucher.OfficeID,
			OfficeName:   c.Voucher.OfficeName,
			DeviceType:   c.Voucher.DeviceType,
		},
		Encoder:   protocol.Encoder{Outside: gbk.Outside(c.Agent.OutsideGBK), Key: protocol.Key(c.Agent.SignKey)},
		Timeout:   time.Duration(c.Agent.Timeout),
		Queue:     c.Agent.Queue,
		QueueWait: time.Duration(c.Agent.QueueWait),
		Version:   mps.Version(),
		Log:       log,
	}
	var err error
	if options.Cards, err = cardSource(c.Card); err != nil {
		return nil, err
	}
	if options.Vouchers, err = voucherQuerier(c); err != nil {
		return nil, err
	}
	if c.Voucher.Code != "" {
		options.Codes = voucher.FixedCode(c.Voucher.Code)
	}
	return agent.New(options), nil
}

func cardSource(c config.Card) (agent.CardSource, error) {
	if len(c.Sources) == 0 {
		return card.Source{}, nil
	}
	if len(c.Sources) > 1 {
		return nil, fmt.Errorf("card.sources：目前只支持一个来源")
	}
	key, ok := strings.CutPrefix(c.Sources[0], "virtual:")
	if !ok {
		return nil, fmt.Errorf("card.sources：不认识的来源%q，目前支持\"virtual:<病人>\"，病人见 mps sandbox patients", c.Sources[0])
	}
	patient, ok := sandbox.Find(key)
	if !ok {
		return nil, fmt.Errorf("card.sources：没有测试病人%q，见 mps sandbox patients", key)
	}
	return card.Source{Reader: &virtual.Reader{Card: patient.Card()}}, nil
}

// voucherQuerier returns nil when nothing is configured: such an agent reads
// cards only.
func voucherQuerier(c config.Config) (agent.VoucherQuerier, error) {
	if c.Voucher.Via == config.ViaCentre {
		if c.Centre.URL == "" {
			return nil, nil
		}
		return newCentre(c.Centre)
	}
	if c.Voucher.Server == "" {
		return nil, nil
	}
	remote := &voucher.Remote{
		URL:      c.Voucher.Server,
		Token:    c.Voucher.Token,
		Terminal: terminal(c.Agent),
		Timeout:  time.Duration(c.Voucher.Timeout),
	}
	if err := remote.Check(); err != nil {
		return nil, err
	}
	return remote, nil
}

func newCentre(c config.Centre) (*voucher.Centre, error) {
	centre := &voucher.Centre{
		URL:       c.URL,
		CodeField: c.CodeField,
		Extra:     c.Extra,
		Timeout:   time.Duration(c.Timeout),
	}
	if err := centre.Check(); err != nil {
		return nil, err
	}
	return centre, nil
}

// terminal is the workstation's name, for the server's journal.
func terminal(c config.Agent) string {
	if c.Terminal != "" {
		return c.Terminal
	}
	name, err := os.Hostname()
	if err != nil {
		return ""
	}
	return name
}
