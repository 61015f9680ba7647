package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// listen opens a TCP address for serve.
func listen(ctx context.Context, address string) (net.Listener, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("无法监听%s，端口可能已被另一个程序占用：%w", address, err)
	}
	return l, nil
}

// serve answers HTTP on l until ctx ends, then lets the requests under way
// finish, but no longer than the grace. answering is how long one answer may
// take.
func serve(ctx context.Context, l net.Listener, h http.Handler, answering time.Duration, log *slog.Logger) error {
	const grace = 5 * time.Second
	s := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       15 * time.Second,
		WriteTimeout:      answering + 15*time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		late, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
		defer cancel()
		if err := s.Shutdown(late); err != nil {
			err = errors.Join(err, s.Close())
			log.Warn("退出时中断了未完成的请求", "error", err)
		}
		stopped <- nil
	}()
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-stopped
}
