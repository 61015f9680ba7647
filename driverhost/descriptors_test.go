package driverhost_test

import (
	"errors"
	"runtime"
	"strings"
	"testing"

	"mps/driverhost"
	"mps/gbk"
	"mps/test/standin/drivers"
)

// people are the holders of the cards that the stand-in "frames" has, by the
// type that it is called with.
var people = map[int32]string{1: "林小满", 2: "苏晓雯"}

// isStrange tells that a child was ended because it said what nobody had asked.
func isStrange(err error) bool {
	return errors.Is(err, driverhost.ErrHost) && strings.HasPrefix(err.Error(), "厂商驱动的宿主程序应答有误")
}

// isRead tells that the call of this type got its own card.
func isRead(r driverhost.Result, err error, iType int32) bool {
	text, bad := gbk.Decode(r.Output(0))
	return err == nil && bad == nil && r.Int == 0 && strings.Contains(text, "|"+people[iType]+"|")
}

// Whatever a library writes wherever it can, a call never gets the card of
// another call.
func TestFramesOfTheLibrary(t *testing.T) {
	const calls = 4 // for one card and the other in turn
	low := [2]int{0, 0}
	if runtime.GOOS == "windows" { // handles are all low
		low[1] = calls
	}
	tests := []struct {
		library, export string
		strange         [2]int // at least and at most so many calls without an answer
	}{
		{"frames", "write_nothing", [2]int{0, 0}},
		{"frames", "write_low", low},
		{"frames", "write_during", [2]int{calls, calls}},
		// The writing may be faster than the answer.
		{"frames", "write_after", [2]int{1, calls}},
		{"loading-frames", "write_nothing", [2]int{calls, calls}},
	}
	for _, tt := range tests {
		t.Run(tt.library+"/"+tt.export, func(t *testing.T) {
			h := drivers.Host(t, tt.library)
			strange := 0
			for i := range calls {
				iType := int32(1 + i%2)
				r, err := h.Call(t.Context(), call(tt.export, iType))
				switch {
				case isStrange(err):
					strange++
				case !isRead(r, err, iType):
					t.Errorf("call %d, for %s: %d, %q, %v (%v)", i, people[iType], r.Int, r.Output(0), err, errors.Unwrap(err))
				}
			}
			if strange < tt.strange[0] || strange > tt.strange[1] {
				t.Errorf("%d strange answers, want %d to %d", strange, tt.strange[0], tt.strange[1])
			}
		})
	}
}
