package main

import (
	"os/exec"
	"mps/test/rig/pcscd"
	"fmt"
	"os"
	"runtime"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/ebitengine/purego"
)

func TestFloor(t *testing.T) {
	if os.Getenv("ROLE") != "floor" {
		t.Skip()
	}
	if os.Getenv("LOCK") != "" {
		runtime.LockOSThread()
	}
	lib, err := purego.Dlopen("libpcsclite.so.1", purego.RTLD_NOW)
	if err != nil {
		t.Fatal(err)
	}
	sym := func(n string) uintptr { s, _ := purego.Dlsym(lib, n); return s }
	est, rel, con, tr, dis := sym("SCardEstablishContext"), sym("SCardReleaseContext"), sym("SCardConnect"), sym("SCardTransmit"), sym("SCardDisconnect")
	name := append([]byte("Bench Reader 00 00"), 0)
	cmds := []string{"\x00\xA4\x04\x00\x0Fsx1.sh.\xC9\xE7\xBB\xE1\xB1\xA3\xD5\xCF", "\x00\xA4\x02\x00\x02\xEF\x05", "\x00\xB2\x01\x00\x12", "\x00\xB2\x07\x00\x0B", "\x00\xA4\x02\x00\x02\xEF\x06", "\x00\xB2\x08\x00\x14", "\x00\xB2\x09\x00\x20"}
	read := func() {
		var ctx, card, proto uintptr
		check := func(r, _, _ uintptr) {
			if uint32(r) != 0 {
				t.Fatalf("%x", r)
			}
		}
		check(purego.SyscallN(est, 2, 0, 0, uintptr(unsafe.Pointer(&ctx))))
		check(purego.SyscallN(con, ctx, uintptr(unsafe.Pointer(&name[0])), 1, 3, uintptr(unsafe.Pointer(&card)), uintptr(unsafe.Pointer(&proto))))
		for _, c := range cmds {
			var resp [264]byte
			n := uintptr(264)
			pci := [2]uintptr{proto, 16}
			b := []byte(c)
			check(purego.SyscallN(tr, card, uintptr(unsafe.Pointer(&pci[0])), uintptr(unsafe.Pointer(&b[0])), uintptr(len(b)), 0, uintptr(unsafe.Pointer(&resp[0])), uintptr(unsafe.Pointer(&n))))
		}
		check(purego.SyscallN(dis, card, 0))
		check(purego.SyscallN(rel, ctx))
	}
	var a, b syscall.Rusage
	syscall.Getrusage(0, &a)
	began := time.Now()
	d, _ := time.ParseDuration(os.Getenv("LONG"))
	n := 0
	for time.Since(began) < d {
		read()
		n++
	}
	took := time.Since(began)
	syscall.Getrusage(0, &b)
	us := func(x, y syscall.Timeval) float64 { return float64(y.Sec-x.Sec)*1e6 + float64(y.Usec-x.Usec) }
	fmt.Fprintf(os.Stderr, "%d reads %.0f ns  user %.0f sys %.0f us  nvcsw %.1f nivcsw %.1f\n", n, float64(took)/float64(n), us(a.Utime, b.Utime)/float64(n), us(a.Stime, b.Stime)/float64(n),
		float64(b.Nvcsw-a.Nvcsw)/float64(n), float64(b.Nivcsw-a.Nivcsw)/float64(n))
}

func TestPerf(t *testing.T) {
	if os.Getenv("ROLE") != "" {
		t.Skip()
	}
	os.Chdir("..")
	dir, _ := os.MkdirTemp("", "mpsb")
	defer os.RemoveAll(dir)
	os.Setenv(pcscd.SocketVariable, pcscd.Socket(dir))
	d, err := pcscd.Start(dir, "Bench Reader")
	if err != nil {
		t.Fatal(err)
	}
	defer d.Stop()
	go inserted.ServeVPCD(t.Context(), d.Slot(0))
	time.Sleep(time.Second)
	for _, args := range [][]string{
		{"stat", "-e", "context-switches,task-clock", ".cache/bench/read", "Bench Reader 00 00", "1000"},
		{"record", "-q", "-s", "-o", "/tmp/ways/perf.data", "-F", "5000", os.Args[0], "-test.run", "TestFloor"},
		{"trace", "-s", os.Args[0], "-test.run", "TestFloor"},
		{"trace", "-s", ".cache/bench/read", "Bench Reader 00 00", "1000"},
	} {
		g := exec.Command("perf", args...)
		g.Env = append(os.Environ(), "ROLE=floor", "LONG=1s")
		g.Stderr = os.Stderr
		g.Run()
	}
}
