package main

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
)

// A recorder keeps what the parts of a demonstration log, until it is told.
type recorder struct {
	mu     sync.Mutex
	events []event
}

// An event is one log record of one part.
type event struct {
	part  string
	msg   string
	attrs []slog.Attr
}

// part returns the logger of a part with the given Chinese name.
func (r *recorder) part(name string) *slog.Logger {
	return slog.New(&recorderHandler{recorder: r, event: event{part: name}})
}

// take returns the events since the last time.
func (r *recorder) take() []event {
	r.mu.Lock()
	defer r.mu.Unlock()
	events := r.events
	r.events = nil
	return events
}

// attributeNames are the Chinese names of what the parts log.
var attributeNames = map[string]string{
	"funid": "功能", "cert_type": "凭证类型", "result": "结果", "took": "用时", "duration": "用时", "error": "原因",
	"request_id": "请求号", "institution": "机构", "terminal": "工作站", "replayed": "重发", "centre_code": "中心代码", "code": "代码",
}

// String tells the event in one line.
func (e event) String() string {
	told := []string{e.msg}
	for _, a := range e.attrs {
		if name, ok := attributeNames[a.Key]; ok {
			told = append(told, fmt.Sprintf("%s %v", name, a.Value))
		}
	}
	return strings.Join(told, "，")
}

type recorderHandler struct {
	recorder *recorder
	event    event
}

func (h *recorderHandler) Enabled(_ context.Context, level slog.Level) bool {
	return level >= slog.LevelInfo
}

func (h *recorderHandler) Handle(_ context.Context, r slog.Record) error {
	e := h.event
	e.msg = r.Message
	e.attrs = append([]slog.Attr(nil), e.attrs...)
	r.Attrs(func(a slog.Attr) bool {
		e.attrs = append(e.attrs, a)
		return true
	})
	h.recorder.mu.Lock()
	defer h.recorder.mu.Unlock()
	h.recorder.events = append(h.recorder.events, e)
	return nil
}

func (h *recorderHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	e := h.event
	e.attrs = append(append([]slog.Attr(nil), e.attrs...), attrs...)
	return &recorderHandler{recorder: h.recorder, event: e}
}

func (h *recorderHandler) WithGroup(string) slog.Handler { return h }
