package agent

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"mps/mask"
	"mps/protocol"
	"mps/voucher"
)

// A Caller is what the client library knows about the program that calls.
type Caller struct {
	Capacity int  // size of its buffer in bytes, the NUL at the end included
	UTF16    bool // its strings are UTF-16LE, both ways
}

// Call answers the bytes of one request within the agent's timeout. needed is
// the capacity that the answer would have needed when it did not fit,
// otherwise 0.
func (a *Agent) Call(ctx context.Context, request []byte, caller Caller) (answer []byte, needed int) {
	ctx, cancel := context.WithTimeout(ctx, a.options.Timeout)
	defer cancel()
	began := time.Now()

	decode, fit := protocol.DecodeRequest, a.options.Encoder.Fit
	if caller.UTF16 {
		decode, fit = protocol.DecodeRequestUTF16, a.options.Encoder.FitUTF16
	}
	r, err := decode(request)
	var response *protocol.Response
	if err == nil {
		response, err = a.respond(ctx, r)
	}
	if err != nil {
		response = protocol.Failure(r, callerText(err))
	}
	answer, needed = fit(response, caller.Capacity)
	a.log(r, response, err, time.Since(began), needed, caller.Capacity)
	return answer, needed
}

func (a *Agent) respond(ctx context.Context, r *protocol.Request) (resp *protocol.Response, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = newPanicError(p)
		}
	}()
	if err := a.options.Encoder.Key.Verify(r); err != nil {
		return nil, err
	}
	f, err := protocol.Lookup(r.Funid)
	if err != nil {
		return nil, err
	}
	if err := f.Check(r); err != nil {
		return nil, err
	}
	values, err := a.functions[f.ID](ctx, r)
	if err != nil {
		return nil, err
	}
	return f.Success(r, values), nil
}

// patientInfo is function N04.00.00.01.
func (a *Agent) patientInfo(ctx context.Context, r *protocol.Request) (map[string]string, error) {
	if certType, _ := r.Param(protocol.CertType); certType == protocol.CertCard {
		return a.readCard(ctx)
	}
	return a.queryVoucher(ctx, r)
}

func (a *Agent) readCard(ctx context.Context) (map[string]string, error) {
	c, err := withTurn(ctx, a.devices, a.options.Cards.Read)
	if err != nil {
		return nil, err
	}
	if !c.IDNumberValid {
		a.options.Log.Warn("卡内身份证号的校验码不对")
	}
	return map[string]string{
		protocol.IDCardNo: c.IDNumber,
		protocol.CardNo:   c.Number,
		protocol.Name:     c.Name,
		protocol.CardCode: c.IdentificationCode,
	}, nil
}

func (a *Agent) queryVoucher(ctx context.Context, r *protocol.Request) (map[string]string, error) {
	if a.options.Vouchers == nil {
		return nil, callerError("未配置电子凭证查询：请在配置文件的[voucher]中填写服务端地址")
	}
	query := a.options.Query
	query.Code, _ = r.Param(protocol.VoucherCode)
	ask := func(ctx context.Context) (*voucher.Answer, error) { return a.options.Vouchers.Query(ctx, query) }
	if query.Code == "" && !a.options.VouchersScan {
		var err error
		if query.Code, err = a.scan(ctx); err != nil {
			return nil, err
		}
	}
	if query.Code != "" || !a.options.VouchersScan {
		if err := voucher.CheckCode(a.options.CodePattern, query.Code); err != nil {
			return nil, err
		}
	}
	var answer *voucher.Answer
	var err error
	if a.options.VouchersScan {
		answer, err = withTurn(ctx, a.devices, ask)
	} else {
		answer, err = ask(ctx)
	}
	if err != nil {
		return nil, err
	}
	a.options.Log.Info("已查询电子凭证", "request_id", mask.Public(answer.RequestID), "code", answer.Code)
	if err := answer.Err(); err != nil {
		return nil, err
	}
	return map[string]string{protocol.OutPut: string(answer.JSON)}, nil
}

// scan waits for the turn at the devices and then for a code.
func (a *Agent) scan(ctx context.Context) (string, error) {
	if a.options.Codes == nil {
		return "", callerError("没有可用的扫码设备：请配置扫码设备，或由调用程序在ec_qr_code中传入扫到的码")
	}
	return withTurn(ctx, a.devices, a.options.Codes.Code)
}

// log writes one line for a call, without personal data.
func (a *Agent) log(r *protocol.Request, resp *protocol.Response, err error, took time.Duration, needed, capacity int) {
	certType, _ := r.Param(protocol.CertType)
	attrs := []slog.Attr{
		slog.String("funid", brief(r.Funid)),
		slog.String("cert_type", brief(certType)),
		slog.String("result", resp.Result),
		slog.Duration("took", took.Round(10*time.Microsecond)),
	}
	level := slog.LevelInfo
	if needed > 0 {
		level = slog.LevelWarn
		attrs = append(attrs, slog.Int("needed", needed), slog.Int("capacity", capacity))
	}
	if err != nil {
		level = slog.LevelWarn
		attrs = append(attrs, slog.String("error", mask.Text(err.Error())))
		if cause := errors.Unwrap(err); cause != nil {
			attrs = append(attrs, slog.String("cause", mask.Text(cause.Error())))
		}
		var p *panicError
		if errors.As(err, &p) {
			level = slog.LevelError
			attrs = append(attrs, slog.String("stack", string(p.stack)))
		}
	}
	a.options.Log.LogAttrs(context.Background(), level, "调用", attrs...)
}

// brief keeps what a caller put into a field from filling the log.
func brief(s string) string {
	const longest = 16
	if len(s) > longest {
		return "…"
	}
	return mask.Text(s)
}
