package protocol

import "strings"

// A Request is what a host program asks.
type Request struct {
	Funid string
	Sign  string  // as it came; "" counts as Unsigned
	Body  []Field // values without surrounding blanks
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

// readRequest reads the text of a request. textErr says what is wrong with the
// bytes it was decoded from, and is told rather than what follows from it.
func readRequest(text string, textErr error) (*Request, *envelope, error) {
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
		err = headerAbsent.With()
	case !env.hasBody:
		err = bodyAbsent.With()
	case r.Funid == "":
		err = funidAbsent.With()
	}
	return r, env, err
}

func trimmed(fields []Field) []Field {
	for i := range fields {
		fields[i].Value = strings.Trim(fields[i].Value, blanks)
	}
	return fields
}
