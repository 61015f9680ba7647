package driverhost

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"mps/failure"
)

// What a child reports comes out of the frame as the same failure.
func TestReports(t *testing.T) {
	f := otherWidth.With("SSCardDriver.dll", "32位", "64位")
	var wire bytes.Buffer
	if err := writeFrame(&wire, response{Failure: reportOf(f)}); err != nil {
		t.Fatal(err)
	}
	var r response
	if err := readFrame(&wire, &r); err != nil {
		t.Fatal(err)
	}
	err := error(r.Failure.error())
	got, is := errors.AsType[failure.Failure](err)
	if !is || got.Code() != f.Code() || got.Error() != f.Error() || got.Next() != f.Next() {
		t.Errorf("%v, want %v", got, f)
	}
	if !errors.Is(err, ErrLibrary) || !errors.Is(err, otherWidth) || errors.Is(err, notLoaded) {
		t.Errorf("%v is not what was reported", err)
	}
}

// A child is not believed: neither codes of other failures nor any length or
// content of its words.
func TestStrangeReports(t *testing.T) {
	for _, code := range []string{"", "export", "driver_crashed", "driver_arg", "card_absent", strings.Repeat("x", 1000)} {
		r := report{Code: code, Text: "林小满！", Next: "林小满！"}
		err := r.error()
		if !errors.Is(err, hostStrange) || !errors.Is(err, ErrHost) || strings.Contains(err.Error()+err.Next(), "林") {
			t.Errorf("%q: %v", code, err)
		}
	}
	r := report{Code: overrun.Code(), Text: strings.Repeat("厂", 1000), Next: "35058219720630061X"}
	if err := r.error(); err.Error() != strings.Repeat("厂", 300)+"…！" || strings.Contains(err.Next(), "19720630") {
		t.Errorf("%s, %s", err.Error(), err.Next())
	}
}
