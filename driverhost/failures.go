package driverhost

import (
	"context"
	"errors"
	"fmt"
	"time"

	"mps/failure"
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
	ErrOverrun = errors.New("driverhost: a buffer was too small for what the library wrote")

	errMalformed = errors.New("frame is not what was agreed")
)

// What the child finds out and reports to its host.
var (
	libraryMissing = failure.New("driver_library_missing", "找不到驱动程序库%s，", "请核对配置中的路径，或重新安装设备厂商的驱动！")
	libraryDamaged = failure.New("driver_library_damaged", "%s不是动态库，或文件已损坏，", "请重新安装设备厂商的驱动！")
	otherWidth     = failure.New("driver_library_width", "驱动程序库%s是%s的，而装载它的mps程序是%s的，", "请在配置中为它指定%[2]s的mps程序！")
	needsMissing   = failure.New("driver_library_incomplete", "驱动程序库%s装载不了：缺少它依赖的%s，", "请把设备厂商提供的文件完整地放在同一文件夹中！")
	notLoaded      = failure.New("driver_library_not_loaded", "驱动程序库%s装载不了（%v），", "请重新安装设备厂商的驱动！")
	exportUnknown  = failure.New("driver_export_unknown", "驱动程序库%s中没有函数%s，", "请核对配置中的函数名！")
	exportOther    = failure.New("driver_export_other", "驱动程序库%s中没有函数%s，", "请核对配置中的函数名（有：%s）！")
	noMemory       = failure.New("driver_memory", "没有足够的内存来调用厂商驱动（%v），", "请关闭其他程序后重试，仍不成功请重启电脑！")
	unended        = failure.New("driver_unended", "厂商驱动写满了%d字节的缓冲区而没有写结束符，数据可能不完整，", "请在配置中加大缓冲区后重试！")
	overrun        = failure.New("driver_overrun", "厂商驱动写出的数据超过了%d字节的缓冲区，", "请在配置中加大缓冲区后重试！")
)

// callMisconfigured is found by the host, and by a child that is newer or older.
var callMisconfigured = failure.New("driver_call", "驱动程序库的调用配置有误（%v），", "请联系信息科更正！")

// What only the host finds out.
var (
	cancelled      = failure.New("driver_cancelled", "操作已取消，", "请重试！")
	late           = failure.New("driver_late", "厂商驱动%.0f秒没有反应，已强行结束，", "请检查设备连接后重试！")
	crashed        = failure.New("driver_crashed", "厂商驱动运行中崩溃或自行退出，", "请重试，仍不成功请重新插拔设备，并联系设备厂商！")
	hostStrange    = failure.New("driver_host_strange", "厂商驱动的宿主程序应答有误，", "请重试，仍不成功请核对配置中的宿主程序！")
	hostNotStarted = failure.New("driver_host_not_started", "无法启动厂商驱动的宿主程序%s，", "请核对配置中的宿主程序！")
	hostNotEnded   = failure.New("driver_host_not_ended", "上一次调用的厂商驱动还结束不了，", "请重新插拔设备，仍不成功请重启电脑！")
)

// What is wrong about a call or one of its arguments. They stand in
// callMisconfigured, and behind the name of the driver when it is configured.
var (
	argSyntax    = failure.Terse("driver_arg_syntax", "参数%q：应写成int:3、int*:1024、text:COM1或buffer:4096", "改正args的写法")
	argNumber    = failure.Terse("driver_arg_number", "参数%q：冒号后应为整数，例如int:3", "改正args的写法")
	argWritten   = failure.Terse("driver_arg", "参数%q：%v", "改正args中的这一项")
	argNth       = failure.Terse("driver_arg_nth", "第%d个参数：%v", "改正args中的这一项，或buffer")
	argNUL       = failure.Terse("driver_arg_nul", "文本参数中不能有NUL", "去掉文字中的0")
	argSize      = failure.Terse("driver_arg_size", "缓冲区应为1至%d字节", "改正buffer，或args中的buffer")
	argKind      = failure.Terse("driver_arg_kind", "不认识的参数类型", "把宿主程序换成与读卡服务同一版本")
	callExport   = failure.Terse("driver_call_export", "函数名应为1至%d个英文字符", "改正export")
	callArgs     = failure.Terse("driver_call_args", "参数不能超过%d个", "减少args")
	callTooLarge = failure.Terse("driver_call_size", "文本参数与缓冲区各不能超过%d字节", "减小args中的text或buffer")
)

// An Error is a call that gave no result. What is read ends in ！ and holds no
// personal data. Err is the reason, for errors.Is.
type Error struct {
	failure.Failure
	Err error
}

// Unwrap returns the reason.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is the kind of the failure.
func (e *Error) Is(target error) bool { return errors.Is(e.Failure, target) }

// failed is a failure with one of the errors of this package as its kind for
// errors.Is, and the reason for it.
func failed(f failure.Failure, is, reason error) *Error {
	return &Error{f, fmt.Errorf("%w: %w", is, reason)}
}

func misconfigured(reason error) *Error {
	return failed(callMisconfigured.With(reason), ErrCall, reason)
}

func strange(reason error) *Error { return failed(hostStrange.With(), ErrHost, reason) }

func notStarted(program string, reason error) *Error {
	return failed(hostNotStarted.With(program), ErrHost, reason)
}

// interrupted is the end of ctx after a wait.
func interrupted(ctx context.Context, waited time.Duration) *Error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return &Error{cancelled.With(), ctx.Err()}
	}
	return &Error{late.With(max(waited.Seconds(), 1)), ctx.Err()}
}

// reportable are the failures that a child may report, and the errors that they
// are for errors.Is. Of what a child says, only the code is looked up; a child
// whose library has spoilt its memory may say anything.
var reportable = []struct {
	kind *failure.Kind
	is   error
}{
	{callMisconfigured, ErrCall},
	{libraryMissing, ErrLibrary},
	{libraryDamaged, ErrLibrary},
	{otherWidth, ErrLibrary},
	{needsMissing, ErrLibrary},
	{notLoaded, ErrLibrary},
	{exportUnknown, ErrExport},
	{exportOther, ErrExport},
	{noMemory, ErrHost},
	{overrun, ErrOverrun},
	{unended, ErrOverrun},
}

// A worded failure is of a kind, in the words of the child, who knows the values.
type worded struct {
	*failure.Kind
	text, next string
}

func (w worded) Error() string { return w.text }

func (w worded) Next() string { return w.next }

func (w worded) Is(target error) bool { return target == w.Kind }

// error is the report as the caller gets it.
func (r *report) error() *Error {
	for _, f := range reportable {
		if f.kind.Code() == r.Code {
			return &Error{worded{f.kind, boundedAndMasked(r.Text), boundedAndMasked(r.Next)}, f.is}
		}
	}
	return strange(errMalformed)
}

// boundedAndMasked makes a text that came from the child fit to be shown.
func boundedAndMasked(s string) string {
	const longest = 300 // characters
	if r := []rune(s); len(r) > longest {
		s = string(r[:longest]) + "…！"
	}
	return mask.Text(s)
}
