package main

import (
	"fmt"
	"log/slog"
	"time"

	"mps/agent"
	"mps/card"
	carddriver "mps/card/driver"
	"mps/config"
	"mps/driverhost"
	"mps/voucher/nationec"
)

// driverHostCommand is the child process that a vendor's library runs in.
type driverHostCommand struct{}

func (driverHostCommand) Run() error { return driverhost.Serve() }

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
	return carddriver.New(name, d.Kind, d.Options, driverHost(d, log))
}

// voucherDriver builds the querier that [driver.<name>] describes.
func voucherDriver(name string, d config.Driver, log *slog.Logger) (agent.VoucherQuerier, error) {
	switch {
	case d.Kind != config.KindNationEC:
		return nil, fmt.Errorf("[driver.%s]：kind=%q不能查询电子凭证，应为%s", name, d.Kind, config.KindNationEC)
	case d.Library == "":
		return nil, fmt.Errorf("[driver.%s]：没有填写library", name)
	}
	return nationec.National{
		Caller: driverhost.New(driverHost(d, log)), Export: d.Export, URL: d.URL, Buffer: d.Buffer, CodeField: d.CodeField,
	}, nil
}
