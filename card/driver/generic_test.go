package driver

import (
	"testing"

	"mps/charset"
)

// A text in the arguments of kind generic is in the library's charset.
func TestCharsetOfArguments(t *testing.T) {
	for configured, want := range map[charset.Charset]string{"": "\xb4\xb0\xbf\xda", charset.Auto: "\xb4\xb0\xbf\xda", charset.UTF8: "窗口"} {
		s, err := newGeneric(Options{
			Export: "f", Args: []string{"text:窗口", "buffer:64"}, Layout: SSCardLayout, Charset: configured,
		}, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(s.(Generic).Steps[0].Call.Args[0].Text); got != want {
			t.Errorf("%q: %x, want %x", configured, got, want)
		}
	}
}
