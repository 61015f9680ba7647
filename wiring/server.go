package wiring

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"mps"
	"mps/config"
	"mps/database/sqlite"
	"mps/server"
	"mps/web"
)

// A Server is a server with what it keeps.
type Server struct {
	*Part
	*Records
}

// NewServer opens the server that [server] and [centre] describe. It is the only
// one over its data directory.
func NewServer(ctx context.Context, c config.Config, log *slog.Logger) (*Server, error) {
	centre, err := newCentre(c.Centre)
	if err != nil {
		return nil, err
	}
	claim, err := sqlite.NewClaim(databaseFile(c.Server), c.Server.Listen)
	if err != nil {
		return nil, err
	}
	records, err := OpenRecords(ctx, c.Server, log)
	if err != nil {
		return nil, errors.Join(err, claim.Close())
	}
	l, err := web.Listen(ctx, c.Server.Listen)
	if err != nil {
		return nil, errors.Join(err, records.Close(), claim.Close())
	}
	s := server.New(server.Options{
		Querier:      centre,
		Journal:      records.Journal,
		Institutions: records.Registry,
		Log:          log,
		Version:      mps.Version(),
		QueryTimeout: time.Duration(c.Server.Timeout),
	})
	log.Info("服务端就绪", "address", l.Addr().String(), "version", mps.Version())
	return &Server{
		Part: &Part{
			URL:       "http://" + l.Addr().String(),
			listener:  l,
			handler:   s.Handler(),
			answering: time.Duration(c.Server.Timeout),
			log:       log,
			release: func() error {
				s.Close()
				return errors.Join(records.Close(), claim.Close())
			},
		},
		Records: records,
	}, nil
}
