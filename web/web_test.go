package web_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"mps/web"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestIsLoopback(t *testing.T) {
	for host, want := range map[string]bool{
		"127.0.0.1": true, "127.0.0.1:7936": true, "127.9.9.9": true, "localhost": true, "localhost:1": true,
		"::1": true, "[::1]": true, "[::1]:7936": true,
		"": false, "10.0.0.1": false, "0.0.0.0:7936": false, ":7936": false, "evil.example:7936": false,
		"127.0.0.1.evil.example": false, "localhost.evil.example": false, "[::]:1": false, "[::1": false, "::1]": false, "[": false, "[]": false, "::ffff:10.0.0.1": false,
	} {
		if got := web.IsLoopback(host); got != want {
			t.Errorf("IsLoopback(%q) = %t", host, got)
		}
	}
}

func TestParseURL(t *testing.T) {
	for address, want := range map[string]bool{
		"http://10.0.0.1:8936": true, "https://mps.example/a/b": true, "http://u:p@host": true,
		"": false, "10.0.0.1:8936": false, "ftp://host": false, "http://": false, "http:///path": false, "http://[::1": false,
	} {
		if u, ok := web.ParseURL(address); ok != want || ok != (u != nil) {
			t.Errorf("ParseURL(%q) = %v, %t", address, u, ok)
		}
	}
}

// The end of the context lets the request under way finish.
func TestServeFinishes(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	l, err := web.Listen(ctx, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := "http://" + l.Addr().String()
	inside, finish := make(chan struct{}), make(chan struct{})
	ended := make(chan error, 1)
	go func() {
		ended <- web.Serve(ctx, l, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			close(inside)
			<-finish
			io.WriteString(w, "finished")
		}), time.Minute, slog.New(slog.DiscardHandler))
	}()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	got := make(chan string, 1)
	go func() {
		resp, err := client.Get(address)
		if err != nil {
			got <- err.Error()
			return
		}
		defer resp.Body.Close()
		b, _ := io.ReadAll(resp.Body)
		got <- string(b)
	}()
	<-inside
	stop()
	for { // until the end has begun
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			break
		}
		c.Close()
	}
	close(finish)
	if answer := <-got; answer != "finished" {
		t.Errorf("the request under way got %q", answer)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestServeReportsALostListener(t *testing.T) {
	l, err := web.Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	if err := web.Serve(t.Context(), l, http.NotFoundHandler(), time.Second, slog.New(slog.DiscardHandler)); err == nil {
		t.Error("a closed listener is no error")
	}
}

func TestRecovering(t *testing.T) {
	var log strings.Builder
	h := web.Recovering(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("spilt") }),
		slog.New(slog.NewTextHandler(&log, nil)),
		func(w http.ResponseWriter) { http.Error(w, "sorry", http.StatusInternalServerError) })
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	if w.Code != 500 || !strings.Contains(log.String(), "panic=spilt") || !strings.Contains(log.String(), "web_test.go") {
		t.Errorf("status %d, log %s", w.Code, log.String())
	}
	given := web.Recovering(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }),
		slog.New(slog.DiscardHandler), func(http.ResponseWriter) { t.Error("answered") })
	defer func() {
		if recover() != http.ErrAbortHandler {
			t.Error("a handler that gives up its connection is kept from it")
		}
	}()
	given.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
}

func TestWriteJSON(t *testing.T) {
	w := httptest.NewRecorder()
	web.WriteJSON(w, http.StatusTeapot, []byte(`{}`))
	h := w.Result().Header
	if w.Code != http.StatusTeapot || w.Body.String() != `{}` || h.Get("Cache-Control") != "no-store" ||
		h.Get("Content-Type") != "application/json; charset=utf-8" || h.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%d %s %v", w.Code, w.Body, h)
	}
}
