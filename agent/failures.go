package agent

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"mps/failure"
)

// Failures of the agent itself.
var (
	cardQueueFull    = failure.New("agent_card_queue_full", "读卡设备正忙：排队的读卡请求已满，", "请稍候重试")
	cardBusy         = failure.New("agent_card_busy", "读卡设备正忙：前一次读卡还未结束，", "请稍候重试")
	scannerQueueFull = failure.New("agent_scanner_queue_full", "扫码设备正忙：排队的扫码请求已满，", "请稍候重试")
	scannerBusy      = failure.New("agent_scanner_busy", "扫码设备正忙：前一次扫码还未结束，", "请稍候重试")
	scannerAbsent    = failure.New("agent_scanner_absent", "没有可用的扫码设备：", "请配置扫码设备，或由调用程序在ec_qr_code中传入扫到的码")
	vouchersAbsent   = failure.New("agent_vouchers_absent", "未配置电子凭证查询：", "请在配置文件的[voucher]中填写服务端地址")
	timedOut         = failure.New("agent_timeout", "操作超时：设备没有响应，", "请检查读卡器或扫码器的连接后重试")
	callerGone       = failure.Terse("agent_canceled", "调用程序已断开，操作取消", "请重新调用")
	internalError    = failure.New("agent_internal", "读卡服务内部错误：", "请重试，若仍出现请把读卡服务的日志交给信息科")
)

// asFailure returns what the caller is told about err. An error that was not
// written for a caller is only logged.
func asFailure(err error) failure.Failure {
	if f, ok := errors.AsType[failure.Failure](err); ok {
		return f
	}
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return timedOut.Because(err)
	case errors.Is(err, context.Canceled):
		return callerGone.Because(err)
	}
	return internalError.Because(err)
}

// A panicError is a panic that became an error.
type panicError struct {
	value any
	stack []byte
}

func newPanicError(value any) *panicError {
	return &panicError{value: value, stack: debug.Stack()}
}

func (e *panicError) Error() string { return fmt.Sprintf("panic: %v", e.value) }
