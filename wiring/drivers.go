package wiring

import (
	"log/slog"
	"time"

	"mps/agent"
	"mps/card"
	"mps/card/driver"
	"mps/config"
	"mps/driverhost"
	"mps/voucher/nationec"
)

// driverHost says how the library of a driver is called. The child that does so
// ends with this process.
func driverHost(d config.Driver, log *slog.Logger) driverhost.Options {
	options := driverhost.Options{Library: d.Library, Timeout: time.Duration(d.Timeout), Log: log}
	if d.Host != "" {
		options.Command = []string{d.Host, "driver-host"}
	}
	return options
}

// cardDriver builds the source of cards that [driver.<name>] describes.
func cardDriver(name string, d config.Driver, log *slog.Logger) (card.Source, error) {
	options := d.Options
	options.HSM.Timeout = time.Duration(d.HSMTimeout)
	return driver.New(name, d.Kind, options, driverHost(d, log))
}

// voucherDriver builds the querier that [driver.<name>] describes.
func voucherDriver(name string, d config.Driver, log *slog.Logger) (agent.VoucherQuerier, error) {
	switch {
	case d.Kind != config.KindNationEC:
		return nil, noVoucherKind.With(name, d.Kind, config.KindNationEC)
	case d.Library == "":
		return nil, noVoucherLibrary.With(name)
	}
	return nationec.New(nationec.Options{
		Caller: driverhost.New(driverHost(d, log)), Export: d.Export, URL: d.URL, Buffer: d.Buffer, Charset: d.Charset, CodeField: d.CodeField,
	})
}
