package wiring

import (
	"fmt"
	"log/slog"
	"time"

	"mps/agent"
	"mps/card/driver"
	"mps/config"
	"mps/driverhost"
	"mps/voucher/nationec"
)

// newDriverHost returns what calls the library of a driver. It starts nothing
// before the first call, and its child ends with this process.
func newDriverHost(d config.Driver, log *slog.Logger) *driverhost.Host {
	options := driverhost.Options{Library: d.Library, Timeout: time.Duration(d.Timeout), Log: log}
	if d.Host != "" {
		options.Command = []string{d.Host, "driver-host"}
	}
	return driverhost.New(options)
}

// cardDriver builds the source of cards that [driver.<name>] describes.
func cardDriver(name string, d config.Driver, log *slog.Logger) (agent.CardSource, error) {
	if d.Library == "" && d.Kind != config.KindSieafHTTP {
		return nil, fmt.Errorf("[driver.%s]：没有填写library", name)
	}
	layout := driver.Layout(d.Layout)
	request := driver.SieafRequest{User: d.User, Password: d.Password, Function: d.Function, Data: d.Data}
	switch d.Kind {
	case config.KindSSCard:
		return driver.SSCard{Caller: newDriverHost(d, log), Export: d.Export, Type: int32(d.Type), Buffer: d.Buffer}, nil
	case config.KindSieaf:
		library := driver.SieafLibrary{Caller: newDriverHost(d, log), Export: d.Export, Buffer: d.Buffer}
		return driver.Sieaf{Business: library, Request: request, Layout: layout}, nil
	case config.KindSieafHTTP:
		return driver.Sieaf{Business: driver.SieafHTTP{URL: d.URL}, Request: request, Layout: layout}, nil
	case config.KindGeneric:
		return genericDriver(name, d, layout, log)
	}
	return nil, fmt.Errorf("[driver.%s]：kind=%q不能读卡，应为%s、%s、%s或%s", name, d.Kind,
		config.KindSSCard, config.KindSieaf, config.KindSieafHTTP, config.KindGeneric)
}

func genericDriver(name string, d config.Driver, layout driver.Layout, log *slog.Logger) (agent.CardSource, error) {
	call := driverhost.Call{Export: d.Export}
	for _, text := range d.Args {
		arg, err := driverhost.ParseArg(text)
		if err != nil {
			return nil, fmt.Errorf("[driver.%s]：%w", name, err)
		}
		call.Args = append(call.Args, arg)
	}
	source := driver.Generic{Caller: newDriverHost(d, log), Call: call, Success: d.Success, Layout: layout}
	if err := source.Check(); err != nil {
		return nil, fmt.Errorf("[driver.%s]：%w", name, err)
	}
	return source, nil
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
		Caller: newDriverHost(d, log), Export: d.Export, URL: d.URL, Buffer: d.Buffer, CodeField: d.CodeField,
	}, nil
}
