package wiring

import (
	"log/slog"
	"strings"

	"mps"
	"mps/card/driver"
	"mps/config"
	"mps/doctor"
	"mps/voucher/nationec"
)

// Doctor tells the doctor what c configures on this machine.
func Doctor(c config.Config, log *slog.Logger) doctor.Options {
	o := doctor.Options{Version: mps.Version()}
	for _, name := range c.Card.Sources {
		s := doctor.Source{Name: name, PCSC: name == "pcsc"}
		if key, ok := strings.CutPrefix(name, "driver:"); ok {
			d := c.Driver[key]
			s.Library = library(key, d)
			s.Library.Export, s.Library.Args = driver.Function(d.Kind, d.Options)
		}
		s.Card, s.Err = Card(c, name, log)
		o.Sources = append(o.Sources, s)
	}
	if name, ok := strings.CutPrefix(c.Voucher.Via, config.ViaDriver); ok {
		d := c.Driver[name]
		o.Voucher = library(name, d)
		o.Voucher.Export, o.Voucher.Args = nationec.Function(d.Export)
	}
	_, o.VoucherErr = vouchers(c, log)
	return o
}

func library(name string, d config.Driver) *doctor.Library {
	return &doctor.Library{Name: name, Path: d.Library, Host: d.Host}
}
