package pcsc

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unsafe"
)

// TestLayout compares the structures with those that a C compiler makes of
// pcsc-lite's headers.
func TestLayout(t *testing.T) {
	var s readerState
	got := []uintptr{
		unsafe.Sizeof(s), unsafe.Offsetof(s.current), unsafe.Offsetof(s.event), unsafe.Offsetof(s.atrLen),
		unsafe.Offsetof(s.atr), uintptr(len(s.atr)), unsafe.Sizeof(ioRequest{}), unsafe.Offsetof(ioRequest{}.length),
		unsafe.Sizeof(handle(0)), unsafe.Sizeof(dword(0)), unsafe.Sizeof(long(0)),
	}
	source := filepath.Join(t.TempDir(), "layout.c")
	program := strings.TrimSuffix(source, ".c")
	if err := os.WriteFile(source, []byte(`
#include <stddef.h>
#include <stdio.h>
#include <winscard.h>
int main(void)
{
    size_t sizes[] = {
        sizeof(SCARD_READERSTATE), offsetof(SCARD_READERSTATE, dwCurrentState),
        offsetof(SCARD_READERSTATE, dwEventState), offsetof(SCARD_READERSTATE, cbAtr),
        offsetof(SCARD_READERSTATE, rgbAtr), sizeof ((SCARD_READERSTATE *)0)->rgbAtr,
        sizeof(SCARD_IO_REQUEST), offsetof(SCARD_IO_REQUEST, cbPciLength),
        sizeof(SCARDHANDLE), sizeof(DWORD), sizeof(LONG),
    };
    fwrite(sizes, 1, sizeof sizes, stdout);
    return 0;
}
`), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("gcc", "-I/usr/include/PCSC", "-o", program, source).CombinedOutput(); err != nil {
		t.Fatalf("Debian's gcc and libpcsclite-dev are needed: %v\n%s", err, out)
	}
	out, err := exec.Command(program).Output()
	if err != nil || len(out) != len(got)*int(unsafe.Sizeof(got[0])) {
		t.Fatalf("%d bytes, %v", len(out), err)
	}
	for i := range got {
		if want := *(*uintptr)(unsafe.Pointer(&out[i*int(unsafe.Sizeof(got[0]))])); got[i] != want {
			t.Errorf("number %d is %d, in C %d", i, got[i], want)
		}
	}
}
