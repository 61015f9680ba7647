package failure_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"mps/failure"
)

func TestSystem(t *testing.T) {
	dir := t.TempDir()
	_, absent := os.Open(filepath.Join(dir, "absent"))
	folder := os.WriteFile(dir, nil, 0o600)
	for name, tt := range map[string]struct {
		err  error
		want string
	}{
		"absent":     {absent, "文件或文件夹不存在"},
		"folder":     {folder, "它是文件夹"},
		"permission": {&fs.PathError{Op: "open", Path: "x", Err: syscall.EACCES}, "没有权限"},
		"others":     {&fs.PathError{Op: "open", Path: "x", Err: syscall.Errno(9999)}, "系统错误9999："},
		"no errno":   {errors.New("其他"), "其他"},
	} {
		if got := failure.System(tt.err); !strings.HasPrefix(got, tt.want) || strings.Contains(got, dir) {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}
