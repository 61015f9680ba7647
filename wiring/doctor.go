package wiring

import (
	"cmp"
	"log/slog"
	"strings"

	"mps"
	"mps/card"
	"mps/config"
	"mps/doctor"
)

// Doctor tells the doctor what c configures on this machine.
func Doctor(c config.Config, log *slog.Logger) doctor.Options {
	o := doctor.Options{Version: mps.Version()}
	for _, name := range c.Card.Sources {
		o.Sources = append(o.Sources, examined(c, name, log))
	}
	if name, ok := strings.CutPrefix(c.Voucher.Via, config.ViaDriver); ok {
		o.Voucher = library(name, c.Driver[name])
	}
	return o
}

func examined(c config.Config, name string, log *slog.Logger) doctor.Source {
	s := doctor.Source{Name: name, PCSC: name == pcscSource}
	if key, ok := strings.CutPrefix(name, "driver:"); ok {
		s.Library = library(key, c.Driver[key])
		s.Card, s.Err = Card(c, name, log)
		return s
	}
	if s.Reader, s.Err = reader(c.Card, name, log); s.Err == nil {
		s.Card = card.Source{Reader: s.Reader}
	}
	return s
}

func library(name string, d config.Driver) *doctor.Library {
	return &doctor.Library{Name: name, Path: d.Library, Host: d.Host, Export: cmp.Or(d.Export, defaultExports[d.Kind])}
}

// defaultExports are the functions that the kinds of drivers are called by.
var defaultExports = map[string]string{
	config.KindSSCard: "iReadCardBas",
	config.KindSieaf:  "business_handle",
}
