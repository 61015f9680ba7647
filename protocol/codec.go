package protocol

import (
	"errors"

	"mps/charset"
	"mps/gbk"
)

// A Charset is what a caller's strings are made of.
type Charset int

// The charsets of callers.
const (
	GBK     Charset = iota // bytes: GBK, or what the message declares
	UTF16LE                // 16-bit units (PowerBuilder 10 and later without ";ansi"), whatever the message declares
)

// String is the name of the charset in a Content-Type.
func (c Charset) String() string {
	if c == UTF16LE {
		return "UTF-16LE"
	}
	return "GBK"
}

// MaxRequest is how many bytes of a request are read.
func (c Charset) MaxRequest() int {
	if c == UTF16LE {
		return 2 * MaxRequest
	}
	return MaxRequest
}

// A Codec reads the requests of one kind of caller and writes its answers. The
// zero value is for GBK, unsigned, with numeric references for what GBK lacks.
type Codec struct {
	Charset Charset
	Outside gbk.Fallback // how GBK writes characters that it lacks; UTF16LE lacks none
	Key     Key          // verifies requests and signs answers
}

// A form is what the codec does differently from charset to charset. It writes
// a message in two steps: the message is laid out in an encoding in which ASCII
// stands for itself, and encoded when it is complete.
type form interface {
	// decode turns the bytes of a request into text, and says what they were
	// in. When some of them are bad, what can be seen of the text is returned
	// with the error.
	decode(wire []byte) (string, charset.Charset, error)
	// signedOf finds in a request the bytes that its sign is computed over.
	// text is wire decoded, env is text scanned.
	signedOf(wire []byte, text string, env *envelope) []byte
	// appendRun lays out characters beyond ASCII.
	appendRun(dst []byte, run string) []byte
	// signed turns a Body that is laid out into the bytes that its sign is
	// computed over.
	signed(body []byte) []byte
	// encode turns a message that is laid out into its bytes on the wire.
	encode(message []byte) []byte
	// nul is the size in bytes of the NUL at the end of a string.
	nul() int
}

func (c *Codec) form() form {
	if c.Charset == UTF16LE {
		return utf16Form{}
	}
	return gbkForm{c.Outside}
}

// Decode reads the bytes of a request, at most as many as its charset's
// MaxRequest, and verifies its sign. The request is never nil: with a
// [failure.Failure] as the error it holds what could be read, so that the
// answer can name the function. Whether the function exists and its parameters
// are right is for Lookup and Check.
func (c *Codec) Decode(wire []byte) (*Request, error) {
	form, limit := c.form(), c.Charset.MaxRequest()
	tooLong := len(wire) > limit
	if tooLong {
		wire = wire[:limit]
	}
	text, in, err := form.decode(wire)
	if tooLong && !errors.Is(err, requestEmpty) {
		err = requestTooLong.With(limit)
	}
	r, env, err := readRequest(text, in, len(wire), err)
	if err == nil {
		err = c.Key.verify(r.Sign, func() []byte { return form.signedOf(wire, text, env) })
	}
	if f := fieldLike(env.header, "sign"); f != nil && errors.Is(err, signAbsent) {
		err = elementSpelled.With("sign", excerpt(f.Name, in), "sign")
	}
	return r, err
}

// EncodeRequest writes a request in the specification's form.
func (c *Codec) EncodeRequest(r *Request) []byte {
	w := c.writer()
	return w.form.encode(w.appendRequest(nil, r))
}

// EncodeResponse writes an answer in the specification's form.
func (c *Codec) EncodeResponse(r *Response) []byte {
	w := c.writer()
	return w.form.encode(w.appendResponse(nil, r))
}

func (c *Codec) writer() writer { return writer{c.form(), c.Key} }
