// Package nationec asks for e-vouchers through the national library,
// NationECCode.dll, which drives the scanner, talks to the centre itself and
// waits while the patient shows the code.
//
// The library runs behind the wall of mps/driverhost. Its interface is not public:
// what is assumed here was observed in the field.
package nationec

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"mps/charset"
	"mps/driverhost"
	"mps/mask"
	"mps/voucher"
)

// A Caller calls a function of the library. *driverhost.Host is one.
type Caller interface {
	Call(ctx context.Context, c driverhost.Call) (driverhost.Result, error)
}

// DefaultExport is the function that libraries of the field are called by.
const DefaultExport = "NationEcTrans"

// defaultBuffer is what libraries of the field are given, in bytes.
const defaultBuffer = 20480

// Options are what a [National] works with. Only Caller must be set.
type Options struct {
	Caller Caller
	Export string // "": DefaultExport
	URL    string // the centre's, handed to the library
	Buffer int    // bytes of out, 0: 20480
	// Charset is what the library takes and gives; "" is charset.GBK, because
	// it is described as taking ANSI strings, and a Chinese Windows has no
	// other. With charset.Auto it gives either and is given GBK.
	Charset charset.Charset
	// CodeField is the member of "data" that carries a code which the caller
	// already has. Sibling interfaces call it ecQrCode. "": the library always
	// scans by itself.
	CodeField string
}

// Function returns the name of the function that is called when configured is the
// one that the configuration names, and with how many arguments, for
// [driverhost.File.Has].
func Function(configured string) (export string, args int) {
	return cmp.Or(configured, DefaultExport), 3
}

// A National queries through
//
//	char *__stdcall NationEcTrans(char *url, char *request, char *out)
//
// which returns "0000" when the centre has answered. Its Query needs no code
// and takes as long as the patient does: give it a context that ends.
type National struct{ options Options }

// New returns what queries through the library that o describes. It calls
// nothing yet. The error is a failure of kind [voucher.ErrConfig].
func New(o Options) (*National, error) {
	o.Export = cmp.Or(o.Export, DefaultExport)
	o.Buffer = cmp.Or(o.Buffer, defaultBuffer)
	o.Charset = cmp.Or(o.Charset, charset.GBK)
	if o.Buffer < 1 || o.Buffer > driverhost.MaxBuffer {
		return nil, badBuffer.Because(voucher.ErrConfig, driverhost.MaxBuffer)
	}
	if _, taken := members(voucher.Query{DeviceType: "SelfService"})[o.CodeField]; taken {
		return nil, badCodeField.Because(voucher.ErrConfig, o.CodeField)
	}
	return &National{o}, nil
}

// Query lets the library scan a code and ask the centre about it. It returns
// the answer whenever the centre gave one, whatever its code; see
// [voucher.Answer.Err]. Other errors are failures whose kinds are those of
// package voucher.
func (n *National) Query(ctx context.Context, q voucher.Query) (*voucher.Answer, error) {
	o := n.options
	result, err := o.Caller.Call(ctx, driverhost.Call{
		Export:     o.Export,
		Args:       []driverhost.Arg{n.text(o.URL), n.text(n.request(q)), driverhost.Buffer(o.Buffer)},
		TextResult: true,
	})
	if err != nil {
		return nil, notCalled(o.Export, err)
	}
	answer, err := voucher.DecodeAnswer(result.Output(0), o.Charset)
	if status := n.status(result.Text); status != "0000" {
		if err == nil && answer.Code != "0" {
			return answer, nil // the centre's own refusal says more
		}
		return nil, n.otherStatus(status, result.Output(0))
	}
	return answer, err
}

// status is the string that the library has returned, without what some fill it up
// with: "0000 ".
func (n *National) status(text []byte) string {
	s, err := n.options.Charset.Decode(text)
	if err != nil {
		s = string(text)
	}
	return strings.TrimSpace(s)
}

// text passes a string in the charset of the library.
func (n *National) text(s string) driverhost.Arg {
	return driverhost.Arg{Kind: driverhost.TextArg, Text: n.options.Charset.Encode(s)}
}

// request is the JSON that the library takes; orgId stands in it twice.
func (n *National) request(q voucher.Query) string {
	data := members(q)
	if n.options.CodeField != "" && q.Code != "" {
		data[n.options.CodeField] = q.Code
	}
	b, err := voucher.EncodeJSON(struct {
		OrgID     string            `json:"orgId"`
		TransType string            `json:"transType"`
		Data      map[string]string `json:"data"`
	}{q.OrgID, "ec.query", data})
	if err != nil {
		panic(err) // strings always have a JSON form
	}
	return string(b)
}

// members are those of "data" without the code.
func members(q voucher.Query) map[string]string {
	data := map[string]string{
		"orgId":        q.OrgID,
		"businessType": q.BusinessType,
		"operatorId":   q.OperatorID,
		"operatorName": q.OperatorName,
		"officeId":     q.OfficeID,
		"officeName":   q.OfficeName,
	}
	if q.DeviceType != "" {
		data["deviceType"] = q.DeviceType
	}
	return data
}

// notCalled is the failure of a call that was not made or did not come back.
func notCalled(export string, err error) error {
	kind := voucher.ErrUnreachable
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return noVoucher.Because(fmt.Errorf("%w: %w", voucher.ErrTimeout, err), export)
	case errors.Is(err, driverhost.ErrCall), errors.Is(err, driverhost.ErrHost), errors.Is(err, driverhost.ErrLibrary), errors.Is(err, driverhost.ErrExport):
		kind = voucher.ErrConfig
	}
	cause := fmt.Errorf("%w: %w", kind, err)
	if e, ok := errors.AsType[*driverhost.Error](err); ok {
		return driverFailed.Because(cause, export, e.Error())
	}
	return callFailed.Because(cause, export)
}

// shortStatus matches a status that is one, and not what lies behind a string
// without an end.
var shortStatus = regexp.MustCompile(`^[-_0-9A-Za-z]{1,8}$`)

// otherStatus is the failure for a status other than success. The output holds
// the reason.
func (n *National) otherStatus(status string, output []byte) error {
	detail := ""
	if shortStatus.MatchString(status) {
		detail = "，状态" + status
	}
	if said := n.readable(output); said != "" {
		detail += "：" + said
	}
	return refused.Because(voucher.ErrMalformed, n.options.Export, detail)
}

// readable is a text of the library, fit to be shown: one short line with
// whatever looks like an identifier of a person masked. JSON is not shown at
// all: it may hold a whole person.
func (n *National) readable(text []byte) string {
	const longest = 100 // characters
	s, err := n.options.Charset.Decode(text)
	s = strings.TrimRight(strings.Join(strings.Fields(s), " "), "!！.。")
	if err != nil || strings.ContainsAny(s, "{}|") ||
		strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || r&0xFFFE == 0xFFFE || r == unicode.ReplacementChar }) {
		return ""
	}
	if r := []rune(s); len(r) > longest {
		s = string(r[:longest]) + "…"
	}
	return mask.Text(s)
}
