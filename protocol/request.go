package protocol

import (
	"strings"
	"unicode/utf8"

	"mps/charset"
)

// A Request is what a host program asks.
type Request struct {
	Funid string
	Sign  string  // as it came; "" counts as Unsigned
	Body  []Field // values without surrounding blanks

	in charset.Charset // what it came in, "" when it did not come
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

// readRequest reads the text of a request that came in so many bytes. textErr says
// what is wrong with these, and is told rather than what follows from it.
func readRequest(text string, in charset.Charset, size int, textErr error) (*Request, *envelope, error) {
	env, err := scan(text, "request", in, size)
	r := &Request{Body: trimmed(env.body), in: in}
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
		if strings.ContainsFunc(r.Funid, func(c rune) bool { return c < ' ' || c >= utf8.RuneSelf }) {
			r.Funid = "" // not the one that was sent
		}
	case err != nil:
	case !env.hasHeader && env.headerLike != "":
		err = elementSpelled.With("Header", excerpt(env.headerLike, in), "Header")
	case !env.hasHeader:
		err = headerAbsent.With()
	case !env.hasBody && env.bodyLike != "":
		err = elementSpelled.With("Body", excerpt(env.bodyLike, in), "Body")
	case !env.hasBody:
		err = bodyAbsent.With()
	case r.Funid == "":
		err = funidAbsent.With()
		if f := fieldLike(env.header, "funid"); f != nil {
			err = elementSpelled.With("funid", excerpt(f.Name, in), "funid")
		}
	case r.Sign != "" && len(r.Sign) != len(Unsigned):
		err = signLength.With(len(Unsigned)*unitIn(in), sizeIn(in, r.Sign))
	}
	return r, env, err
}

func trimmed(fields []Field) []Field {
	for i := range fields {
		fields[i].Value = strings.Trim(fields[i].Value, blanks)
	}
	return fields
}
