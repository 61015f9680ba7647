package voucher

import (
	"fmt"
	"regexp"
)

// MaxCode is the longest scanned text, in bytes. Real codes seen in the field
// have 28; a QR code of a web address has more.
const MaxCode = 512

// DefaultCodePattern is what a scanned text must look like unless configured
// otherwise: printable ASCII without blanks. Real codes seen in the field are
// 28 digits, but that is not documented anywhere, so the default only keeps
// out what no scanner of a code gives.
var DefaultCodePattern = regexp.MustCompile(fmt.Sprintf(`^[!-~]{1,%d}$`, MaxCode))

// CheckCode reports whether code is an acceptable scanned text. A nil pattern
// means [DefaultCodePattern]. The error is a failure of kind [ErrCode].
func CheckCode(pattern *regexp.Regexp, code string) error {
	if pattern == nil {
		pattern = DefaultCodePattern
	}
	switch {
	case code == "":
		return noCode.Because(ErrCode)
	case !pattern.MatchString(code):
		return badCode.Because(ErrCode)
	}
	return nil
}
