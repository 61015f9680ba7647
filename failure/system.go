package failure

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"
)

// System says in Chinese why the operating system refused something, for the
// text of a failure. It names no file: err, which may, belongs behind the
// failure as its cause. What it does not know it leaves in the system's words.
func System(err error) string {
	for _, r := range systemReasons {
		if errors.Is(err, r.err) {
			return r.text
		}
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "文件或文件夹不存在"
	case errors.Is(err, fs.ErrPermission):
		return "没有权限"
	case errors.Is(err, fs.ErrExist):
		return "已经存在"
	}
	if code, ok := errors.AsType[syscall.Errno](err); ok {
		return fmt.Sprintf("系统错误%d：%v", uintptr(code), code)
	}
	return err.Error()
}

// A systemReason is what an error of the system means to a person.
type systemReason struct {
	err  error
	text string
}
