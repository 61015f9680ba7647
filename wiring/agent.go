package wiring

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"time"

	"mps"
	"mps/agent"
	"mps/config"
	"mps/gbk"
	"mps/protocol"
	"mps/rendezvous"
	"mps/voucher"
	"mps/web"
)

// NewAgent opens the agent of this user: on a free port when another program has
// the configured one, with address and secret where the user's client library
// looks. Where there is no place to leave them, it serves the configured port
// without a secret. The error is [rendezvous.ErrRunning] when the user has an
// agent already.
func NewAgent(ctx context.Context, c config.Config, log *slog.Logger) (*Part, error) {
	l, secret, release, err := meet(ctx, c.Agent.Listen, log)
	if err != nil {
		return nil, err
	}
	return newAgent(c, l, secret, release, log)
}

// NewPrivateAgent opens an agent on the configured address that leaves no trace
// for other programs of the user and asks for no secret.
func NewPrivateAgent(ctx context.Context, c config.Config, log *slog.Logger) (*Part, error) {
	l, err := web.Listen(ctx, c.Agent.Listen)
	if err != nil {
		return nil, err
	}
	return newAgent(c, l, "", nothing, log)
}

// CheckAgent says why an agent could not be opened as it is configured, whether or
// not one runs. It opens and starts nothing.
func CheckAgent(c config.Config, log *slog.Logger) error {
	_, err := answering(c, "", log)
	return err
}

func newAgent(c config.Config, l net.Listener, secret string, release func() error, log *slog.Logger) (*Part, error) {
	p := &Part{URL: "http://" + l.Addr().String(), listener: l, answering: time.Duration(c.Agent.Timeout), log: log, release: release}
	a, err := answering(c, secret, log)
	if err != nil {
		return nil, errors.Join(err, p.Close())
	}
	p.handler = a.Handler()
	log.Info("读卡服务就绪", "address", l.Addr().String(), "version", mps.Version())
	return p, nil
}

// meet makes this process the agent of its user and listens. release undoes the
// former.
func meet(ctx context.Context, address string, log *slog.Logger) (l net.Listener, secret string, release func() error, err error) {
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
		l, err := web.Listen(ctx, address)
		return l, "", nothing, err
	}
	release = func() error {
		if err := claim.Release(); err != nil {
			log.Warn("未能删除读卡服务的地址文件", "error", err)
		}
		return nil
	}
	l, err = web.Listen(ctx, address)
	if web.InUse(err) {
		log.Warn("配置的端口被另一个程序占用，改用空闲端口；动态库会自己找到", "configured", address)
		l, err = web.Listen(ctx, "127.0.0.1:0")
	}
	if err != nil {
		return nil, "", nil, errors.Join(err, release())
	}
	secret = rendezvous.NewSecret()
	if err := claim.Publish(rendezvous.Address{Port: l.Addr().(*net.TCPAddr).Port, Secret: secret}); err != nil {
		return nil, "", nil, errors.Join(err, l.Close(), release())
	}
	return l, secret, release, nil
}

// answering returns the agent for callers that know the secret.
func answering(c config.Config, secret string, log *slog.Logger) (*agent.Agent, error) {
	options := agent.Options{
		Query: voucher.Query{
			OrgID:        c.Voucher.OrgID,
			BusinessType: c.Voucher.BusinessType,
			OperatorID:   c.Voucher.OperatorID,
			OperatorName: c.Voucher.OperatorName,
			OfficeID:     c.Voucher.OfficeID,
			OfficeName:   c.Voucher.OfficeName,
			DeviceType:   c.Voucher.DeviceType,
		},
		Codec:     protocol.Codec{Outside: gbk.Fallback(c.Agent.OutsideGBK), Key: protocol.Key(c.Agent.SignKey)},
		Timeout:   time.Duration(c.Agent.Timeout),
		Queue:     c.Agent.Queue,
		QueueWait: time.Duration(c.Agent.QueueWait),
		Secret:    secret,
		Version:   mps.Version(),
		Log:       log,
	}
	cards, err := Cards(c, log)
	if err != nil {
		return nil, err
	}
	options.Cards = cards
	if options.Vouchers, err = vouchers(c, log); err != nil {
		return nil, err
	}
	return agent.New(options), nil
}
