package wiring

import (
	"log/slog"
	"os"
	"strings"
	"time"

	"mps/agent"
	"mps/config"
	"mps/scanner"
	"mps/uplink"
	"mps/voucher"
)

// vouchers returns how e-vouchers are looked up, nil when nothing is configured:
// such an agent reads cards only.
func vouchers(c config.Config, log *slog.Logger) (agent.VoucherLookup, error) {
	pattern := c.Voucher.CodePattern.Regexp
	if name, ok := strings.CutPrefix(c.Voucher.Via, config.ViaDriver); ok {
		querier, err := voucherDriver(name, c.Driver[name], log)
		if err != nil {
			return nil, err
		}
		return agent.LibraryScans{Pattern: pattern, Querier: querier}, nil
	}
	querier, err := peer(c)
	if err != nil || querier == nil {
		return nil, err
	}
	lookup := agent.ScanThenAsk{Pattern: pattern, Querier: querier}
	if c.Voucher.Code != "" {
		lookup.Codes = scanner.Fixed(c.Voucher.Code)
	}
	return lookup, nil
}

// peer returns the server or the centre that is asked about codes, nil when none
// is configured.
func peer(c config.Config) (agent.VoucherQuerier, error) {
	if c.Voucher.Via == config.ViaCentre {
		if c.Centre.URL == "" {
			return nil, nil
		}
		return newCentre(c.Centre)
	}
	if c.Voucher.Server == "" {
		return nil, nil
	}
	return uplink.New(uplink.Options{
		URL:      c.Voucher.Server,
		Token:    c.Voucher.Token,
		Terminal: terminal(c.Agent),
		Timeout:  time.Duration(c.Voucher.Timeout),
	})
}

func newCentre(c config.Centre) (*voucher.Centre, error) {
	return voucher.NewCentre(voucher.Options{
		URL:       c.URL,
		CodeField: c.CodeField,
		Extra:     c.Extra,
		Charset:   c.Charset,
		Timeout:   time.Duration(c.Timeout),
	})
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
