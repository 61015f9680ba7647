//go:build unix

package main

import (
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// What cannot be a log file stays as it is, and the log goes to the other place
// with the reason.
func TestLogFileCannotBeWritten(t *testing.T) {
	dir := t.TempDir()
	blocked := filepath.Join(dir, "file")
	if err := os.WriteFile(blocked, []byte("kept"), 0o600); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(dir, "folder")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, reason := range map[string]string{
		folder:                              "它是文件夹",
		filepath.Join(blocked, "agent.log"): "路径中有一段不是文件夹",
		"/dev/full":                         "磁盘已满",
		"/proc/self/none/agent.log":         "文件或文件夹不存在",
		pipe:                                "它不是文件",
		filepath.Join(dir, strings.Repeat("x", 300)): "路径太长",
	} {
		before, _ := os.Lstat(path)
		var other strings.Builder
		w := &logWriter{path: path, other: &other}
		w.open()
		log := slog.New(slog.NewTextHandler(w, nil))
		log.Info("first")
		log.Info("second")
		if err := w.Close(); err != nil {
			t.Error(err)
		}
		got := other.String()
		if strings.Count(got, "写不了") != 1 || !strings.Contains(got, reason) || !strings.Contains(got, "msg=first") || !strings.Contains(got, "msg=second") ||
			strings.Index(got, "写不了") > strings.Index(got, "msg=first") {
			t.Errorf("%.60s: %s\n\twant %s", path, got, reason)
		}
		if after, _ := os.Lstat(path); before != nil && (after == nil || !os.SameFile(before, after)) {
			t.Errorf("%s was replaced", path)
		}
		if err := checkLogFile(path); path != "/dev/full" && (err == nil || !strings.Contains(err.Error(), reason)) {
			t.Errorf("%.60s: the doctor finds %v", path, err)
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 3 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}

// The file takes the log again when it can, and until then nothing is lost.
func TestLogFileRecovers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log", "agent.log")
	if err := os.MkdirAll(path, 0o700); err != nil {
		t.Fatal(err)
	}
	var other strings.Builder
	w := &logWriter{path: path, other: &other}
	defer w.Close()
	for i, record := range []string{"one\n", "two\n", "three\n", "four\n"} {
		if i == 2 {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := w.Write([]byte(record)); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(path)
	if err != nil || string(b) != "three\nfour\n" || !strings.HasSuffix(other.String(), "one\ntwo\n") {
		t.Errorf("file %q, %v; other %q", b, err, other.String())
	}
}

// A folder that is absent is made by the log and not by the doctor.
func TestLogFolderIsMade(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	path := filepath.Join(dir, "agent.log")
	if err := checkLogFile(path); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Dir(dir)); !os.IsNotExist(err) {
		t.Errorf("the doctor made the folder: %v", err)
	}
	var other strings.Builder
	w := &logWriter{path: path, other: &other}
	w.open()
	defer w.Close()
	if info, err := os.Stat(path); err != nil || info.Mode().Perm()&fs.FileMode(0o007) != 0 || other.Len() > 0 {
		t.Errorf("%v, %v; other %q", info, err, other.String())
	}
	if err := checkLogFile(path); err != nil {
		t.Error(err)
	}
}
