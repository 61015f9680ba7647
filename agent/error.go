package agent

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"mps/card"
	"mps/failure"
	"mps/protocol"
)

// A callerError is a failure of the agent itself, in Chinese for the caller.
type callerError string

func (e callerError) Error() string { return string(e) }

// A panicError is a panic that became an error.
type panicError struct {
	value any
	stack []byte
}

func newPanicError(value any) *panicError {
	return &panicError{value: value, stack: debug.Stack()}
}

func (e *panicError) Error() string { return fmt.Sprintf("panic: %v", e.value) }

// callerText is what the caller reads about err. Errors that were not written
// for a caller are only logged.
func callerText(err error) string {
	var (
		agentErr    callerError
		protocolErr *protocol.Error
		cardErr     *card.Error
		worded      failure.Failure
	)
	switch {
	case errors.As(err, &agentErr), errors.As(err, &protocolErr),
		errors.As(err, &cardErr), errors.As(err, &worded):
		return err.Error()
	case errors.Is(err, context.DeadlineExceeded):
		return "操作超时：设备没有响应，请检查读卡器或扫码器的连接后重试"
	case errors.Is(err, context.Canceled):
		return "调用程序已断开，操作取消"
	}
	return "读卡服务内部错误：请重试，若仍出现请把读卡服务的日志交给信息科"
}
