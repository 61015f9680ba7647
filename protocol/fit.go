package protocol

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"

	"mps/gbk"
)

// Fit returns the wire bytes of r for a caller whose buffer holds capacity
// bytes, one of them for the NUL at the end. An answer that does not fit goes
// out with its JSON compacted; when that does not fit either, a short error
// answer names the bytes needed, and needed is that number, otherwise 0. Below
// 58 bytes even the shortest error does not fit, and the answer is empty.
func (e *Encoder) Fit(r *Response, capacity int) (answer []byte, needed int) {
	return e.fit(r, capacity, 1, func(b []byte) []byte { return b })
}

// FitUTF16 is Fit for a caller whose strings are UTF-16LE. The NUL takes two
// bytes, and no character is outside. Signs are those of the text in GBK.
func (e *Encoder) FitUTF16(r *Response, capacity int) (answer []byte, needed int) {
	wide := &Encoder{Outside: gbk.GB18030, Key: e.Key}
	return wide.fit(r, capacity, 2, encodeUTF16)
}

func (e *Encoder) fit(r *Response, capacity, nul int, encoded func([]byte) []byte) (answer []byte, needed int) {
	fits := func(wire []byte) bool {
		answer = encoded(wire)
		return len(answer) <= capacity-nul
	}
	if fits(e.Append(nil, r)) {
		return answer, 0
	}
	needed = len(answer) + nul
	if small := compacted(r); small != nil {
		if fits(e.Append(nil, small)) {
			return answer, 0
		}
		needed = min(needed, len(answer)+nul)
	}
	msg := r.Msg
	if r.Result == ResultOK {
		msg = fmt.Sprintf("返回报文需要%d字节，调用程序的缓冲区只有%d字节：请改为8192字节后重试", needed, capacity)
		short := &Response{Funid: r.Funid, Result: ResultFailed, Msg: msg}
		for _, f := range r.Body {
			short.Body = append(short.Body, Field{Name: f.Name, JSON: f.JSON})
		}
		if fits(e.Append(nil, short)) {
			return answer, needed
		}
	}
	if fits(e.tiny(msg)) || fits(e.tiny("")) {
		return answer, needed
	}
	return nil, needed
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

// tiny is a failed answer with nothing but what a caller must know.
func (e *Encoder) tiny(msg string) []byte {
	dst := []byte("<response><Header><result>" + ResultFailed + "</result>")
	if msg != "" {
		dst = append(dst, "<msg>"...)
		dst = e.appendText(dst, msg)
		dst = append(dst, "</msg>"...)
	}
	return append(dst, "</Header></response>"...)
}
