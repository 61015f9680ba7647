// Package sandbox is a world to try MPS in without a reader, a network or a
// patient: test patients who own a card and an e-voucher, and an e-voucher
// centre that knows them. The cards answer APDUs (package card/virtual) and the
// centre answers HTTP ([Centre]), so that everything else is the real program.
//
// All persons and values are invented. The identity numbers have the right
// check digit, but begin with a region, 3599xx, that was never assigned.
package sandbox

import (
	"slices"

	"mps/card/virtual"
)

// Patient is a test patient. What card and code are good for differs from
// patient to patient, so that between them they show everything that happens
// at a counter.
type Patient struct {
	Key                string // short and stable, for configuration: p01, p02 …
	Name               string
	IDNumber           string
	CardNumber         string // 9 characters
	IdentificationCode string // of the card, 32 hex digits
	Code               string // what scanning the voucher gives: 28 digits, the last six being the region
	CodeShows          string // what the code leads to, in Chinese
	CardShows          string // what the card leads to, in Chinese

	code codeForm
	card cardForm
}

// Patients returns all test patients in the order of their keys.
func Patients() []Patient { return slices.Clone(patients) }

// Find returns the patient of a key.
func Find(key string) (Patient, bool) {
	for _, p := range patients {
		if p.Key == key {
			return p, true
		}
	}
	return Patient{}, false
}

// Card returns a new copy of the patient's card, powered up.
func (p Patient) Card() *virtual.Card {
	form := cardForms[p.card]
	return virtual.New(virtual.Holder{
		IDNumber:           p.IDNumber,
		Name:               p.Name,
		Number:             p.CardNumber,
		IdentificationCode: p.IdentificationCode,
		Issued:             "20220928",
		Expires:            "20320927",
		Nation:             "01",
	}, form.kind, form.options...)
}

// codeForm is what happens when a code is shown.
type codeForm int

const (
	codeGood      codeForm = iota
	codeOnce               // good once, then used
	codeNumber             // good, "code" in the answer is a number
	codeString             // good, "data" in the answer is a string
	codeSlow               // good, but the answer comes late
	codeExpired            // 40004
	codeUnknown            // the centre does not know it
	codeUsed               // was used before
	codeFailure            // HTTP status 500
	codeMalformed          // half an answer
	codeNobody             // code 0, "data" is null
	codeTokenless          // code 0, "ecToken" is blanks
)

var codeShows = map[codeForm]string{
	codeGood:      "成功",
	codeOnce:      "首次查询成功，再次查询报已使用",
	codeNumber:    "成功，应答的code为数字",
	codeString:    "成功，应答的data为字符串",
	codeSlow:      "应答很慢，通常先超时",
	codeExpired:   "失败：40004 结算支付码已过期",
	codeUnknown:   "失败：电子凭证不存在",
	codeUsed:      "失败：电子凭证已被使用",
	codeFailure:   "失败：中心返回HTTP状态500",
	codeMalformed: "失败：中心的应答残缺",
	codeNobody:    "失败：应答成功而data为null",
	codeTokenless: "失败：应答成功而没有令牌",
}

// cardForm is how a card behaves.
type cardForm int

const (
	cardV2 cardForm = iota
	cardV1
	cardT0
	cardBlanks
	cardV3
	cardOther
	cardDead
	cardPulledOut
	cardNameless // without the holder's identity number and name
	cardBlank    // not handed out yet: nothing of the holder
)

var cardForms = map[cardForm]struct {
	kind    virtual.Kind
	options []virtual.Option
	shows   string
}{
	cardV1:        {virtual.V1, nil, "成功，1.0版卡"},
	cardV2:        {virtual.V2, nil, "成功，2.0版卡"},
	cardT0:        {virtual.V2, []virtual.Option{virtual.T0()}, "成功，2.0版卡（T=0协议）"},
	cardBlanks:    {virtual.V2, []virtual.Option{virtual.Padding(virtual.PadBlank)}, "成功，2.0版卡（空格填充）"},
	cardV3:        {virtual.V3, nil, "失败：3.0版卡，读取须外部认证"},
	cardOther:     {virtual.Other, nil, "失败：不是社会保障卡"},
	cardDead:      {virtual.Dead, nil, "失败：卡片不应答"},
	cardPulledOut: {virtual.V2, []virtual.Option{virtual.PullOutAfter(3)}, "失败：读卡中途卡片被拔出"},
	cardNameless:  {virtual.V2, []virtual.Option{virtual.Record(0x08, nil), virtual.Record(0x09, nil)}, "失败：卡内没有姓名"},
	cardBlank: {virtual.V2, []virtual.Option{virtual.Record(0x07, make([]byte, 9)), virtual.Record(0x08, make([]byte, 18)),
		virtual.Record(0x09, make([]byte, 30))}, "失败：卡内无个人信息"},
}
