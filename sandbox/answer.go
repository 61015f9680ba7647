package sandbox

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"mps/voucher"
)

// Codes and messages of the centre's refusals. Only 40004 is published, with its
// message; the others are invented.
const (
	refuseExpired     = "40004"
	refuseUnknownCode = "99001"
	refuseUsedCode    = "99002"
	refuseBadRequest  = "99003"
	refuseTransType   = "99004"
	refuseInstitution = "99005"

	expiredMessage     = "结算支付码已过期，请重新获取"
	unknownCodeMessage = "电子凭证不存在，请核对后重新获取"
	usedCodeMessage    = "电子凭证已被使用，请重新获取"
)

// answer has the members of the specification's sample answer (2.4) in their
// order.
type answer struct {
	Code      any    `json:"code"`
	Data      any    `json:"data"`
	Infno     any    `json:"infno"`
	Message   string `json:"message"`
	OrgID     string `json:"orgId"`
	TransType string `json:"transType"`
}

// person is the "data" of an answer. What the specification does not explain
// has a value of the sample's length.
type person struct {
	AAC002        string `json:"aac002"` // identity number
	AAZ500        string `json:"aaz500"` // card number
	ActCardNo     string `json:"actCardNo"`
	BAB520        string `json:"bab520"`
	BKZ543        string `json:"bkz543"`
	BusinessType  string `json:"businessType"`
	CertfCodg     string `json:"certfCodg"`
	DeviceType    string `json:"deviceType"`
	ECIndexNo     string `json:"ecIndexNo"` // 32 upper-case hex digits
	ECToken       string `json:"ecToken"`   // 38 characters, the first six being the region
	ID0000        string `json:"id0000"`
	IDNo          string `json:"idNo"`
	IDType        string `json:"idType"` // 01: resident identity card
	IdentityToken string `json:"identity_token"`
	OfficeID      string `json:"officeId"`
	OfficeName    string `json:"officeName"`
	OperatorID    string `json:"operatorId"`
	OperatorName  string `json:"operatorName"`
	OrgID         string `json:"orgId"`
	UserName      string `json:"userName"`
}

// answer returns the answer of code 0 to a query for the patient's code.
func (p Patient) answer(q *query) []byte {
	a := answer{
		Code:      "0",
		Data:      p.person(q),
		Message:   "success",
		OrgID:     q.OrgID,
		TransType: q.TransType,
	}
	switch p.code {
	case codeNumber:
		a.Code = 0
	case codeString:
		a.Data = string(encode(a.Data))
	case codeNobody:
		a.Data = nil
	case codeTokenless:
		holder := p.person(q)
		holder.ECToken = strings.Repeat(" ", len(holder.ECToken))
		a.Data = holder
	}
	return indented(a)
}

// person returns what the centre knows of the patient, and the echo of the
// request. Tokens are made from the patient's key: always the same, and nobody
// else's.
func (p Patient) person(q *query) person {
	digest := hex.EncodeToString(invent(p.Key+" ecIndexNo", 16))
	return person{
		AAC002:        p.IDNumber,
		AAZ500:        p.CardNumber,
		ActCardNo:     "1",
		BAB520:        p.Code[len(p.Code)-6:],
		BKZ543:        "00000000000000000" + p.Key[len(p.Key)-1:],
		BusinessType:  q.field("businessType"),
		CertfCodg:     "0000000000000000",
		DeviceType:    q.field("deviceType"),
		ECIndexNo:     strings.ToUpper(digest),
		ECToken:       "350000" + hex.EncodeToString(invent(p.Key+" ecToken", 16)),
		ID0000:        "350000010000000000000" + p.Key[1:],
		IDNo:          p.IDNumber,
		IDType:        "01",
		IdentityToken: base64.StdEncoding.EncodeToString(invent(p.Key+" identity_token", 304)),
		OfficeID:      q.field("officeId"),
		OfficeName:    q.field("officeName"),
		OperatorID:    q.field("operatorId"),
		OperatorName:  q.field("operatorName"),
		OrgID:         q.field("orgId"),
		UserName:      p.Name,
	}
}

// invent returns n bytes that look random and are always the same for a label.
func invent(label string, n int) []byte {
	var b []byte
	for i := 0; len(b) < n; i++ {
		sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", label, i))
		b = append(b, sum[:]...)
	}
	return b[:n]
}

// traceID returns what the centre puts at the end of a refusal: 32 hex digits,
// different for every query.
func traceID(code string, n int) string {
	return hex.EncodeToString(invent(fmt.Sprintf("%s trace %d", code, n), 16))
}

// indented returns JSON as the sample has it: four blanks of indent, and no
// escapes where JSON needs none.
func indented(value any) []byte {
	var b bytes.Buffer
	if err := json.Indent(&b, encode(value), "", "    "); err != nil {
		panic(err) // it is JSON
	}
	return b.Bytes()
}

func encode(value any) []byte {
	b, err := voucher.EncodeJSON(value)
	if err != nil {
		panic(err) // values of this package only, all of which have a JSON form
	}
	return b
}
