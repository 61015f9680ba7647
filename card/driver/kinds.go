package driver

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"mps/card"
	"mps/driverhost"
)

// The kinds of drivers: the interfaces that vendors' libraries have.
const (
	KindSSCard    = "sscard"
	KindHeasec    = "heasec"
	KindSieaf     = "sieaf"
	KindSieafHTTP = "sieaf-http"
	KindGeneric   = "generic"
)

// A cardKind is everything about a kind that is known outside of its adapter.
type cardKind struct {
	name   string
	remote bool     // has no library
	export string   // of its library; "": must be configured
	args   int      // how many arguments that has; 0: as many as are configured
	layout Layout   // zero: must be configured, or does not vary
	keys   []string // of Options that count
	source func(o Options, l Library, timeout time.Duration) (card.Source, error)
}

var kinds = []cardKind{
	{
		name: KindSSCard, export: "iReadCardBas", args: 2, source: newSSCard,
		keys: []string{"export", "buffer", "charset", "type", "hsm"},
	},
	{
		name: KindHeasec, export: heasecRead, args: 2, source: newHeasec,
		keys: []string{"export", "buffer", "charset", "data"},
	},
	{
		name: KindSieaf, export: businessHandle, args: 4, layout: SieafLayout, source: newSieafLibrary,
		keys: []string{"export", "buffer", "charset", "layout", "user", "password", "function", "data"},
	},
	{
		name: KindSieafHTTP, remote: true, layout: SieafLayout, source: newSieafHTTP,
		keys: []string{"url", "charset", "layout", "user", "password", "function", "data"},
	},
	{
		name: KindGeneric, source: newGeneric,
		keys: []string{"export", "args", "returns", "success", "calls", "charset", "layout"},
	},
}

// Keys returns the keys of Options that count for a kind, and whether it has a
// library. ok is false for what is no kind.
func Keys(kind string) (keys []string, library, ok bool) {
	for _, k := range kinds {
		if k.name == kind {
			return k.keys, !k.remote, true
		}
	}
	return nil, false, false
}

// New returns the source of cards that [driver.<name>] of the configuration
// describes. It starts nothing: what the host runs begins with the first read.
// Errors are failures that name the driver and what to change.
func New(name, kind string, o Options, host driverhost.Options) (card.Source, error) {
	i := slices.IndexFunc(kinds, func(k cardKind) bool { return k.name == kind })
	switch {
	case host.Library == "" && (i < 0 || !kinds[i].remote):
		return nil, noLibrary.With(name)
	case i < 0:
		return nil, noCardKind.With(name, kind, kindNames())
	}
	k := kinds[i]
	o.Export, o.Layout = cmp.Or(o.Export, k.export), cmp.Or(o.Layout, k.layout)
	source, err := k.source(o, driverhost.New(host), host.Timeout)
	if err != nil {
		return nil, misconfigured.Because(err, name, err)
	}
	return source, nil
}

// kindNames lists the kinds, as in 甲、乙或丙.
func kindNames() string {
	var names []string
	for _, k := range kinds {
		names = append(names, k.name)
	}
	last := len(names) - 1
	return strings.Join(names[:last], "、") + "或" + names[last]
}

// Function returns the name of the function that a source calls in its library to
// read, and with how many arguments, for [driverhost.File.Has]. It is "" where there
// is none or none that is known.
func Function(kind string, o Options) (export string, args int) {
	for _, k := range kinds {
		if k.name != kind || k.remote {
			continue
		}
		for _, c := range o.Calls { // the last that is made for each read
			if c.When == "" || When(c.When) == Each {
				export, args = c.Export, len(c.Args)
			}
		}
		return cmp.Or(export, o.Export, k.export), cmp.Or(args, k.args, len(o.Args))
	}
	return "", 0
}
