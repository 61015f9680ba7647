// Package nationec asks for e-vouchers through the national library,
// NationECCode.dll, which drives the scanner, talks to the centre itself and
// waits while the patient shows the code.
//
// The library runs behind the wall of mps/driverhost. Its interface is not public:
// what is assumed here was observed in the field.
package nationec

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"mps/driverhost"
	"mps/gbk"
	"mps/mask"
	"mps/voucher"
)

// A Caller calls a function of the library. *driverhost.Host is one.
type Caller interface {
	Call(ctx context.Context, c driverhost.Call) (driverhost.Result, error)
}

// A National queries through
//
//	char *__stdcall NationEcTrans(char *url, char *request, char *out)
//
// which returns "0000" when the centre has answered. Its Query needs no code
// and takes as long as the patient does: give it a context that ends.
type National struct {
	Caller Caller // must be set
	Export string // "": NationEcTrans
	URL    string // the centre's, handed to the library
	Buffer int    // bytes of out, 0: 20480
	// CodeField is the member of "data" that carries a code which the caller
	// already has. Sibling interfaces call it ecQrCode. "": the library always
	// scans by itself.
	CodeField string
}

// Query lets the library scan a code and ask the centre about it. It returns
// the answer whenever the centre gave one, whatever its code; see
// [voucher.Answer.Err]. Other errors are *voucher.Error.
func (n National) Query(ctx context.Context, q voucher.Query) (*voucher.Answer, error) {
	export, size := n.Export, n.Buffer
	if export == "" {
		export = "NationEcTrans"
	}
	if size == 0 {
		size = 20480
	}
	request, err := n.request(q)
	if err != nil {
		return nil, &voucher.Error{Text: "接口" + export + " 失败:请求数据有误，请核对配置！", Err: fmt.Errorf("%w: %w", voucher.ErrConfig, err)}
	}
	result, err := n.Caller.Call(ctx, driverhost.Call{
		Export:     export,
		Args:       []driverhost.Arg{driverhost.Text(n.URL), driverhost.Text(request), driverhost.Buffer(size)},
		TextResult: true,
	})
	if err != nil {
		return nil, failed(export, err)
	}
	answer, err := voucher.ParseAnswer(result.Output(0))
	if status := string(result.Text); status != "0000" {
		if err == nil && answer.Err() != nil {
			return answer, nil // the centre's own refusal says more
		}
		return nil, refused(export, status, result.Output(0))
	}
	return answer, err
}

// request is the JSON that the library takes; orgId stands in it twice.
func (n National) request(q voucher.Query) (string, error) {
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
	if n.CodeField != "" && q.Code != "" {
		data[n.CodeField] = q.Code
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(struct {
		OrgID     string            `json:"orgId"`
		TransType string            `json:"transType"`
		Data      map[string]string `json:"data"`
	}{q.OrgID, "ec.query", data})
	return strings.TrimSpace(b.String()), err
}

// failed words a call that was not made or did not come back.
func failed(export string, err error) *voucher.Error {
	text, kind := "调用电子凭证动态库失败，请重试！", voucher.ErrUnreachable
	if e, ok := errors.AsType[*driverhost.Error](err); ok {
		text = e.Error()
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		kind, text = voucher.ErrTimeout, "没有等到电子凭证，请患者出示医保电子凭证后重试，仍不成功请检查扫码设备！"
	case errors.Is(err, driverhost.ErrCall), errors.Is(err, driverhost.ErrHost), errors.Is(err, driverhost.ErrLibrary), errors.Is(err, driverhost.ErrExport):
		kind = voucher.ErrConfig
	}
	return &voucher.Error{Text: "接口" + export + " 失败:" + text, Err: fmt.Errorf("%w: %w", kind, err)}
}

// shortStatus matches a status that is one, and not what lies behind a string
// without an end.
var shortStatus = regexp.MustCompile(`^[-_0-9A-Za-z]{1,8}$`)

// refused words a status other than success. The output holds the reason.
func refused(export, status string, output []byte) *voucher.Error {
	text := "扫码查询失败"
	if shortStatus.MatchString(status) {
		text += "，状态" + status
	}
	if said := readable(output); said != "" {
		text += "：" + said
	}
	return &voucher.Error{Text: "接口" + export + " 失败:" + text + "，请患者重新出示医保电子凭证后重试！", Err: voucher.ErrMalformed}
}

// readable is a text of the library, fit to be shown: one short line with
// whatever looks like an identifier of a person masked. JSON is not shown at
// all: it may hold a whole person.
func readable(text []byte) string {
	const longest = 100 // characters
	s, err := gbk.Decode(text)
	s = strings.TrimRight(strings.TrimSpace(s), "!！.。")
	if err != nil || strings.ContainsAny(s, "{}|") ||
		strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || r&0xFFFE == 0xFFFE || r == unicode.ReplacementChar }) {
		return ""
	}
	if r := []rune(s); len(r) > longest {
		s = string(r[:longest]) + "…"
	}
	return mask.Text(s)
}
