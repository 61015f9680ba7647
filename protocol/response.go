package protocol

import (
	"slices"
	"strings"

	"mps/gbk"
)

// A Response is what a host program is answered.
type Response struct {
	Funid  string
	Sign   string // as read; Append writes its own
	Result string // ResultOK or ResultFailed
	Msg    string
	Body   []Field
}

// Success returns the answer to r with the given values, by field name, in the
// form that the function has for r.
func (f *Function) Success(r *Request, values map[string]string) *Response {
	return &Response{Funid: r.Funid, Result: ResultOK, Msg: "操作成功", Body: f.body(r, values)}
}

// Failure returns the answer to r that says only why it failed. It is in the
// form that the function has for r, as far as r could be read.
func Failure(r *Request, msg string) *Response {
	resp := &Response{Funid: r.Funid, Result: ResultFailed, Msg: msg}
	if f, err := Lookup(r.Funid); err == nil {
		resp.Body = f.body(r, nil)
	}
	return resp
}

func (f *Function) body(r *Request, values map[string]string) []Field {
	var body []Field
	for _, spec := range f.form(r) {
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
// is an *Error.
func DecodeResponse(wire []byte) (*Response, error) {
	if len(wire) > MaxResponse {
		return nil, errorf("返回报文过长：%d字节，最多%d字节", len(wire), MaxResponse)
	}
	text, err := decodeText(wire)
	if err != nil {
		return nil, err
	}
	env, err := scan(text, "response")
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

const declaration = `<?xml version="1.0" encoding="GBK" ?>` + "\n"

// An Encoder writes messages. The zero value writes unsigned ones, with
// numeric references for what GBK lacks.
type Encoder struct {
	Outside gbk.Fallback // how characters outside GBK are written
	Key     Key
}

// Append appends the wire bytes of an answer to dst.
func (e *Encoder) Append(dst []byte, r *Response) []byte {
	dst = slices.Grow(dst, r.sizeHint())
	dst = append(dst, declaration...)
	dst = append(dst, "<response>\n    <Header>\n"...)
	dst = e.appendElement(dst, Field{Name: "funid", Value: r.Funid})
	dst = append(dst, "        <sign>"...)
	sign := len(dst)
	dst = append(dst, Unsigned+"</sign>\n"...)
	dst = e.appendElement(dst, Field{Name: "result", Value: r.Result})
	dst = append(dst, "        <msg>"...)
	dst = e.appendText(dst, r.Msg)
	dst = append(dst, "</msg>\n    </Header>\n    <Body>"...)
	body := len(dst)
	dst = e.appendFields(dst, r.Body)
	copy(dst[sign:], e.Key.Sign(dst[body:]))
	return append(dst, "</Body>\n</response>"...)
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

// appendFields appends what stands between <Body> and </Body>.
func (e *Encoder) appendFields(dst []byte, fields []Field) []byte {
	dst = append(dst, '\n')
	for _, f := range fields {
		dst = e.appendElement(dst, f)
	}
	return append(dst, "    "...)
}

// appendElement appends one field on a line of its own. Empty values and JSON
// are written as in the specification's samples: <name/>, <out_put></out_put>,
// and JSON of several lines on lines of its own.
func (e *Encoder) appendElement(dst []byte, f Field) []byte {
	const indent = "        "
	dst = append(dst, indent+"<"...)
	dst = append(dst, f.Name...)
	if f.Value == "" && !f.JSON {
		return append(dst, "/>\n"...)
	}
	ownLines := f.JSON && strings.Contains(f.Value, "\n")
	dst = append(dst, '>')
	if ownLines {
		dst = append(dst, '\n')
	}
	dst = e.appendText(dst, f.Value)
	if ownLines {
		dst = append(dst, "\n"+indent...)
	}
	dst = append(dst, "</"...)
	dst = append(dst, f.Name...)
	return append(dst, ">\n"...)
}
