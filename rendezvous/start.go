package rendezvous

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf16"

	"mps/gbk"
)

const (
	// reasonFile is what capi/reason.c reads.
	reasonFile = "agent.reason"

	// What a reason may have, in units of UTF-16: it has to fit into a hospital
	// program's buffer of 1024 bytes with the rest of an answer. The end, where a
	// mistake is named, counts more than the start, which is a path.
	maxReason  = 200
	reasonHead = 60
)

// A Start is that of an agent which the client library has started and waits
// for, with the lock under which no other is started meanwhile.
type Start struct{ dir string }

// NewStart is the beginning. dir is the user's folder. The reason that an agent
// before this one has left is taken away.
func NewStart(dir string) Start {
	inheritLock()
	// Left there, it tells another process id.
	_ = os.Remove(filepath.Join(dir, reasonFile))
	return Start{dir}
}

// Done is the end of a start that has led to an address. Whoever comes now finds
// that.
func (s Start) Done() { releaseLock() }

// Fail leaves for the library why this process cannot serve: a text for the
// person at the hospital program, without personal data. It is cut where it is
// too long, and cleaned of what must not stand in XML.
func (s Start) Fail(reason string) error {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return err
	}
	text := clean(reason)
	if text == "" {
		return nil
	}
	wide := utf16.Encode([]rune(text))
	b := make([]byte, 0, 2*len(wide))
	for _, unit := range wide {
		b = binary.LittleEndian.AppendUint16(b, unit)
	}
	// The library has no tables of characters: it gets the text in both charsets
	// of its callers.
	return write(s.dir, reasonFile, fmt.Sprintf("; 由动态库启动而未能服务的读卡服务写给动态库，原因的文字在日志中\npid = %d\ngbk = %x\nutf16 = %x\n",
		os.Getpid(), gbk.Append(nil, text, gbk.QuestionMark), b))
}

// clean makes a reason one line of at most maxReason units.
func clean(reason string) string {
	text := strings.Map(func(r rune) rune {
		switch {
		case r == '&':
			return '＆'
		case r == '<':
			return '＜'
		case r == '>':
			return '＞'
		case unicode.IsControl(r), r == '\u2028', r == '\u2029', r == unicode.ReplacementChar, r&0xFFFE == 0xFFFE:
			return ' '
		}
		return r
	}, reason)
	runes := []rune(strings.TrimRight(strings.Join(strings.Fields(text), " "), "。！，"))
	if units(runes) <= maxReason {
		return string(runes)
	}
	head := runes
	for units(head) > reasonHead {
		head = head[:len(head)-1]
	}
	tail := runes
	for units(tail) > maxReason-reasonHead-1 {
		tail = tail[1:]
	}
	return string(head) + "…" + string(tail)
}

func units(runes []rune) int { return len(utf16.Encode(runes)) }

// write leaves a file in dir, for this user only. Readers see it whole or not at
// all.
func write(dir, name, text string) error {
	f, err := os.CreateTemp(dir, name+".*") // 0600
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	err = errors.Join(err, f.Close())
	if err == nil {
		err = replace(f.Name(), filepath.Join(dir, name))
	}
	if err != nil {
		if removed := os.Remove(f.Name()); !errors.Is(removed, fs.ErrNotExist) {
			err = errors.Join(err, removed)
		}
	}
	return err
}
