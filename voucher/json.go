package voucher

import (
	"bytes"
	"encoding/json"
)

// EncodeJSON returns the JSON form of a value as programs of the field write
// it: without white space, and without the escapes for web pages that
// encoding/json adds and that some of them do not read.
func EncodeJSON(value any) ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// member is one member of a JSON object whose order matters.
type member struct {
	name  string
	value any
}

// encodeObject returns the JSON object with the members in their order.
func encodeObject(members []member) ([]byte, error) {
	b := []byte{'{'}
	for i, m := range members {
		if i > 0 {
			b = append(b, ',')
		}
		name, err := EncodeJSON(m.name)
		if err != nil {
			return nil, err
		}
		value, err := EncodeJSON(m.value)
		if err != nil {
			return nil, err
		}
		b = append(b, name...)
		b = append(b, ':')
		b = append(b, value...)
	}
	return append(b, '}'), nil
}
