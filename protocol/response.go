package protocol

import (
	"strings"

	"mps/failure"
)

// A Response is what a host program is answered.
type Response struct {
	Funid  string
	Sign   string // as read; a codec writes its own
	Result string // ResultOK or ResultFailed
	Msg    string
	Body   []Field

	// Failure is why Result is no ResultOK, for surfaces that show more of it
	// than Msg. It does not go over the wire of MPS_Call.
	Failure failure.Failure
}

// Success returns the answer to r with the given values, by field name, in the
// form that the function has for r.
func (f *Function) Success(r *Request, values map[string]string) *Response {
	return &Response{Funid: r.Funid, Result: ResultOK, Msg: "操作成功", Body: f.body(r, values)}
}

// Failed returns the answer to r that says only why it failed. It is in the
// form that the function has for r, as far as r could be read.
func Failed(r *Request, why failure.Failure) *Response {
	resp := &Response{Funid: r.Funid, Result: ResultFailed, Msg: why.Error(), Failure: why}
	if f, err := Lookup(r.Funid); err == nil {
		resp.Body = f.body(r, nil)
	}
	return resp
}

func (f *Function) body(r *Request, values map[string]string) []Field {
	var body []Field
	for _, spec := range f.fields(r) {
		body = append(body, Field{Name: spec.Name, Value: values[spec.Name], JSON: spec.JSON})
	}
	return body
}

// Value returns the value of a Body field, "" when it is not there.
func (r *Response) Value(name string) string {
	for _, f := range r.Body {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}

// DecodeResponse reads the bytes of an answer, at most MaxResponse. The error
// is a [failure.Failure].
func DecodeResponse(wire []byte) (*Response, error) {
	if len(wire) > MaxResponse {
		return nil, responseTooLong.With(len(wire), MaxResponse)
	}
	text, in, err := decodeText(wire)
	if err != nil {
		return nil, err
	}
	env, err := scan(text, "response", in, len(wire))
	if err != nil {
		return nil, err
	}
	r := &Response{Body: env.body}
	for _, f := range env.header {
		switch f.Name {
		case "funid":
			r.Funid = f.Value
		case "sign":
			r.Sign = f.Value
		case "result":
			r.Result = f.Value
		case "msg":
			r.Msg = f.Value
		}
	}
	for i, f := range r.Body {
		if fieldIsJSON(r.Funid, f.Name) {
			r.Body[i].JSON = true
			r.Body[i].Value = strings.Trim(f.Value, blanks)
		}
	}
	return r, nil
}

// sizeHint returns a number of bytes that most answers of r fit in.
func (r *Response) sizeHint() int {
	const envelope = 384
	n := envelope + len(r.Msg)
	for _, f := range r.Body {
		n += 2*len(f.Name) + len(f.Value) + 32
	}
	return n
}
