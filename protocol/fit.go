package protocol

import (
	"bytes"
	"encoding/json"
	"slices"
)

// Fit returns the wire bytes of r for a caller whose buffer holds capacity
// bytes, of which the NUL at the end takes one, and two in UTF-16. An answer
// that does not fit goes out with its JSON compacted; when that does not fit
// either, a short error answer names the bytes needed, and needed is that
// number, otherwise 0. Where even the shortest error does not fit, 57 bytes
// without the NUL and twice that in UTF-16, the answer is empty.
func (c *Codec) Fit(r *Response, capacity int) (answer []byte, needed int) {
	w := c.writer()
	nul := w.form.nul()
	answer = w.form.encode(w.appendResponse(nil, r))
	if len(answer)+nul <= capacity {
		return answer, 0
	}
	needed = len(answer) + nul
	if small := compacted(r); small != nil {
		answer = w.form.encode(w.appendResponse(nil, small))
		if len(answer)+nul <= capacity {
			return answer, 0
		}
		needed = min(needed, len(answer)+nul)
	}
	for _, message := range w.substitutes(r, needed, capacity) {
		answer = w.form.encode(message)
		if len(answer)+nul <= capacity {
			return answer, needed
		}
	}
	return nil, needed
}

// substitutes lays out what may stand for an answer that does not fit, the
// longest first. A failure keeps its own text, a success is told the bytes
// needed.
func (w writer) substitutes(r *Response, needed, capacity int) [][]byte {
	var all [][]byte
	msg := r.Msg
	if r.Result == ResultOK {
		msg = bufferTooSmall.With(needed, capacity).Error()
		short := &Response{Funid: r.Funid, Result: ResultFailed, Msg: msg}
		for _, f := range r.Body {
			short.Body = append(short.Body, Field{Name: f.Name, JSON: f.JSON})
		}
		all = append(all, w.appendResponse(nil, short))
	}
	return append(all, w.appendTiny(nil, msg), w.appendTiny(nil, ""))
}

// compacted returns r with its JSON compacted, nil when nothing is gained.
func compacted(r *Response) *Response {
	small := *r
	small.Body = slices.Clone(r.Body)
	gained := false
	for i, f := range small.Body {
		var b bytes.Buffer
		if f.JSON && json.Compact(&b, []byte(f.Value)) == nil && b.Len() < len(f.Value) {
			small.Body[i].Value = b.String()
			gained = true
		}
	}
	if !gained {
		return nil
	}
	return &small
}
