package main

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"

	"mps/sandbox"
)

func TestWritePatients(t *testing.T) {
	var b bytes.Buffer
	if err := writePatients(&b); err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/patients.golden")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(b.Bytes(), want) {
		t.Errorf("differs from testdata/patients.golden:\n%s", &b)
	}
	// Every code begins in the same column.
	lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
	at := columns(lines[0][:strings.Index(lines[0], "电子凭证")])
	for i, p := range sandbox.Patients() {
		if n := columns(lines[i+1][:strings.Index(lines[i+1], p.Code)]); n != at {
			t.Errorf("column %d instead of %d: %s", n, at, lines[i+1])
		}
	}
	if err := writePatients(broken{}); !errors.Is(err, os.ErrClosed) {
		t.Errorf("error of the writer is lost: %v", err)
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, os.ErrClosed }

func TestColumns(t *testing.T) {
	for s, want := range map[string]int{"": 0, "p01": 3, "林小测": 6, "吴𠮷例": 6, "阿·测": 5, "（a）": 5} {
		if got := columns(s); got != want {
			t.Errorf("%q takes %d columns, want %d", s, got, want)
		}
	}
}
