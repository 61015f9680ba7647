package pcsc

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"
	"unsafe"

	"mps/card"
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

// TestDLL calls a stand-in for winscard.dll that lies beside the test program:
// test/standin/winscard builds it, and it refuses what it should not be asked. No
// other test loads the library.
func TestDLL(t *testing.T) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	library.Name, library.System = filepath.Join(filepath.Dir(program), "standin.dll"), false
	if err := library.Load(); err != nil {
		t.Fatal("run make -C test/standin/winscard and test/rig/on-windows --with .cache/winscard: ", err)
	}

	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	began := time.Now()
	_, err = card.FromReader(New(Options{Wait: time.Hour})).Read(ctx)
	if want := "接口SSC_Open 失败:未检测到卡片，请插入社会保障卡后重试！"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("cancelled after %v", took)
	}

	r := New(Options{Wait: 800 * time.Millisecond})
	for range 3 {
		got, err := card.FromReader(r).Read(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		want := card.Card{IDNumber: "35058219720630061X", Number: "D12345678", Name: "林小满",
			IdentificationCode: "350000D15600000512345678ABCDEF01", IDNumberValid: true}
		if *got != want {
			t.Errorf("read %#v, want %#v", *got, want)
		}
	}
	conn, err := r.Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Transmit(t.Context(), []byte{0x00, 0x20, 0x00, 0x01}); codeOf(err) != codeCommError {
		t.Errorf("a command that the card does not know: %v", err)
	}
	if err := conn.Close(); err != nil {
		t.Error(err)
	}

	slots, err := List(t.Context())
	want := [...]Slot{{Name: "读卡器 甲 0", Card: true, ATR: "3B80800101"}, {Name: "Windows Hello for Business 1", Unlikely: true}}
	if err != nil || len(slots) != 2 || [2]Slot(slots) != want {
		t.Errorf("List = %+v, %v", slots, err)
	}
}
