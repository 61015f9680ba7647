package wiring

import (
	"log/slog"
	"strings"
	"time"

	"mps/agent"
	"mps/config"
	"mps/voucher"
)

// vouchers returns nil when nothing is configured: such an agent reads cards
// only.
func vouchers(c config.Config, log *slog.Logger) (agent.VoucherQuerier, error) {
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
