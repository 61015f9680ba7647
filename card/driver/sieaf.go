package driver

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"mps/card"
	"mps/charset"
	"mps/driverhost"
	"mps/web"
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

// A Business carries a JSON text to business_handle and returns what that answers:
// a JSON text and, where there is room for that, what it says apart (its errmsg).
// Errors are *card.Error. SieafLibrary and SieafHTTP are two.
type Business interface {
	Handle(ctx context.Context, input string) (output, errmsg string, err error)
}

// A Sieaf reads through business_handle of the YLZ interface (Fujian).
type Sieaf struct {
	Business Business
	Request  SieafRequest
	Layout   Layout // must be set: SieafLayout, as a rule
}

func newSieafLibrary(o Options, l Library, _ time.Duration) (card.Source, error) {
	return newSieaf(o, SieafLibrary{Library: l, Export: o.Export, Buffer: o.Buffer, Charset: o.Charset})
}

func newSieafHTTP(o Options, _ Library, timeout time.Duration) (card.Source, error) {
	if o.URL != "" {
		if _, ok := web.ParseURL(o.URL); !ok {
			return nil, badURL.With("url")
		}
	}
	return newSieaf(o, SieafHTTP{URL: o.URL, Charset: o.Charset, Timeout: timeout})
}

func newSieaf(o Options, b Business) (card.Source, error) {
	if err := o.Layout.Check(); err != nil {
		return nil, err
	}
	for _, p := range o.Layout.places() {
		if p.buffer != "" {
			return nil, layoutBuffer.With(p.buffer)
		}
	}
	request := SieafRequest{User: o.User, Password: o.Password, Function: o.Function, Data: o.Data}
	return Sieaf{Business: b, Request: request, Layout: o.Layout}, nil
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
	output, errmsg, err := s.Business.Handle(ctx, input)
	if err != nil {
		return nil, err
	}
	flag, _ := path(json.RawMessage(output), "flag")
	switch trimField(flag) {
	case "1":
		return s.Layout.read(businessHandle, answer{{text: output}})
	case "0":
		cause, _ := path(json.RawMessage(output), "cause")
		return nil, refusalError(businessHandle, "", cmp.Or(trimField(cause), errmsg), nil)
	}
	return nil, answerError(businessHandle, answerNoFlag.With())
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
	Library Library // must be set
	Export  string  // must be set: business_handle, as a rule
	Buffer  int     // outputlen, 0: 20000

	Charset charset.Charset // of what it takes and gives; "": DefaultCharset
}

// Handle calls the library. Its integer result counts only when there is no
// JSON: what it means besides "flag" is not known.
func (l SieafLibrary) Handle(ctx context.Context, input string) (output, errmsg string, err error) {
	const errmsgSize = 4096
	size, given := cmp.Or(l.Buffer, 20000), cmp.Or(l.Charset, DefaultCharset)
	result, err := callOnce(ctx, l.Library, driverhost.Call{
		Export: l.Export,
		Args:   []driverhost.Arg{text(given, input), driverhost.Int(int32(size)), driverhost.Buffer(size), driverhost.Buffer(errmsgSize)},
	})
	if err != nil {
		return "", "", err
	}
	errmsg = trimField(textOrNothing(given, result.Output(1)))
	output, err = given.Decode(result.Output(0))
	output = trimField(output)
	switch {
	case err == nil && json.Valid([]byte(output)):
		return output, errmsg, nil
	case result.Int != 0:
		return "", "", refusalError(businessHandle, fmt.Sprint(result.Int), errmsg, CodeError(result.Int))
	case output == "" && err == nil && errmsg != "":
		return "", "", refusalError(businessHandle, "", errmsg, nil)
	case err != nil:
		return "", "", charsetError(businessHandle, given, err)
	}
	return "", "", answerError(businessHandle, answerNotJSON.With())
}
