package web

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Limits of a connection. A request is small and comes from a program that is
// waiting for its answer.
const (
	headerTime  = 5 * time.Second  // for the header of a request to arrive
	requestTime = 15 * time.Second // for the whole request
	idleTime    = 2 * time.Minute  // between two requests of a connection
	maxHeader   = 16 << 10         // bytes
	endingTime  = 5 * time.Second  // for the requests under way when serving ends
)

// NewServer returns the server that [Serve] uses, for handlers that need at
// most answering for one answer.
func NewServer(h http.Handler, answering time.Duration, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: headerTime,
		ReadTimeout:       requestTime,
		WriteTimeout:      answering + requestTime,
		IdleTimeout:       idleTime,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}

// Serve answers HTTP on l until ctx ends, then lets the requests under way
// finish, but no longer than 5 seconds. answering is how long one answer may
// take. It closes l. The end of ctx is no error.
func Serve(ctx context.Context, l net.Listener, h http.Handler, answering time.Duration, log *slog.Logger) error {
	s := NewServer(h, answering, log)
	ended := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(ended)
		late, cancel := context.WithTimeout(context.WithoutCancel(ctx), endingTime)
		defer cancel()
		if err := s.Shutdown(late); err != nil {
			err = errors.Join(err, s.Close())
			log.Warn("退出时中断了未完成的请求", "error", err)
		}
	})
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		stop()
		return err
	}
	<-ended
	return nil
}
