package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"

	"golang.org/x/text/encoding/simplifiedchinese"

	"mps/protocol"
)

type xmlRequest struct {
	XMLName  xml.Name `xml:"request"`
	Funid    string   `xml:"Header>funid"`
	Sign     string   `xml:"Header>sign"`
	CertType string   `xml:"Body>mdtrt_cert_type"`
}

type xmlResponse struct {
	XMLName xml.Name `xml:"response"`
	Funid   string   `xml:"Header>funid"`
	Sign    string   `xml:"Header>sign"`
	Result  string   `xml:"Header>result"`
	Msg     string   `xml:"Header>msg"`
	OutPut  string   `xml:"Body>out_put"`
}

// byEncodingXML is the contestant that any Go programmer would write first.
func (x *exchange) byEncodingXML() ([]byte, error) {
	decoder := xml.NewDecoder(bytes.NewReader(x.request))
	decoder.CharsetReader = func(_ string, input io.Reader) (io.Reader, error) {
		return simplifiedchinese.GBK.NewDecoder().Reader(input), nil
	}
	var r xmlRequest
	if err := decoder.Decode(&r); err != nil {
		return nil, err
	}
	if r.Funid != protocol.PatientInfo || r.CertType != protocol.CertVoucher {
		return nil, errors.New("not an e-voucher request")
	}
	text, err := xml.MarshalIndent(xmlResponse{
		Funid:  r.Funid,
		Sign:   protocol.Unsigned,
		Result: protocol.ResultOK,
		Msg:    "操作成功",
		OutPut: "\n" + x.json + "\n        ",
	}, "", "    ")
	if err != nil {
		return nil, err
	}
	text = append([]byte(`<?xml version="1.0" encoding="GBK" ?>`+"\n"), text...)
	return simplifiedchinese.GBK.NewEncoder().Bytes(text)
}
