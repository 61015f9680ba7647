package voucher

import (
	"strings"
	"unicode"

	"mps/failure"
)

// Successes of the centre that name no patient. Their kind is [ErrMalformed]. The
// code that was scanned is spent: only a new one can do better.
var (
	noHolder = failure.New("voucher_no_holder", "电子凭证中心的应答中没有患者信息，",
		"请让患者刷新电子凭证后重新扫码，仍不成功请联系信息科向电子凭证中心查询！")
	noToken = failure.New("voucher_no_token", "电子凭证中心的应答中没有令牌（ecToken），",
		"请让患者刷新电子凭证后重新扫码，仍不成功请联系信息科向电子凭证中心查询！")
	noPerson = failure.New("voucher_no_person", "电子凭证中心的应答中没有患者的姓名和身份证号，",
		"请让患者刷新电子凭证后重新扫码，仍不成功请联系信息科向电子凭证中心查询！")
)

// Check returns nil when h is a readable patient, otherwise what is missing.
//
// A readable patient has a token, and a name or an identity number. The token
// (ecToken, specification 4.5) is what an e-voucher was shown for: the national
// interface 1101 takes it for the certificate's number, and nothing is settled
// without it. Name or identity number says whose token it is. One of them is
// enough, because centres leave members out and 1101 gives the other; with neither,
// the token is taken for whoever stands at the counter, and nobody can tell.
func (h Holder) Check() failure.Failure {
	token, person := legible(h.Token), legible(h.Name) || legible(h.IDNumber)
	switch {
	case !token && !person:
		return noHolder.Because(ErrMalformed)
	case !token:
		return noToken.Because(ErrMalformed)
	case !person:
		return noPerson.Because(ErrMalformed)
	}
	return nil
}

// legible reports whether a value holds anything that can be read. Blanks of any
// kind and characters without a shape cannot, those of the user-defined areas can.
func legible(value string) bool {
	return strings.ContainsFunc(value, func(r rune) bool {
		return !unicode.IsSpace(r) && !unicode.In(r, unicode.Cc, unicode.Cf)
	})
}
