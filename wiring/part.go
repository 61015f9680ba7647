// Package wiring makes running parts of a configuration: the agent of a
// workstation, the server of an institution, the sandbox, and all of them in
// one process. Commands, the demonstration, tests and benchmarks put the house
// together here and nowhere else.
package wiring

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	"mps/web"
)

// A Part of the house has its address already and answers once Serve is called.
// Either Serve or Close must be called, once.
type Part struct {
	// URL is where the part answers: that of the agent or server without a
	// path, that of the sandbox's centre with it.
	URL string

	listener  net.Listener
	handler   http.Handler
	answering time.Duration // for one answer
	log       *slog.Logger
	release   func() error // what the part holds besides its listener
}

// Serve answers until ctx ends, which is no error, and gives back what the part
// holds.
func (p *Part) Serve(ctx context.Context) error {
	err := web.Serve(ctx, p.listener, p.handler, p.answering, p.log)
	return errors.Join(err, p.release())
}

// Close gives up a part that does not serve.
func (p *Part) Close() error {
	return errors.Join(p.listener.Close(), p.release())
}

func nothing() error { return nil }
