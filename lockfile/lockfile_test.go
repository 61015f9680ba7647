package lockfile_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"mps/lockfile"
)

// hold makes this program a process that holds a file until it is killed.
const hold = "LOCKFILE_TEST_HOLD"

func TestMain(m *testing.M) {
	if path := os.Getenv(hold); path != "" {
		if _, err := lockfile.Take(path); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println("held")
		time.Sleep(time.Hour)
	}
	os.Exit(m.Run())
}

func TestTake(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	first, err := lockfile.Take(path)
	if err != nil {
		t.Fatal(err)
	}
	if note := lockfile.Note(path); note != "" {
		t.Errorf("nobody has left %q", note)
	}
	for _, note := range []string{"进程号 4711，监听 127.0.0.1:8936", "short"} {
		if err := first.Leave(note); err != nil {
			t.Fatal(err)
		}
		if _, err := lockfile.Take(path); !errors.Is(err, lockfile.ErrHeld) {
			t.Errorf("a second one: %v", err)
		}
		if got := lockfile.Note(path); got != note {
			t.Errorf("note %q, want %q", got, note)
		}
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := lockfile.Take(path)
	if err != nil {
		t.Fatal("after it was given back: ", err)
	}
	again.Close()
}

func TestTakeFails(t *testing.T) {
	for name, path := range map[string]string{"folder": t.TempDir(), "no folder": filepath.Join(t.TempDir(), "none", "lock")} {
		if _, err := lockfile.Take(path); err == nil || errors.Is(err, lockfile.ErrHeld) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A note that is none is not shown.
func TestNote(t *testing.T) {
	for name, content := range map[string]string{"half": "\x00half", "control": "\x00a\x1b[2Jb\n", "two lines": "\x00a\nb\n", "no text": "\x00\xff\xfe\n", "empty": ""} {
		path := filepath.Join(t.TempDir(), "lock")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if note := lockfile.Note(path); note != "" {
			t.Errorf("%s: %q", name, note)
		}
	}
}

// A process that is killed holds nothing.
func TestDeadProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	other := exec.CommandContext(t.Context(), os.Args[0])
	other.Env = append(os.Environ(), hold+"="+path)
	out, err := other.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "held\n" {
		t.Fatalf("%q, %v", line, err)
	}
	if _, err := lockfile.Take(path); !errors.Is(err, lockfile.ErrHeld) {
		t.Errorf("while it lives: %v", err)
	}
	other.Process.Kill()
	other.Wait()
	mine, err := lockfile.Take(path)
	if err != nil {
		t.Fatal("after its death: ", err)
	}
	mine.Close()
}
