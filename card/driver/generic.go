package driver

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"mps/card"
	"mps/charset"
	"mps/driverhost"
)

// A Generic reads through any function that does it in one call and leaves what
// it read in buffers.
type Generic struct {
	Caller  Caller          // must be set
	Call    driverhost.Call // with one buffer at least
	Success []string        // results that mean success, integers in decimal; nil: "0"
	Layout  Layout
	Charset charset.Charset // of what it gives; "": DefaultCharset
}

func newGeneric(o Options, c Caller) (card.Source, error) {
	g := Generic{Caller: c, Call: driverhost.Call{Export: o.Export}, Success: o.Success, Layout: o.Layout, Charset: o.Charset}
	for _, written := range o.Args {
		arg, err := driverhost.ParseArg(written)
		if err != nil {
			return nil, err
		}
		if s, ok := strings.CutPrefix(written, "text:"); ok {
			arg = text(o.Charset, s)
		}
		g.Call.Args = append(g.Call.Args, arg)
	}
	if err := g.Check(); err != nil {
		return nil, err
	}
	return g, nil
}

// Check finds a description that cannot work. Its errors are failures, in Chinese.
func (g Generic) Check() error {
	buffers := slices.ContainsFunc(g.Call.Args, func(a driverhost.Arg) bool { return a.Kind == driverhost.BufferArg })
	if g.Call.Export == "" || !buffers {
		return genericCall.With()
	}
	return g.Layout.Check()
}

// Read reads the card that lies in the reader.
func (g Generic) Read(ctx context.Context) (*card.Card, error) {
	export := g.Call.Export
	result, err := g.Caller.Call(ctx, g.Call)
	if err != nil {
		return nil, callError(export, err)
	}
	given := cmp.Or(g.Charset, DefaultCharset)
	code := fmt.Sprint(result.Int)
	if g.Call.TextResult {
		code = presentable(textOrNothing(given, result.Text))
	}
	success := g.Success
	if success == nil {
		success = []string{"0"}
	}
	if !slices.Contains(success, code) {
		return nil, refusalError(export, code, textOrNothing(given, result.Output(0)), CodeError(result.Int))
	}
	answer, err := decodeOutputs(export, given, result.Outputs)
	if err != nil {
		return nil, err
	}
	return g.Layout.read(export, answer)
}
