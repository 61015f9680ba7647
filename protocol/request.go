package protocol

import (
	"bytes"
	"strings"
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
		tooLong = errorf("请求报文过长：最多%d字节", MaxRequest)
		wire = wire[:MaxRequest]
	}
	if len(bytes.Trim(wire, blanks)) == 0 {
		return &Request{}, errorf("请求报文为空")
	}
	text, textErr := decodeText(wire)
	env, scanErr := scan(text, "request")
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
	case tooLong != nil:
		return r, tooLong
	case textErr != nil:
		return r, textErr
	case scanErr != nil:
		return r, scanErr
	case !env.hasHeader:
		return r, errorf("报文缺少<Header>")
	case !env.hasBody:
		return r, errorf("报文缺少<Body>")
	case r.Funid == "":
		return r, errorf("报文缺少funid（功能编号）")
	}
	r.signed = signedBytes(wire, text, env)
	return r, nil
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
