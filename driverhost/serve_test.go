package driverhost_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"os"
	"os/exec"
	"testing"
	"time"

	"mps/driverhost"
	"mps/test/standin/drivers"
)

// A child whose host is gone does not stay, even when its library hangs.
func TestChildEndsWithItsHost(t *testing.T) {
	for _, export := range []string{"", "hang", "spin"} {
		t.Run(export, func(t *testing.T) {
			self, err := os.Executable()
			if err != nil {
				t.Fatal(err)
			}
			child := exec.Command(self, "driver-host")
			stdin, err := child.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := child.Start(); err != nil {
				t.Fatal(err)
			}
			if export != "" {
				body, err := json.Marshal(map[string]any{"library": drivers.Library(t, "sscard"), "call": call(export, 1)})
				if err != nil {
					t.Fatal(err)
				}
				const number = 1
				wire := binary.LittleEndian.AppendUint64(nil, number) // of the first call
				wire = binary.LittleEndian.AppendUint64(wire, number)
				wire = binary.LittleEndian.AppendUint32(wire, uint32(len(body)))
				if _, err := stdin.Write(append(wire, body...)); err != nil {
					t.Fatal(err)
				}
			}
			stdin.Close()
			done := make(chan struct{})
			go func() {
				defer close(done)
				child.Wait()
			}()
			select {
			case <-done:
			case <-time.After(20 * time.Second):
				child.Process.Kill()
				t.Fatal("the child stays")
			}
		})
	}
}

// A wall is worth nothing if a call through it is slow. bench measures the same
// with the program as shipped.
func BenchmarkCall(b *testing.B) {
	h := drivers.Host(b, "sscard")
	c := driverhost.Call{Export: "iReadCardBas", Args: []driverhost.Arg{driverhost.Int(1), driverhost.Buffer(4096)}}
	for b.Loop() {
		if r, err := h.Call(b.Context(), c); err != nil || !bytes.HasPrefix(r.Output(0), []byte("350000|")) {
			b.Fatal(r.Int, err)
		}
	}
}
