package pcsc

import (
	"testing"
	"unsafe"
)

// TestLayout compares the structures with what Microsoft's compiler makes of
// winscard.h, for 32 and 64 bits.
func TestLayout(t *testing.T) {
	var s readerState
	got := [...]uintptr{
		unsafe.Sizeof(s), unsafe.Offsetof(s.current), unsafe.Offsetof(s.event), unsafe.Offsetof(s.atrLen),
		unsafe.Offsetof(s.atr), uintptr(len(s.atr)), unsafe.Sizeof(ioRequest{}), unsafe.Offsetof(ioRequest{}.length),
		unsafe.Sizeof(handle(0)),
	}
	want := map[uintptr][9]uintptr{
		4: {56, 8, 12, 16, 20, 36, 8, 4, 4},
		8: {64, 16, 20, 24, 28, 36, 8, 4, 8},
	}[unsafe.Sizeof(uintptr(0))]
	if got != want {
		t.Errorf("layout %v, want %v", got, want)
	}
}
