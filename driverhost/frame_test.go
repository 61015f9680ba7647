package driverhost

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
)

func frame(body string) []byte {
	return append(binary.LittleEndian.AppendUint32(nil, uint32(len(body))), body...)
}

func TestFrames(t *testing.T) {
	var wire bytes.Buffer
	sent := request{"C:\\医保\\SSCardDriver.dll", Call{Export: "iReadCardBas", Args: []Arg{Int(-1), Text("林"), Buffer(MaxBuffer)}}}
	full := response{Result: Result{Int: -27010, Outputs: [][]byte{bytes.Repeat([]byte{0x81}, MaxBuffer)}}}
	for _, v := range []any{sent, full, response{Failure: reportOf(exportUnknown.With("x.dll", "y"))}} {
		if err := writeFrame(&wire, v); err != nil {
			t.Fatal(err)
		}
	}
	var r request
	if err := readFrame(&wire, &r); err != nil || !reflect.DeepEqual(r, sent) {
		t.Errorf("%+v, %v", r, err)
	}
	var answer response
	if err := readFrame(&wire, &answer); err != nil || !reflect.DeepEqual(answer, full) {
		t.Errorf("%d bytes, %v", len(answer.Result.Output(0)), err)
	}
	answer = response{}
	if err := readFrame(&wire, &answer); err != nil || answer.Failure == nil {
		t.Error(err)
	}
	if err := readFrame(&wire, &answer); err != io.EOF {
		t.Error(err)
	}
	if err := writeFrame(&wire, strings.Repeat("x", maxFrame)); err == nil || wire.Len() != 0 {
		t.Errorf("%d bytes, %v", wire.Len(), err)
	}
}

func TestBadFrames(t *testing.T) {
	for name, wire := range map[string][]byte{
		"too long":      {0x01, 0x00, 0x04, 0x00},
		"far too long":  {0xff, 0xff, 0xff, 0xff, '{', '}'},
		"no JSON":       frame("iReadCardBas: 350000|35058219720630061X"),
		"not an object": frame("[]"),
		"empty":         frame(""),
		"not base64":    frame(`{"result":{"outputs":["林"]}}`),
	} {
		var r response
		if err := readFrame(bytes.NewReader(wire), &r); !errors.Is(err, errMalformed) || strings.Contains(err.Error(), "350582") {
			t.Errorf("%s: %v", name, err)
		}
	}
	var r response
	if err := readFrame(bytes.NewReader(frame("{}")[:5]), &r); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error(err)
	}
}

// What a child sends, once its library has got at its memory.
func FuzzReadFrame(f *testing.F) {
	f.Add(frame(`{"result":{"int":-2,"outputs":["MzUwMDAwfA=="]}}`))
	f.Add(frame(`{"failure":{"code":"driver_export_unknown","text":"驱动程序库中没有函数！","next":""},"result":{"text":"AA=="}}`))
	f.Add(frame(`{"failure":{"code":"?","text":"35058219720630061X"}}`))
	f.Add([]byte{0xff, 0xff, 0xff, 0x7f})
	f.Fuzz(func(t *testing.T, wire []byte) {
		var r response
		if readFrame(bytes.NewReader(wire), &r) != nil {
			return
		}
		if r.Failure != nil {
			if e := r.Failure.error(); len(e.Error()) > 2000 || len(e.Next()) > 2000 || e.Err == nil {
				t.Errorf("%d and %d bytes, %v", len(e.Error()), len(e.Next()), e.Err)
			}
		}
		var again bytes.Buffer
		var second response
		if err := writeFrame(&again, r); err != nil {
			return // base64 and escapes may make it longer than it came
		}
		if err := readFrame(&again, &second); err != nil {
			t.Fatalf("does not read what it wrote: %v", err)
		}
		if !bytes.Equal(second.Result.Text, r.Result.Text) || len(second.Result.Outputs) != len(r.Result.Outputs) {
			t.Fatalf("%+v, then %+v", r, second)
		}
	})
}

// What a host sends. The child believes its host, but not its configuration.
func FuzzRequest(f *testing.F) {
	f.Add(frame(`{"library":"x.dll","call":{"export":"iReadCardBas","args":[{"kind":"int","int":3},{"kind":"buffer","size":1024}]}}`))
	f.Add(frame(`{"call":{"export":"x","args":[{"kind":"buffer","size":-1}]}}`))
	f.Fuzz(func(t *testing.T, wire []byte) {
		var r request
		if readFrame(bytes.NewReader(wire), &r) != nil || r.Call.check() != nil {
			return
		}
		memory := 0
		for _, a := range r.Call.Args {
			memory += len(a.Text) + a.Size
		}
		if len(r.Call.Args) > MaxArgs || memory > MaxText+MaxBuffer {
			t.Errorf("%d arguments, %d bytes", len(r.Call.Args), memory)
		}
	})
}

func TestLastWords(t *testing.T) {
	var w lastWords
	said := "iReadCardBas: 林小满|35058219720630061X\n" +
		"SIGSEGV: segmentation violation\nPC=0x7f m=0 sigcode=1\n" +
		"Exception 0xc0000005 0x0 0x10 0x7ff612341234\n" +
		"fatal error: unexpected signal during runtime execution\n" +
		"fatal error: 林小满\n" + "[signal SIGSEGV: segmentation violation code=0x1 addr=0x10 pc=0x7f]\n"
	for _, b := range []byte(said + strings.Repeat("x", 10*maxLine) + "\n" + strings.Repeat("SIGABRT: abort\n", 20)) {
		if n, err := w.Write([]byte{b}); n != 1 || err != nil {
			t.Fatal(n, err)
		}
	}
	const want = "SIGSEGV: segmentation violation; Exception 0xc0000005; fatal error: unexpected signal during runtime execution; " +
		"[signal SIGSEGV: segmentation violation code; SIGABRT: abort; SIGABRT: abort; SIGABRT: abort; SIGABRT: abort"
	if got := w.said(); got != want {
		t.Errorf("%q\nwant %q", got, want)
	}
	if n := len(said) + 10*maxLine + 1 + 20*15; w.printed() != n {
		t.Errorf("%d bytes, want %d", w.printed(), n)
	}
}
