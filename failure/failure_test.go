package failure_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"mps/failure"
)

var (
	absent  = failure.New("card_absent", "未检测到卡片，", "请插入社会保障卡后重试！")
	refused = failure.New("peer_refused", "无法连接%s（%s）：", "请检查%[1]s的地址！")
	notOpen = failure.Terse("reader_not_open", "设备未打开！", "接好读卡器。")
)

func TestText(t *testing.T) {
	for _, tt := range []struct {
		err              failure.Failure
		code, read, next string
	}{
		{absent.With(), "card_absent", "未检测到卡片，请插入社会保障卡后重试！", "请插入社会保障卡后重试！"},
		{refused.With("服务器", "10.0.0.1"), "peer_refused", "无法连接服务器（10.0.0.1）：请检查服务器的地址！", "请检查服务器的地址！"},
		{refused.With("a\x00b", "\x00\x01\x01"), "peer_refused", "无法连接a\x00b（\x00\x01\x01）：请检查a\x00b的地址！", "请检查a\x00b的地址！"},
		{notOpen.With(), "reader_not_open", "设备未打开！", "接好读卡器。"},
	} {
		if tt.err.Code() != tt.code || tt.err.Error() != tt.read || tt.err.Next() != tt.next {
			t.Errorf("%s, read %q, next %q; want %s, %q, %q", tt.err.Code(), tt.err, tt.err.Next(), tt.code, tt.read, tt.next)
		}
	}
}

// A failure is found behind whatever wraps it, by its kind and by its cause.
func TestFound(t *testing.T) {
	err := fmt.Errorf("reading: %w", absent.Because(context.Canceled))
	if !errors.Is(err, absent) || !errors.Is(err, context.Canceled) || errors.Is(err, notOpen) {
		t.Errorf("errors.Is: kind %t, cause %t, another kind %t",
			errors.Is(err, absent), errors.Is(err, context.Canceled), errors.Is(err, notOpen))
	}
	f, ok := errors.AsType[failure.Failure](err)
	if !ok || f.Code() != "card_absent" {
		t.Errorf("errors.AsType: %v, %t", f, ok)
	}
	if _, ok := errors.AsType[failure.Failure](errors.New("no failure")); ok {
		t.Error("an error that no person should read is taken for a failure")
	}
}
