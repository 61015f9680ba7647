// Package driver reads social security cards through vendors' drivers: what
// iReadCardBas of SSCardDriver.dll, business_handle of sieafstandard.dll and
// their relatives are told, and what they answer.
//
// [New] makes the card.Source that a configuration describes; kinds.go has the
// table of what there is. The libraries themselves run behind the wall of
// mps/driverhost. Errors are *card.Error; their function is the driver's own, and
// they say what to do. Those that wrap card.ErrNoReader or card.ErrNoCard tell
// that this source has nothing to read from.
//
// The interfaces are not public. What is assumed here was observed in the
// field; what differs between vendors is in [Options].
package driver

import (
	"context"

	"mps/charset"
	"mps/driverhost"
)

// A Library gives turns at a driver's library. *driverhost.Host is one.
type Library interface {
	Session(ctx context.Context, use func(ctx context.Context, s driverhost.Session) error) error
}

// callOnce calls a function that needs no others. Errors are *card.Error.
func callOnce(ctx context.Context, l Library, c driverhost.Call) (result driverhost.Result, err error) {
	err = l.Session(ctx, func(ctx context.Context, s driverhost.Session) error {
		result, err = s.Call(ctx, c)
		return err
	})
	if err != nil {
		return driverhost.Result{}, callError(c.Export, err)
	}
	return result, nil
}

// DefaultCharset is what libraries take and give where the configuration says
// nothing: iReadCardBas and business_handle are described as giving GBK, and the
// libraries of Windows as taking ANSI strings, which are GBK on a Chinese one.
// Libraries of Linux were seen that give UTF-8, as HeaSecReadInfo: those are
// configured.
const DefaultCharset = charset.GBK

// text passes a string to a library that takes c.
func text(c charset.Charset, s string) driverhost.Arg {
	return driverhost.Arg{Kind: driverhost.TextArg, Text: c.Encode(s)}
}

// Options are what [driver.<name>] of the configuration says about how to talk to
// a driver. Which count depends on its kind ([Keys]); zero values are the kind's
// defaults.
type Options struct {
	Export string `toml:"export"` // the function's name
	Buffer int    `toml:"buffer"` // bytes for what the driver writes
	Layout Layout `toml:"layout"` // where the fields of the card are

	// Charset is what the driver takes and gives. For sieaf-http it counts where
	// an answer does not declare one. With charset.Auto a library is given GBK
	// and a service UTF-8: what they want cannot be seen before they answer.
	Charset charset.Charset `toml:"charset"`

	Type int32 `toml:"type"` // sscard: iType
	HSM  HSM   `toml:"hsm"`  // sscard: for cards that need a security module

	URL string `toml:"url"` // sieaf-http

	User     string         `toml:"user"` // sieaf, sieaf-http
	Password string         `toml:"password"`
	Function string         `toml:"function"`
	Data     map[string]any `toml:"data"` // of the request; heasec: the JSON of Init

	Args    []string      `toml:"args"` // generic, which makes one call
	Returns string        `toml:"returns"`
	Success []string      `toml:"success"`
	Calls   []WrittenCall `toml:"calls"` // generic, which makes several
}
