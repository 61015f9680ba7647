package driver

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"mps/card"
	"mps/charset"
	"mps/driverhost"
)

// businessHandle is the function of sieafstandard.dll, by which errors call it.
const businessHandle = "business_handle"

// SieafLayout names the fields as the social insurance standard (LD/T 92) does.
// Whether a site's business_handle does so too must be tried there.
var SieafLayout = Layout{IDNumber: "data.aac002", Number: "data.aaz500", Name: "data.aac003", IdentificationCode: "data.aaz501"}

// A SieafRequest is the input of business_handle. Which function reads a card,
// and what it wants, the site's documents say.
type SieafRequest struct {
	User     string         `json:"usr"`
	Password string         `json:"pwd"`
	Function string         `json:"funid"`
	Data     map[string]any `json:"data"`
}

// A Business carries a JSON text to business_handle and returns the JSON text
// that it answers. Errors are *card.Error. SieafLibrary and SieafHTTP are two.
type Business interface {
	Handle(ctx context.Context, input string) (output string, err error)
}

// A Sieaf reads through business_handle of the YLZ interface (Fujian).
type Sieaf struct {
	Business Business
	Request  SieafRequest
	Layout   Layout // must be set: SieafLayout, as a rule
}

func newSieafLibrary(o Options, c Caller) (card.Source, error) {
	return newSieaf(o, SieafLibrary{Caller: c, Export: o.Export, Buffer: o.Buffer, Charset: o.Charset}), nil
}

func newSieafHTTP(o Options, _ Caller) (card.Source, error) {
	return newSieaf(o, SieafHTTP{URL: o.URL, Charset: o.Charset}), nil
}

func newSieaf(o Options, b Business) Sieaf {
	request := SieafRequest{User: o.User, Password: o.Password, Function: o.Function, Data: o.Data}
	return Sieaf{Business: b, Request: request, Layout: o.Layout}
}

// Read reads the card that lies in the reader.
func (s Sieaf) Read(ctx context.Context) (*card.Card, error) {
	request := s.Request
	if request.Data == nil {
		request.Data = map[string]any{}
	}
	input, err := compact(request)
	if err != nil {
		return nil, &card.Error{Function: businessHandle, Failure: sieafData.With(), Err: fmt.Errorf("%w: %w", card.ErrNoReader, err)}
	}
	output, err := s.Business.Handle(ctx, input)
	if err != nil {
		return nil, err
	}
	flag, flagged := path(json.RawMessage(output), "flag")
	if !flagged || flag != "0" && flag != "1" {
		return nil, answerError(businessHandle, answerNoFlag.With())
	}
	if flag == "0" {
		cause, _ := path(json.RawMessage(output), "cause")
		return nil, refusalError(businessHandle, "", cause, nil)
	}
	return s.Layout.read(businessHandle, []string{output})
}

// compact is v as JSON on one line, without escapes that HTML would need.
func compact(v any) (string, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return "", err
	}
	return strings.TrimSpace(b.String()), nil
}

// A SieafLibrary is
//
//	int __stdcall business_handle(char *input, int outputlen, char *output, char *errmsg)
type SieafLibrary struct {
	Caller Caller // must be set
	Export string // must be set: business_handle, as a rule
	Buffer int    // outputlen, 0: 20000

	Charset charset.Charset // of what it takes and gives; "": DefaultCharset
}

// Handle calls the library. Its integer result counts only when there is no
// JSON: what it means besides "flag" is not known.
func (l SieafLibrary) Handle(ctx context.Context, input string) (string, error) {
	const errmsg = 4096
	size, given := cmp.Or(l.Buffer, 20000), cmp.Or(l.Charset, DefaultCharset)
	result, err := l.Caller.Call(ctx, driverhost.Call{
		Export: l.Export,
		Args:   []driverhost.Arg{text(given, input), driverhost.Int(int32(size)), driverhost.Buffer(size), driverhost.Buffer(errmsg)},
	})
	if err != nil {
		return "", callError(businessHandle, err)
	}
	output, err := given.Decode(result.Output(0))
	switch {
	case err == nil && json.Valid([]byte(output)):
		return output, nil
	case result.Int != 0:
		return "", refusalError(businessHandle, fmt.Sprint(result.Int), textOrNothing(given, result.Output(1)), CodeError(result.Int))
	case err != nil:
		return "", charsetError(businessHandle, given, err)
	}
	return "", answerError(businessHandle, answerNotJSON.With())
}
