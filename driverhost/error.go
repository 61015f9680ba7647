package driverhost

import (
	"context"
	"errors"
	"fmt"
	"time"

	"mps/mask"
)

// What went wrong, for errors.Is. A call that did not come back in time is
// context.DeadlineExceeded or context.Canceled.
var (
	ErrCall    = errors.New("driverhost: the call is not configured properly")
	ErrHost    = errors.New("driverhost: the host program does not work")
	ErrLibrary = errors.New("driverhost: the library cannot be loaded")
	ErrExport  = errors.New("driverhost: the library has no such function")
	ErrCrashed = errors.New("driverhost: the library ended its process")
	ErrOverrun = errors.New("driverhost: the library wrote beyond a buffer")

	errMalformed = errors.New("frame is not what was agreed")
)

// kinds are the errors that a child reports, by their names in frames.
var kinds = map[string]error{
	"call":    ErrCall,
	"library": ErrLibrary,
	"export":  ErrExport,
	"overrun": ErrOverrun,
}

// An Error is a call that gave no result. Text is Chinese, says what failed
// and what to do, ends in ！ and holds no personal data. Err is the reason, for
// errors.Is.
type Error struct {
	Text string
	Err  error
}

func (e *Error) Error() string { return e.Text }

func (e *Error) Unwrap() error { return e.Err }

// error is the failure as the caller gets it. It came through a process that is
// not trusted.
func (f *failure) error() *Error {
	kind, ok := kinds[f.Kind]
	if !ok {
		return strange(errMalformed)
	}
	return &Error{brief(f.Text), kind}
}

// brief bounds and masks a text that came from the child.
func brief(s string) string {
	const longest = 300 // characters
	if r := []rune(s); len(r) > longest {
		s = string(r[:longest]) + "…！"
	}
	return mask.Text(s)
}

func badCall(err error) *Error {
	return &Error{fmt.Sprintf("驱动程序库的调用配置有误（%v），请联系信息科更正！", err), fmt.Errorf("%w: %w", ErrCall, err)}
}

// interrupted words the end of ctx after a wait.
func interrupted(ctx context.Context, waited time.Duration) *Error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return &Error{"操作已取消，请重试！", ctx.Err()}
	}
	return &Error{fmt.Sprintf("厂商驱动%.0f秒没有反应，已强行结束，请检查设备连接后重试！", max(waited.Seconds(), 1)), ctx.Err()}
}

func crashed(err error) *Error {
	return &Error{"厂商驱动运行中崩溃或自行退出，请重试，仍不成功请重新插拔设备，并联系设备厂商！", fmt.Errorf("%w: %w", ErrCrashed, err)}
}

func strange(err error) *Error {
	return &Error{"厂商驱动的宿主程序应答有误，请重试，仍不成功请核对配置中的宿主程序！", fmt.Errorf("%w: %w", ErrHost, err)}
}

func notStarted(program string, err error) *Error {
	return &Error{fmt.Sprintf("无法启动厂商驱动的宿主程序%s，请核对配置中的宿主程序！", program), fmt.Errorf("%w: %w", ErrHost, err)}
}

func notEnded(ctx context.Context) *Error {
	return &Error{"上一次调用的厂商驱动还结束不了，请重新插拔设备，仍不成功请重启电脑！", fmt.Errorf("%w: %w", ErrHost, ctx.Err())}
}
