package driver

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"mps/card"
	"mps/charset"
	"mps/driverhost"
)

// closing is how long a function that is made at the end may take. The card has been
// read by then, or never will be.
const closing = 5 * time.Second

// errorBuffer is the name of a buffer that holds no fields, but why a call failed.
const errorBuffer = "error"

// A Generic reads by calling functions, one or several in their order, that leave
// what they have read in buffers. All calls of one read are made in one session,
// so that what one has opened is there for the next.
type Generic struct {
	Library Library // must be set
	Steps   []Step
	Layout  Layout
	Charset charset.Charset // of what it gives; "": DefaultCharset
}

func newGeneric(o Options, l Library, _ time.Duration) (card.Source, error) {
	written := o.Calls
	if len(written) == 0 {
		written = []WrittenCall{{Export: o.Export, Args: o.Args, Returns: o.Returns, Success: o.Success}}
	} else if o.Export != "" || len(o.Args) > 0 || o.Returns != "" || len(o.Success) > 0 {
		return nil, callsAndCall.With()
	}
	steps, err := parseCalls(written, o.Charset)
	if err != nil {
		return nil, err
	}
	g := Generic{Library: l, Steps: steps, Layout: o.Layout, Charset: o.Charset}
	if err := g.Check(); err != nil {
		return nil, err
	}
	return g, nil
}

// Check finds a description that cannot work. Its errors are failures, in Chinese.
func (g Generic) Check() error {
	var buffers []string // that the card may be in
	for _, step := range g.Steps {
		if step.Call.Export == "" {
			return genericCall.With()
		}
		if step.When == Each {
			buffers = append(buffers, step.outputs()...)
		}
	}
	buffers = slices.DeleteFunc(buffers, func(name string) bool { return name == errorBuffer })
	if len(buffers) == 0 {
		return genericCall.With()
	}
	if err := g.Layout.Check(); err != nil {
		return err
	}
	for _, p := range g.Layout.places() {
		if p.buffer != "" && !slices.Contains(buffers, p.buffer) {
			return layoutBuffer.With(p.buffer)
		}
	}
	return nil
}

// Read reads the card that lies in the reader.
func (g Generic) Read(ctx context.Context) (*card.Card, error) {
	var outputs []output
	reading := "" // the function that has left the card
	err := g.Library.Session(ctx, func(ctx context.Context, s driverhost.Session) error {
		r := run{Generic: g, session: s, results: make(map[string]int32)}
		err := r.read(ctx)
		outputs, reading = r.outputs, r.reading
		return cmp.Or(err, r.end(ctx))
	})
	if _, worded := errors.AsType[*card.Error](err); err != nil && !worded {
		err = callError(g.Steps[0].Call.Export, err)
	}
	if err != nil {
		return nil, err
	}
	answer, err := decode(reading, cmp.Or(g.Charset, DefaultCharset), g.Layout.relevant(outputs))
	if err != nil {
		return nil, err
	}
	return g.Layout.read(reading, answer)
}

// A run is the calls of one read.
type run struct {
	Generic
	session driverhost.Session
	results map[string]int32 // of the calls that have succeeded, by export
	outputs []output
	reading string
}

// read makes the calls up to the first that fails. The error is a *card.Error.
func (r *run) read(ctx context.Context) error {
	for i, step := range r.Steps {
		var err error
		switch step.When {
		case Once:
			err = r.session.Once(fmt.Sprint(i, step.Call.Export), func() error { return r.make(ctx, step) })
		case Each:
			err = r.make(ctx, step)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// end makes the calls of the end, whatever happened and however late it is. The
// error is that of the first that fails.
func (r *run) end(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closing)
	defer cancel()
	var first error
	for _, step := range r.Steps {
		if step.When == End && step.has(r.results) {
			first = cmp.Or(first, r.make(ctx, step))
		}
	}
	return first
}

// make makes one call.
func (r *run) make(ctx context.Context, step Step) error {
	export := step.Call.Export
	result, err := r.session.Call(ctx, step.call(r.results))
	if err != nil {
		return callError(export, err)
	}
	given := cmp.Or(r.Charset, DefaultCharset)
	code := fmt.Sprint(result.Int)
	if step.Call.TextResult {
		code = trimField(textOrNothing(given, result.Text))
	}
	if !step.succeeded(code) {
		return refusalError(export, presentable(code), textOrNothing(given, step.words(result)), CodeError(result.Int))
	}
	r.results[export] = result.Int
	if step.When != Each {
		return nil
	}
	for i, name := range step.outputs() {
		if name != errorBuffer {
			r.outputs = append(r.outputs, output{name, result.Output(i)})
			r.reading = export
		}
	}
	return nil
}
