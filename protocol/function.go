package protocol

import (
	"slices"
	"strings"

	"mps/charset"
)

// A Function is one entry of the specification's service dictionary (section
// 3), as data: what it takes and what it answers.
type Function struct {
	ID     string // funid
	Name   string
	Params []Param
	Forms  []Form
}

// A Param is one element of a request's Body.
type Param struct {
	Name      string
	Title     string // the specification's 名称
	Meaning   string
	Source    string // where it is defined
	Required  bool
	Values    []Value // the allowed values; any when empty
	MaxLength int     // bytes, in UTF-16 pairs of bytes; 0 is no limit of its own
}

// A Value is one allowed value of a Param.
type Value struct {
	Code    string
	Meaning string
}

// A Form is the Body of an answer. A function with several forms chooses by
// the value of one parameter.
type Form struct {
	Param, Value string // the form answers requests in which Param has Value
	Fields       []FieldSpec
}

// A FieldSpec describes one element of an answer's Body.
type FieldSpec struct {
	Name   string
	Title  string
	Source string // the specification's 说明
	JSON   bool
}

// Names of function N04.00.00.01 and its fields, specification section 4.
const (
	PatientInfo = "N04.00.00.01"

	CertType    = "mdtrt_cert_type"
	CertVoucher = "01"
	CertCard    = "03"

	// VoucherCode is an extension of this product: the scanned text, when
	// the host program has scanned it itself.
	VoucherCode = "ec_qr_code"

	IDCardNo = "idcard_no"
	CardNo   = "card_no"
	Name     = "name"
	CardCode = "card_code"
	OutPut   = "out_put"
)

var functions = []Function{{
	ID:   PatientInfo,
	Name: "医保病人信息",
	Params: []Param{
		{
			Name: CertType, Title: "就诊凭证类型", Source: "接口规范 4.3", Required: true,
			Meaning: "病人出示哪一种凭证",
			Values: []Value{
				{Code: CertVoucher, Meaning: "电子医保凭证"},
				{Code: CertCard, Meaning: "社会保障卡"},
			},
		},
		{
			Name: VoucherCode, Title: "电子凭证码", Source: "本产品扩展，接口规范中没有", MaxLength: 512,
			Meaning: "调用程序自己扫到的二维码内容；不填时由读卡服务取码",
		},
	},
	Forms: []Form{
		{
			Param: CertType, Value: CertCard,
			Fields: []FieldSpec{
				{Name: IDCardNo, Title: "身份证号", Source: "医保动态库文档字段id"},
				{Name: CardNo, Title: "卡号", Source: "医保动态库文档字段cardnum"},
				{Name: Name, Title: "姓名", Source: "医保动态库文档字段name"},
				{Name: CardCode, Title: "卡识别码", Source: "医保动态库文档字段cardCode"},
			},
		},
		{
			Param: CertType, Value: CertVoucher,
			Fields: []FieldSpec{
				{Name: OutPut, Title: "医保电子凭证解析输出", Source: "医保动态库返回json格式字符串", JSON: true},
			},
		},
	},
}}

// Functions returns the function table.
func Functions() []Function { return slices.Clone(functions) }

// Lookup finds a function by its funid. The error is a
// [failure.Failure].
func Lookup(funid string) (*Function, error) {
	return (&Request{Funid: funid, in: charset.GBK}).Function()
}

// Function finds the function that is asked for. The error is a
// [failure.Failure].
func (r *Request) Function() (*Function, error) {
	for i := range functions {
		if functions[i].ID == r.Funid {
			return &functions[i], nil
		}
	}
	for _, f := range functions {
		if misspelled(r.Funid, f.ID) {
			return nil, functionSpelling.With(excerpt(r.Funid, r.in), f.ID)
		}
	}
	return nil, functionUnknown.With(excerpt(r.Funid, r.in), strings.Join(ids(), "、"))
}

func ids() []string {
	var all []string
	for _, f := range functions {
		all = append(all, f.ID)
	}
	return all
}

// Check verifies the Body of a request against the function's parameters. The
// error is a [failure.Failure].
func (f *Function) Check(r *Request) error {
	for _, p := range f.Params {
		value, _ := r.Param(p.Name)
		if value == "" {
			if like := fieldLike(r.Body, p.Name); like != nil && (p.Required || like.Value != "") {
				return elementSpelled.With(p.Name, excerpt(like.Name, r.in), p.Name)
			}
		}
		size, most := sizeIn(r.in, value), p.MaxLength*unitIn(r.in)
		switch {
		case value == "" && p.Required && len(p.Values) > 0:
			return choiceMissing.With(p.Name, p.Title, p.choices())
		case value == "" && p.Required:
			return parameterMissing.With(p.Name, p.Title)
		case value == "":
		case len(p.Values) > 0 && !p.allows(value):
			return p.wrongChoice(value, r.in)
		case p.MaxLength > 0 && size > most:
			return parameterTooLong.With(p.Name, p.Title, size, most)
		}
	}
	return nil
}

func (p *Param) allows(value string) bool {
	return slices.ContainsFunc(p.Values, func(v Value) bool { return v.Code == value })
}

func (p *Param) wrongChoice(value string, in charset.Charset) error {
	for _, v := range p.Values {
		if misspelled(value, v.Code) {
			return choiceSpelling.With(p.Name, p.Title, excerpt(value, in), v.Code)
		}
	}
	return choiceWrong.With(p.Name, p.Title, excerpt(value, in), p.choices())
}

// choices names the allowed values.
func (p *Param) choices() string {
	var all []string
	for _, v := range p.Values {
		all = append(all, v.Code+" "+v.Meaning)
	}
	return strings.Join(all, "，")
}

// fields returns the fields of the answer to r, nil when r does not tell.
func (f *Function) fields(r *Request) []FieldSpec {
	for _, form := range f.Forms {
		if value, ok := r.Param(form.Param); ok && value == form.Value {
			return form.Fields
		}
	}
	return nil
}

// fieldIsJSON tells whether the function answers with name as JSON.
func fieldIsJSON(funid, name string) bool {
	f, err := Lookup(funid)
	if err != nil {
		return false
	}
	for _, form := range f.Forms {
		for _, spec := range form.Fields {
			if spec.Name == name {
				return spec.JSON
			}
		}
	}
	return false
}
