package protocol

import (
	"slices"
	"strings"
)

// A writer lays messages out as the specification prints them.
type writer struct {
	form form
	key  Key
}

const declaration = `<?xml version="1.0" encoding="GBK" ?>` + "\n"

func (w writer) appendRequest(dst []byte, r *Request) []byte {
	body := w.appendFields(nil, r.Body)
	dst = append(dst, declaration...)
	dst = append(dst, "<request>\n    <Header>\n"...)
	dst = w.appendElement(dst, Field{Name: "funid", Value: r.Funid})
	dst = w.appendElement(dst, Field{Name: "sign", Value: w.sign(body)})
	dst = append(dst, "    </Header>\n    <Body>"...)
	dst = append(dst, body...)
	return append(dst, "</Body>\n</request>"...)
}

func (w writer) appendResponse(dst []byte, r *Response) []byte {
	dst = slices.Grow(dst, r.sizeHint())
	dst = append(dst, declaration...)
	dst = append(dst, "<response>\n    <Header>\n"...)
	dst = w.appendElement(dst, Field{Name: "funid", Value: r.Funid})
	dst = append(dst, "        <sign>"...)
	sign := len(dst)
	dst = append(dst, Unsigned+"</sign>\n"...)
	dst = w.appendElement(dst, Field{Name: "result", Value: r.Result})
	dst = append(dst, "        <msg>"...)
	dst = w.appendText(dst, r.Msg)
	dst = append(dst, "</msg>\n    </Header>\n    <Body>"...)
	body := len(dst)
	dst = w.appendFields(dst, r.Body)
	copy(dst[sign:], w.sign(dst[body:]))
	return append(dst, "</Body>\n</response>"...)
}

// appendTiny writes a failed answer with nothing but what a caller must know.
func (w writer) appendTiny(dst []byte, msg string) []byte {
	dst = append(dst, "<response><Header><result>"+ResultFailed+"</result>"...)
	if msg != "" {
		dst = append(dst, "<msg>"...)
		dst = w.appendText(dst, msg)
		dst = append(dst, "</msg>"...)
	}
	return append(dst, "</Header></response>"...)
}

// sign returns the sign of a Body's content that is laid out.
func (w writer) sign(body []byte) string {
	if len(w.key) == 0 {
		return Unsigned
	}
	return w.key.Sign(w.form.signed(body))
}

// appendFields appends what stands between <Body> and </Body>.
func (w writer) appendFields(dst []byte, fields []Field) []byte {
	dst = append(dst, '\n')
	for _, f := range fields {
		dst = w.appendElement(dst, f)
	}
	return append(dst, "    "...)
}

// appendElement appends one field on a line of its own. Empty values and JSON
// are written as in the specification's samples: <name/>, <out_put></out_put>,
// and JSON of several lines on lines of its own. A name may be Chinese, but must be
// of characters that the charset has: no reference may stand in it.
func (w writer) appendElement(dst []byte, f Field) []byte {
	const indent = "        "
	dst = append(dst, indent+"<"...)
	dst = w.appendText(dst, f.Name)
	if f.Value == "" && !f.JSON {
		return append(dst, "/>\n"...)
	}
	ownLines := f.JSON && strings.Contains(f.Value, "\n")
	dst = append(dst, '>')
	if ownLines {
		dst = append(dst, '\n')
	}
	dst = w.appendText(dst, f.Value)
	if ownLines {
		dst = append(dst, "\n"+indent...)
	}
	dst = append(dst, "</"...)
	dst = w.appendText(dst, f.Name)
	return append(dst, ">\n"...)
}
