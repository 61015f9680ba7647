package driverhost

import (
	"errors"
	"os"
	"testing"
)

// A program that does not serve is told from a library that crashes, also when it
// has ended before it is asked anything.
func TestChildEndsBeforeItIsAsked(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		flag string
		want error
	}{
		{"-test.run=^$", errMalformed}, // says PASS
		{"-no-such-flag", errEnded},    // says nothing on standard output
	} {
		c, err := startChild([]string{self, tt.flag}, "a library")
		if err != nil {
			t.Fatal(err)
		}
		<-c.ended
		if _, err := c.exchange(t.Context(), request{}); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v", tt.flag, err)
		}
		c.end(0)
	}
}
