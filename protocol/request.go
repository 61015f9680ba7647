package protocol

import (
	"bytes"
	"cmp"
	"strings"

	"mps/gbk"
)

// A Request is what a host program asks.
type Request struct {
	Funid string
	Sign  string  // as it came; "" counts as Unsigned
	Body  []Field // values without surrounding blanks

	signed []byte // the wire bytes between <Body> and </Body>
}

// Param returns the value of a Body field and whether the field is there.
func (r *Request) Param(name string) (string, bool) {
	for _, f := range r.Body {
		if f.Name == name {
			return f.Value, true
		}
	}
	return "", false
}

// DecodeRequest reads the bytes of a request, at most MaxRequest. The request
// is never nil: with an *Error it holds what could be read, so that the answer
// can name the function. Whether the function exists and its parameters are
// right is for Lookup and Check; the sign is for Key.Verify.
func DecodeRequest(wire []byte) (*Request, error) {
	var tooLong error
	if len(wire) > MaxRequest {
		tooLong = errTooLong
		wire = wire[:MaxRequest]
	}
	if len(bytes.Trim(wire, blanks)) == 0 {
		return &Request{}, errorf("请求报文为空")
	}
	text, err := decodeText(wire)
	r, env, err := decodeRequest(text, cmp.Or(tooLong, err))
	if err == nil {
		r.signed = signedBytes(wire, text, env)
	}
	return r, err
}

// DecodeRequestUTF16 is DecodeRequest for a caller that is known to pass UTF-16LE
// (PowerBuilder 10 and later without ";ansi"), with or without a byte order
// mark, at most twice MaxRequest bytes. What its encoding declaration says does
// not matter, and its sign is that of the same text in GBK.
func DecodeRequestUTF16(wire []byte) (*Request, error) {
	var tooLong error
	if len(wire) > 2*MaxRequest {
		tooLong = errTooLong
		wire = wire[:2*MaxRequest]
	}
	text, err := checkText(decodeUTF16(wire))
	r, env, err := decodeRequest(text, cmp.Or(tooLong, err))
	if err == nil {
		r.signed = gbk.Append(nil, text[env.bodyStart:max(env.bodyStart, env.bodyEnd)], gbk.GB18030)
	}
	return r, err
}

var errTooLong = errorf("请求报文过长：最多%d字节", MaxRequest)

// decodeRequest reads the text of a request. textErr says what is wrong with
// the bytes it was decoded from.
func decodeRequest(text string, textErr error) (*Request, *envelope, error) {
	env, err := scan(text, "request")
	r := &Request{Body: trimmed(env.body)}
	for _, f := range trimmed(env.header) {
		switch f.Name {
		case "funid":
			r.Funid = f.Value
		case "sign":
			r.Sign = f.Value
		}
	}
	switch {
	case textErr != nil:
		err = textErr
	case err != nil:
	case !env.hasHeader:
		err = errorf("报文缺少<Header>")
	case !env.hasBody:
		err = errorf("报文缺少<Body>")
	case r.Funid == "":
		err = errorf("报文缺少funid（功能编号）")
	}
	return r, env, err
}

func trimmed(fields []Field) []Field {
	for i := range fields {
		fields[i].Value = strings.Trim(fields[i].Value, blanks)
	}
	return fields
}

// signedBytes finds the Body's content in the wire bytes. The text is only a
// decoding of them, but "<" and ">" stand for themselves in every accepted
// encoding and never within another character, so counting them leads there.
func signedBytes(wire []byte, text string, env *envelope) []byte {
	if env.bodyEnd <= env.bodyStart { // <Body/>
		return nil
	}
	from := nthIndex(wire, '>', strings.Count(text[:env.bodyStart], ">")) + 1
	to := nthIndex(wire, '<', strings.Count(text[:env.bodyEnd], "<")+1)
	return wire[from:to]
}

// nthIndex returns the index of the n-th c in b, which must be there.
func nthIndex(b []byte, c byte, n int) int {
	at := -1
	for range n {
		at += 1 + bytes.IndexByte(b[at+1:], c)
	}
	return at
}

// EncodeRequest writes the request in the specification's form, signed when the
// encoder has a key.
func (e *Encoder) EncodeRequest(r *Request) []byte {
	body := e.appendFields(nil, r.Body)
	dst := append([]byte(nil), declaration...)
	dst = append(dst, "<request>\n    <Header>\n"...)
	dst = e.appendElement(dst, Field{Name: "funid", Value: r.Funid})
	dst = e.appendElement(dst, Field{Name: "sign", Value: e.Key.Sign(body)})
	dst = append(dst, "    </Header>\n    <Body>"...)
	dst = append(dst, body...)
	return append(dst, "</Body>\n</request>"...)
}
