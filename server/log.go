package server

import (
	"log/slog"
	"net/http"
	"time"

	"mps/mask"
)

// summary is what the log says about a query.
type summary struct {
	institution, request, terminal, function, result string
}

// logQuery writes the one line about a query. The logger masks.
func (s *Server) logQuery(r *http.Request, about summary, out outcome, took time.Duration) {
	level := slog.LevelInfo
	switch {
	case out.cause != nil:
		level = slog.LevelError
	case out.lack != "":
		level = slog.LevelWarn
	}
	attrs := []slog.Attr{
		slog.Any("request_id", mask.Public(about.request)),
		slog.Any("institution", mask.Public(about.institution)),
		slog.String("terminal", about.terminal),
		slog.String("function", about.function),
		slog.String("result", about.result),
		slog.Bool("replayed", out.replayed),
		slog.Duration("duration", took.Round(time.Millisecond)),
	}
	if out.centreCode != "" {
		attrs = append(attrs, slog.String("centre_code", out.centreCode))
	}
	if out.lack != "" {
		attrs = append(attrs, slog.String("lack", out.lack))
	}
	if out.cause != nil {
		attrs = append(attrs, slog.Any("error", out.cause))
	}
	s.options.Log.LogAttrs(r.Context(), level, "电子凭证查询", attrs...)
}
