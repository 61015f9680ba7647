package agent

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"mps/card"
	"mps/failure"
	"mps/protocol"
)

// A surface of another form needs no more than Answer.
func TestAnswer(t *testing.T) {
	patient := func(certType string) *protocol.Request {
		return &protocol.Request{Funid: protocol.PatientInfo, Body: []protocol.Field{{Name: protocol.CertType, Value: certType}}}
	}
	a, _ := newAgent(Options{Cards: cardFunc(goodCard)})
	r := a.Answer(t.Context(), patient(protocol.CertCard))
	if r.Result != protocol.ResultOK || r.Failure != nil || r.Value(protocol.Name) != testCard.Name {
		t.Errorf("answer is %+v", r)
	}
	r = a.Answer(t.Context(), patient(protocol.CertVoucher))
	if r.Result != protocol.ResultFailed || r.Failure == nil || r.Failure.Code() != "agent_vouchers_absent" || r.Msg != r.Failure.Error() {
		t.Errorf("answer is %+v", r)
	}
}

// What a device reports reaches the caller when it was written for one, and
// its code the log.
func TestFailures(t *testing.T) {
	for _, tt := range []struct {
		name      string
		err       error
		code, msg string
	}{
		{"for a person", deviceBroken.With(), "device_broken", "接口SSC_ReadCard 失败:坏了，请重试！"},
		{"for a person, with its cause", deviceBroken.Because(context.DeadlineExceeded), "device_broken", "接口SSC_ReadCard 失败:坏了，请重试！"},
		{"of another type", otherFailure{}, "other", "其他"},
		{"no time left", fmt.Errorf("waiting: %w", context.DeadlineExceeded), "agent_timeout", "操作超时：设备没有响应，请检查读卡器或扫码器的连接后重试"},
		{"the caller is gone", context.Canceled, "agent_canceled", "调用程序已断开，操作取消"},
		{"anything else", errors.New("secret internals"), "agent_internal", "读卡服务内部错误：请重试，若仍出现请把读卡服务的日志交给信息科"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a, log := newAgent(Options{Cards: cardFunc(func(context.Context) (*card.Card, error) { return nil, tt.err })})
			if got := call(t, a, request(cardRequest)).Msg; got != tt.msg {
				t.Errorf("caller reads %q", got)
			}
			if !strings.Contains(log.String(), " code="+tt.code+" ") {
				t.Errorf("no code=%s in %s", tt.code, log)
			}
		})
	}
}

// otherFailure is a failure.Failure that package failure did not make.
type otherFailure struct{}

func (otherFailure) Error() string { return "其他" }
func (otherFailure) Code() string  { return "other" }
func (otherFailure) Next() string  { return "" }

var _ failure.Failure = otherFailure{}

// What does not fit is logged with the size that would have done.
func TestLogOfWhatDoesNotFit(t *testing.T) {
	a, log := newAgent(Options{Cards: cardFunc(goodCard)})
	a.call(t.Context(), &a.options.Codec, []byte(request(cardRequest)), 400)
	if want := "level=WARN msg=应答放不下 funid=N04.00.00.01 result=0 needed=419 capacity=400"; !strings.Contains(log.String(), want) {
		t.Errorf("%q is not in\n%s", want, log)
	}
}
