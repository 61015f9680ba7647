package config

import (
	"encoding/binary"
	"strings"
	"testing"
	"unicode/utf16"
)

// wide returns a text in UTF-16, with the byte order mark first.
func wide(order binary.AppendByteOrder, s string) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune("\ufeff" + s)) {
		b = order.AppendUint16(b, u)
	}
	return b
}

// What Notepad calls Unicode is read; without its mark, or cut, it is refused with
// what to do.
func TestUTF16(t *testing.T) {
	const file = "[agent]\r\nterminal = \"一号窗口𠮷\"\r\n"
	for name, b := range map[string][]byte{"little": wide(binary.LittleEndian, file), "big": wide(binary.BigEndian, file)} {
		if c, err := Parse(b); err != nil || c.Agent.Terminal != "一号窗口𠮷" {
			t.Errorf("%s: %q, %v", name, c.Agent.Terminal, err)
		}
		for what, b := range map[string][]byte{"no mark": b[2:], "cut": b[:len(b)-1], "mark": b[:3]} {
			if _, err := Parse(b); err == nil || !strings.Contains(err.Error(), "请用记事本另存为UTF-8") {
				t.Errorf("%s, %s: %v", name, what, err)
			}
		}
	}
	if _, err := Parse([]byte("[agent]\nterminal = \"a\x00b\"\n")); err == nil {
		t.Error("a NUL is accepted")
	}
}

// A mistake has its line in every encoding.
func TestLineInEveryEncoding(t *testing.T) {
	const file = "# 一\r\n[agent]\r\ntimeout = 60\r\n"
	for name, b := range map[string][]byte{"UTF-8": []byte(file), "mark": []byte("\ufeff" + file), "UTF-16": wide(binary.LittleEndian, file)} {
		if _, err := Parse(b); err == nil || !strings.HasPrefix(err.Error(), "第3行：") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
