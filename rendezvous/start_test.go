package rendezvous

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"mps/gbk"
)

// readReason reads what Fail has left, as the library does.
func readReason(t *testing.T, dir string) (inGBK, inUTF16 string) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, reasonFile))
	if err != nil {
		t.Fatal(err)
	}
	if len(b) > 2048 { // REASON_FILE_MAX
		t.Errorf("the file has %d bytes", len(b))
	}
	if !strings.Contains(string(b), fmt.Sprintf("\npid = %d\n", os.Getpid())) {
		t.Errorf("no process id in %s", b)
	}
	var g, w []byte
	for line := range strings.Lines(string(b)) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), " = ")
		switch key {
		case "gbk":
			g, err = hex.DecodeString(value)
		case "utf16":
			w, err = hex.DecodeString(value)
		}
		if err != nil {
			t.Fatalf("%v: %s", err, line)
		}
	}
	if len(g) > 400 || len(w) > 400 { // REASON_MAX
		t.Errorf("%d bytes of GBK, %d of UTF-16", len(g), len(w))
	}
	if inGBK, err = gbk.Decode(g); err != nil {
		t.Error(err)
	}
	units := make([]uint16, len(w)/2)
	if err := binary.Read(bytes.NewReader(w), binary.LittleEndian, units); err != nil {
		t.Fatal(err)
	}
	return inGBK, string(utf16.Decode(units))
}

func TestReason(t *testing.T) {
	head, tail := strings.Repeat("前", reasonHead), strings.Repeat("后", maxReason-reasonHead-1)
	tests := []struct{ name, reason, gbk, utf16 string }{
		{name: "as it is", reason: "配置文件C:\\mps\\mps.toml：第2行：没有[agent.lissten]这个配置项", gbk: "配置文件C:\\mps\\mps.toml：第2行：没有[agent.lissten]这个配置项"},
		{name: "markup", reason: `"a" & <b>`, gbk: `"a" ＆ ＜b＞`},
		{name: "lines and control characters", reason: " 第1行\r\n第2行\x00\x7f\u0085\u2028\t完。\n", gbk: "第1行 第2行 完"},
		{name: "not in GBK", reason: "\U00020BB7野", gbk: "？野", utf16: "\U00020BB7野"},
		{name: "no text", reason: "\xff\ufffe a", gbk: "a"},
		{name: "long", reason: head + strings.Repeat("中", 100) + tail, gbk: head + "…" + tail},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "mps")
			if err := NewStart(dir).Fail(tt.reason); err != nil {
				t.Fatal(err)
			}
			if tt.utf16 == "" {
				tt.utf16 = tt.gbk
			}
			if g, w := readReason(t, dir); g != tt.gbk || w != tt.utf16 {
				t.Errorf("%q\n%q, want\n%q\n%q", g, w, tt.gbk, tt.utf16)
			}
		})
	}
}

// Characters outside the basic plane count twice.
func TestReasonOfSurrogates(t *testing.T) {
	dir := t.TempDir()
	if err := NewStart(dir).Fail(strings.Repeat("\U00020BB7", 3*maxReason)); err != nil {
		t.Fatal(err)
	}
	if _, w := readReason(t, dir); len(utf16.Encode([]rune(w))) > maxReason || !strings.Contains(w, "…") {
		t.Errorf("%q", w)
	}
}

// What one agent has left is not the reason of the next.
func TestStartTakesReasonAway(t *testing.T) {
	dir := t.TempDir()
	s := NewStart(dir)
	for _, reason := range []string{"第一次", "第二次"} {
		if err := s.Fail(reason); err != nil {
			t.Fatal(err)
		}
		if g, _ := readReason(t, dir); g != reason {
			t.Errorf("%q, want %q", g, reason)
		}
	}
	NewStart(dir)
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

// Nothing but blanks is no reason, and no file.
func TestNoReason(t *testing.T) {
	dir := t.TempDir()
	if err := NewStart(dir).Fail(" \n"); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}
