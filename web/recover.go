package web

import (
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
)

// Recovering turns a panic of next into the answer that answer writes, and logs
// where it came from. The stack holds no values but addresses.
func Recovering(next http.Handler, log *slog.Logger, answer func(http.ResponseWriter)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if p == http.ErrAbortHandler {
				panic(p) // net/http's own way to give up a connection
			}
			LogPanic(log, p)
			answer(w)
		}()
		next.ServeHTTP(w, r)
	})
}

// LogPanic logs what a goroutine has recovered, with the stack of the caller.
func LogPanic(log *slog.Logger, p any) {
	log.Error("程序异常", "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
}
