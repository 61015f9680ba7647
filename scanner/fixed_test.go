package scanner

import "testing"

func TestFixed(t *testing.T) {
	const code = "9000000000000000000001350200"
	if got, err := Fixed(code).Code(t.Context()); got != code || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}
