package voucher

import (
	"context"
	"regexp"
)

// DefaultCodePattern is what a scanned text must look like unless configured
// otherwise: printable ASCII without blanks. Real codes seen in the field are
// 28 digits, but that is not documented anywhere, so the default only keeps
// out what no scanner of a code gives.
var DefaultCodePattern = regexp.MustCompile(`^[!-~]{1,512}$`)

// CheckCode reports whether code is an acceptable scanned text. A nil pattern
// means [DefaultCodePattern]. The error is an [*Error] of kind [ErrCode].
func CheckCode(pattern *regexp.Regexp, code string) error {
	if pattern == nil {
		pattern = DefaultCodePattern
	}
	switch {
	case code == "":
		return failure(ErrCode, nil, "没有读到电子凭证二维码，请让患者打开医保电子凭证后重新扫码！")
	case !pattern.MatchString(code):
		return failure(ErrCode, nil, "扫到的内容不是医保电子凭证二维码，请让患者打开医保电子凭证后重新扫码！")
	}
	return nil
}

// FixedCode is a code source that always gives the same text: the code a
// caller sent along, or one configured for tests.
type FixedCode string

// Code returns the text, or an [*Error] of kind [ErrCode] when it is empty.
func (c FixedCode) Code(ctx context.Context) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", failure(ErrTimeout, err, "等待电子凭证二维码超时，请重新扫码！")
	}
	if c == "" {
		return "", CheckCode(nil, "")
	}
	return string(c), nil
}
