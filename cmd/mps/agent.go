package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strings"
	"time"

	"mps"
	"mps/agent"
	"mps/card"
	"mps/card/pcsc"
	"mps/card/virtual"
	"mps/config"
	"mps/gbk"
	"mps/protocol"
	"mps/rendezvous"
	"mps/sandbox"
	"mps/voucher"
)

type agentCommand struct{}

func (agentCommand) Run(ctx context.Context, p *program) error {
	l, secret, done, err := meetCallers(ctx, p.config.Agent.Listen, p.log)
	if errors.Is(err, rendezvous.ErrRunning) {
		_, err := fmt.Fprintln(p.stdout, err)
		return err
	}
	if err != nil {
		return err
	}
	defer done()
	a, err := newAgent(p.config, secret, p.log)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	p.log.Info("读卡服务就绪", "address", l.Addr().String(), "version", mps.Version())
	ready(p.stdout, "agent", "http://"+l.Addr().String())
	return serve(ctx, l, a.Handler(), time.Duration(p.config.Agent.Timeout), p.log)
}

// meetCallers makes this process the agent of its user: it listens, on a free
// port when another program has the configured one, and leaves address and
// secret where the user's client library looks. Where there is no place to
// leave them, the agent serves the configured port without a secret. done ends
// it all but the listening.
func meetCallers(ctx context.Context, address string, log *slog.Logger) (l net.Listener, secret string, done func(), err error) {
	dir, err := rendezvous.Dir()
	var claim *rendezvous.Claim
	if err == nil {
		claim, err = rendezvous.NewClaim(dir)
	}
	if errors.Is(err, rendezvous.ErrRunning) {
		return nil, "", nil, err
	}
	if err != nil {
		log.Warn("无法留下读卡服务的地址：只在配置的端口上服务，也不能区分本机的不同用户", "error", err)
		l, err := listen(ctx, address)
		return l, "", func() {}, err
	}
	done = func() {
		if err := claim.Release(); err != nil {
			log.Warn("未能删除读卡服务的地址文件", "error", err)
		}
	}
	l, err = listen(ctx, address)
	if errors.Is(err, addressInUse) {
		log.Warn("配置的端口被另一个程序占用，改用空闲端口；动态库会自己找到", "configured", address)
		l, err = listen(ctx, "127.0.0.1:0")
	}
	secret = rendezvous.NewSecret()
	if err == nil {
		err = claim.Publish(rendezvous.Address{Port: l.Addr().(*net.TCPAddr).Port, Secret: secret})
	}
	if err != nil {
		done()
		return nil, "", nil, err
	}
	return l, secret, done, nil
}

// newAgent builds the agent that c describes, for callers that know the secret.
func newAgent(c config.Config, secret string, log *slog.Logger) (*agent.Agent, error) {
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
		Encoder:   protocol.Encoder{Outside: gbk.Fallback(c.Agent.OutsideGBK), Key: protocol.Key(c.Agent.SignKey)},
		Timeout:   time.Duration(c.Agent.Timeout),
		Queue:     c.Agent.Queue,
		QueueWait: time.Duration(c.Agent.QueueWait),
		Secret:    secret,
		Version:   mps.Version(),
		Log:       log,
	}
	var err error
	if options.Cards, err = cardSource(c, log); err != nil {
		return nil, err
	}
	if options.Vouchers, err = voucherQuerier(c, log); err != nil {
		return nil, err
	}
	options.VouchersScan = strings.HasPrefix(c.Voucher.Via, config.ViaDriver)
	if c.Voucher.Code != "" {
		options.Codes = voucher.FixedCode(c.Voucher.Code)
	}
	return agent.New(options), nil
}

// cardSource builds the sources of cards in the order in which they are tried.
func cardSource(c config.Config, log *slog.Logger) (card.Sources, error) {
	var sources card.Sources
	for _, name := range c.Card.Sources {
		kind, key, _ := strings.Cut(name, ":")
		switch {
		case name == "pcsc":
			reader := pcsc.New(pcsc.Options{Name: c.Card.Reader, Wait: time.Duration(c.Card.Wait), Log: log})
			sources = append(sources, card.FromReader(reader))
		case kind == "virtual":
			patient, ok := sandbox.Find(key)
			if !ok {
				return nil, fmt.Errorf("card.sources：没有测试病人%q，见 mps sandbox patients", key)
			}
			sources = append(sources, card.FromReader(&virtual.Reader{Card: patient.Card()}))
		case kind == "driver":
			d, ok := c.Driver[key]
			if !ok {
				return nil, fmt.Errorf("card.sources：没有[driver.%s]", key)
			}
			source, err := cardDriver(key, d, log)
			if err != nil {
				return nil, err
			}
			sources = append(sources, source)
		default:
			return nil, fmt.Errorf("card.sources：不认识的来源%q，应为\"pcsc\"、\"driver:<名字>\"或\"virtual:<病人>\"", name)
		}
	}
	return sources, nil
}

// voucherQuerier returns nil when nothing is configured: such an agent reads
// cards only.
func voucherQuerier(c config.Config, log *slog.Logger) (agent.VoucherQuerier, error) {
	if name, ok := strings.CutPrefix(c.Voucher.Via, config.ViaDriver); ok {
		return voucherDriver(name, c.Driver[name], log)
	}
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
