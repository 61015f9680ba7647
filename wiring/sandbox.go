package wiring

import (
	"context"
	"log/slog"
	"time"

	"mps/config"
	"mps/sandbox"
	"mps/web"
)

// A Sandbox is an e-voucher centre in software.
type Sandbox struct {
	*Part
	Centre *sandbox.Centre
}

// NewSandbox opens the centre that [sandbox] describes.
func NewSandbox(ctx context.Context, c config.Config, log *slog.Logger) (*Sandbox, error) {
	l, err := web.Listen(ctx, c.Sandbox.Listen)
	if err != nil {
		return nil, err
	}
	slow := time.Duration(c.Sandbox.Slow)
	centre := sandbox.NewCentre(sandbox.Options{CodeField: c.Centre.CodeField, Slow: slow})
	url := "http://" + l.Addr().String() + sandbox.Path
	log.Info("模拟中心就绪", "url", url)
	return &Sandbox{
		Part:   &Part{URL: url, listener: l, handler: centre, answering: slow, log: log, release: nothing},
		Centre: centre,
	}, nil
}
