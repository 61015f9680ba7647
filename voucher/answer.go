package voucher

import (
	"bytes"
	"encoding/json"
	"errors"

	"mps/charset"
	"mps/failure"
	"mps/identity"
)

// Limits of an answer. The specification's sample has 1.3 KB and a depth of 2.
const (
	MaxAnswer     = 256 << 10 // bytes
	maxDepth      = 64        // objects and arrays within each other
	maxAnswerCode = 64        // bytes of the value of "code"
)

// Answer is what the centre answered, success or refusal.
type Answer struct {
	// JSON is the answer as it came: member order, numbers, white space and
	// unknown members untouched. It is UTF-8 without a byte order mark and
	// without white space around it.
	JSON []byte
	// Code is the value of "code": "0" for success. A number is given as it
	// was written.
	Code string
	// Message is the value of "message", empty when absent or null.
	Message string
	// RequestID names the query in the journal of the server that the answer
	// came through; empty when the centre was asked directly.
	RequestID string
	// Replayed tells that a server gave its recorded answer to an earlier
	// query with the same request id.
	Replayed bool

	data json.RawMessage
}

// Err returns nil when the answer is a success that names a readable patient.
// Otherwise it returns the centre's refusal, or what the success lacks
// ([Holder.Check]), as a failure.
func (a *Answer) Err() error {
	if a.Code != "0" {
		return refused.With(a.Code, a.Message)
	}
	if lack := a.Holder().Check(); lack != nil {
		return lack
	}
	return nil
}

// Holder reads from "data" whom the answer names.
func (a *Answer) Holder() Holder { return holder(a.data) }

// ParseAnswer reads an answer of the centre as it travels within MPS: in UTF-8.
// Otherwise it is [DecodeAnswer].
func ParseAnswer(text []byte) (*Answer, error) { return DecodeAnswer(text, charset.UTF8) }

// DecodeAnswer reads an answer of the centre: one JSON object in the given charset,
// of at most [MaxAnswer] bytes there and in UTF-8.
//
// It is strict about what MPS relies on, the syntax and a "code" that is a
// string or a number, and lenient about the rest: "data" may be an object, a
// string that holds one, null, absent or anything else, which leaves the Holder
// empty and is no success ([Answer.Err]). Member names are matched exactly; of members of equal name the last
// one counts. The error is a failure of kind [ErrMalformed].
func DecodeAnswer(text []byte, c charset.Charset) (*Answer, error) {
	if len(text) > MaxAnswer {
		return nil, answerTooLarge.Because(ErrMalformed)
	}
	s, err := c.Decode(text)
	if err != nil {
		return nil, notText(c, err)
	}
	if len(s) > MaxAnswer { // it goes on in UTF-8, where an answer in GBK is longer
		return nil, answerTooLarge.Because(ErrMalformed)
	}
	text = bytes.Trim([]byte(s), " \t\r\n")
	if depth(text) > maxDepth {
		return nil, answerTooDeep.Because(ErrMalformed)
	}
	members, err := object(text)
	if err != nil {
		return nil, answerNotJSON.Because(because(ErrMalformed, err))
	}
	code, ok := scalar(members["code"])
	if !ok || len(code) > maxAnswerCode {
		return nil, answerNoCode.Because(ErrMalformed)
	}
	message, _ := scalar(members["message"])
	return &Answer{
		JSON:    text,
		Code:    code,
		Message: message,
		data:    members["data"],
	}, nil
}

// notText is the failure for bytes that are no text in c.
func notText(c charset.Charset, err error) *failure.Error {
	cause := because(ErrMalformed, err)
	switch {
	case errors.Is(err, charset.ErrAmbiguous):
		return answerAmbiguous.Because(cause)
	case errors.Is(err, charset.ErrUnknown):
		return answerUnknownCharset.Because(cause, c)
	case c == charset.Auto:
		return answerEncoding.Because(cause)
	}
	return answerCharset.Because(cause, c)
}

// depth returns how deep objects and arrays of the JSON text nest. It is
// meaningful for valid JSON and harmless for anything else.
func depth(text []byte) int {
	deepest, level, inString := 0, 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case inString:
		case c == '{' || c == '[':
			level++
			deepest = max(deepest, level)
		case c == '}' || c == ']':
			level--
		}
	}
	return deepest
}

// object splits a JSON object into its members. A map is used because
// encoding/json fills structs without regard to letter case.
func object(text []byte) (map[string]json.RawMessage, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil {
		return nil, err
	}
	if members == nil {
		return nil, errors.New("null instead of an object")
	}
	return members, nil
}

// scalar returns the value of a JSON string, or a JSON number as written, and
// false for everything else.
func scalar(raw json.RawMessage) (string, bool) {
	if len(raw) == 0 {
		return "", false
	}
	switch c := raw[0]; {
	case c == '"':
		var s string
		err := json.Unmarshal(raw, &s)
		return s, err == nil
	case c == '-' || '0' <= c && c <= '9':
		return string(raw), true
	}
	return "", false
}

// holder reads the value of "data". The identity number is spelt as cards spell it; what
// goes on to the hospital's program is the centre's text all the same.
func holder(data json.RawMessage) Holder {
	if len(data) > 0 && data[0] == '"' {
		s, _ := scalar(data)
		data = json.RawMessage(s)
	}
	members, err := object(data)
	if err != nil {
		return Holder{} // the answer goes on as it is; MPS only knows less of it
	}
	var h Holder
	h.Name, _ = scalar(members["userName"])
	h.Token, _ = scalar(members["ecToken"])
	h.IDNumber, _ = scalar(members["idNo"])
	if !legible(h.IDNumber) {
		h.IDNumber, _ = scalar(members["aac002"])
	}
	h.IDNumber = identity.Canonical(h.IDNumber)
	return h
}
