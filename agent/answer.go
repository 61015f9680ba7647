package agent

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"mps/protocol"
)

// Answer answers a request that a surface has read and whose sender it trusts,
// within the agent's timeout. Whatever goes wrong, a panic included, becomes an
// answer with a Failure. Answer logs the call.
func (a *Agent) Answer(ctx context.Context, r *protocol.Request) *protocol.Response {
	began := time.Now()
	limited, cancel := context.WithTimeout(ctx, a.options.Timeout)
	defer cancel()
	response, err := a.carryOut(limited, r)
	if err != nil {
		response = protocol.Failed(r, asFailure(err))
	}
	a.log(ctx, r, response, err, time.Since(began))
	return response
}

// Refuse answers a request that its surface could not read, and logs the call
// as Answer does.
func (a *Agent) Refuse(ctx context.Context, r *protocol.Request, err error) *protocol.Response {
	response := protocol.Failed(r, asFailure(err))
	a.log(ctx, r, response, err, 0)
	return response
}

func (a *Agent) carryOut(ctx context.Context, r *protocol.Request) (resp *protocol.Response, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = newPanicError(p)
		}
	}()
	f, err := r.Function()
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

// log writes one line for a call, without personal data.
func (a *Agent) log(ctx context.Context, r *protocol.Request, resp *protocol.Response, err error, took time.Duration) {
	certType, _ := r.Param(protocol.CertType)
	level := slog.LevelInfo
	attrs := []slog.Attr{
		slog.String("funid", elideLong(r.Funid)),
		slog.String("cert_type", elideLong(certType)),
		slog.String("result", resp.Result),
		slog.Duration("took", took.Round(10*time.Microsecond)),
	}
	if err != nil {
		level = slog.LevelWarn
		attrs = append(attrs, slog.String("code", resp.Failure.Code()), slog.String("error", err.Error()))
		if cause := errors.Unwrap(err); cause != nil {
			attrs = append(attrs, slog.String("cause", cause.Error()))
		}
		if p, ok := errors.AsType[*panicError](err); ok {
			level = slog.LevelError
			attrs = append(attrs, slog.String("stack", string(p.stack)))
		}
	}
	a.options.Log.LogAttrs(ctx, level, "调用", attrs...)
}

// elideLong returns a field of a request as the log has it: … for what is too
// long to be one, so that callers do not fill the log.
func elideLong(field string) string {
	const longest = 16
	if len(field) > longest {
		return "…"
	}
	return field
}
