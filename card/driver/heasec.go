package driver

import (
	"cmp"
	"runtime"
	"time"

	"mps/card"
	"mps/charset"
	"mps/driverhost"
)

// Functions of HeaSecReadInfo and the sizes of its buffers, in bytes, as its callers
// have them (domain.md, section 2).
const (
	heasecInit     = "Init"
	heasecRead     = "ReadCardBas"
	heasecError    = 4096
	heasecCard     = 2048
	heasecBusiness = 8192
)

// heasecLayout is that of iReadCardBas, in the first of two buffers.
var heasecLayout = SSCardLayout.in("card")

// newHeasec reads through HeaSecReadInfo.dll or libHeaSecReadInfo.so, which asks the
// authority's front server by itself where a card needs that:
//
//	int Init(char *json, char *error)
//	int ReadCardBas(char *card, char *business)
//
// Init comes once in each process. Where ReadCardBas fails, the reason is in card.
func newHeasec(o Options, l Library, _ time.Duration) (card.Source, error) {
	taken := cmp.Or(o.Charset, heasecCharset(runtime.GOOS))
	if o.Data == nil {
		return nil, heasecData.With()
	}
	json, err := compact(o.Data)
	if err != nil {
		return nil, heasecData.Because(err)
	}
	g := Generic{
		Library: l,
		Steps: []Step{{
			Call: driverhost.Call{Export: heasecInit, Args: []driverhost.Arg{text(taken, json), driverhost.Buffer(heasecError)}},
			When: Once,
		}, {
			Call:  driverhost.Call{Export: o.Export, Args: []driverhost.Arg{driverhost.Buffer(cmp.Or(o.Buffer, heasecCard)), driverhost.Buffer(heasecBusiness)}},
			Names: []string{"card", "business"},
			When:  Each,
		}},
		Layout:  heasecLayout,
		Charset: taken,
	}
	return g, nil
}

// heasecCharset is what the library takes and gives: the build for Linux was seen
// giving UTF-8, the one for Windows gives GBK as others there do.
func heasecCharset(system string) charset.Charset {
	if system == "linux" {
		return charset.UTF8
	}
	return charset.GBK
}
