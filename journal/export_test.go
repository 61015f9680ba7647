package journal

import (
	"bytes"
	"testing"
	"time"
)

const (
	DropAtOnce    = dropAtOnce
	SweepInterval = sweepInterval
)

func (j *Journal) Sweep() time.Duration { return j.sweep() }

// KeysOf returns the keys of a master key that repeats one byte.
func KeysOf(t testing.TB, b byte) *Keys {
	t.Helper()
	keys, err := newKeys(bytes.Repeat([]byte{b}, masterSize))
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func testKeys(t testing.TB) *Keys {
	t.Helper()
	return KeysOf(t, 7)
}
