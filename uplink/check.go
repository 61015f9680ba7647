package uplink

import (
	"regexp"
	"strings"
	"unicode"

	"mps/voucher"
)

// Limits of a request in bytes, beside [voucher.MaxCode]. The longest field seen
// in the field has 40.
const (
	maxTerminal = 128
	maxField    = 512
)

var (
	requestIDPattern = regexp.MustCompile(`^[0-9A-Za-z-]{1,64}$`)
	functionPattern  = regexp.MustCompile(`^[0-9A-Za-z.]{1,32}$`)
)

// Check reports whether every field is one that may go on to the centre and
// into the journal. The error is a failure that names the field, and nothing of
// its value.
func (r *Request) Check() error {
	if !requestIDPattern.MatchString(r.RequestID) {
		return badRequestID.With()
	}
	if !functionPattern.MatchString(r.Function) {
		return badFunction.With()
	}
	if r.Query.Code == "" {
		return noCode.With()
	}
	for _, f := range []struct {
		name, value string
		limit       int
	}{
		{"terminal", r.Terminal, maxTerminal},
		{"code", r.Query.Code, voucher.MaxCode},
		{"orgId", r.Query.OrgID, maxField},
		{"businessType", r.Query.BusinessType, maxField},
		{"operatorId", r.Query.OperatorID, maxField},
		{"operatorName", r.Query.OperatorName, maxField},
		{"officeId", r.Query.OfficeID, maxField},
		{"officeName", r.Query.OfficeName, maxField},
		{"deviceType", r.Query.DeviceType, maxField},
	} {
		if len(f.value) > f.limit {
			return fieldTooLong.With(f.name, f.limit)
		}
		if strings.ContainsFunc(f.value, unicode.IsControl) {
			return fieldControl.With(f.name)
		}
	}
	return nil
}
