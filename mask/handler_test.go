package mask

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"
)

const secret = "35010219900307123X"

type valuer struct{}

func (valuer) LogValue() slog.Value {
	return slog.GroupValue(slog.String("inner", secret))
}

type stringer struct{}

func (*stringer) String() string { return "持卡人" + secret }

func TestLogHandlerMasksEverywhere(t *testing.T) {
	tests := []struct {
		name string
		log  func(*slog.Logger)
		want string // somewhere in the line
	}{
		{"message", func(l *slog.Logger) { l.Info("读到" + secret) }, "350102**********3X"},
		{"string", func(l *slog.Logger) { l.Info("m", "id", secret) }, "id=350102**********3X"},
		{"error", func(l *slog.Logger) { l.Info("m", "err", fmt.Errorf("no %s: %w", secret, errors.ErrUnsupported)) }, "no 350102"},
		{"group", func(l *slog.Logger) { l.Info("m", slog.Group("g", slog.Group("h", "id", secret))) }, "g.h.id=350102*"},
		{"LogValuer", func(l *slog.Logger) { l.Info("m", "v", valuer{}) }, "v.inner=350102*"},
		{"Stringer", func(l *slog.Logger) { l.Info("m", "v", &stringer{}) }, "持卡人350102*"},
		{"slice", func(l *slog.Logger) { l.Info("m", "v", []string{secret}) }, "350102*"},
		{"struct", func(l *slog.Logger) { l.Info("m", "v", struct{ ID string }{secret}) }, "350102*"},
		{"With", func(l *slog.Logger) { l.With("id", secret).Info("m") }, "id=350102*"},
		{"WithGroup", func(l *slog.Logger) { l.WithGroup("g").With("id", secret).Info("m", "again", secret) }, "g.again=350102*"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			tt.log(slog.New(NewHandler(slog.NewTextHandler(&out, nil))))
			if strings.Contains(out.String(), secret) {
				t.Errorf("the line gives the number away: %s", &out)
			}
			if !strings.Contains(out.String(), tt.want) {
				t.Errorf("%q is missing in %s", tt.want, &out)
			}
		})
	}
}

func TestPublicIsNotMasked(t *testing.T) {
	const id = "H35010000001"
	var out bytes.Buffer
	log := slog.New(NewHandler(NewHandler(slog.NewTextHandler(&out, nil)).WithGroup("x")))
	log.With("a", Public(id)).Info("m", "b", Public(id), slog.Group("g", "c", Public(id)))
	if got := strings.Count(out.String(), id); got != 3 {
		t.Errorf("%s stands %d times in %s", id, got, &out)
	}
}

func TestLogHandlerKeepsTheRest(t *testing.T) {
	var out bytes.Buffer
	options := &slog.HandlerOptions{Level: slog.LevelInfo, AddSource: true}
	log := slog.New(NewHandler(slog.NewTextHandler(&out, options)))

	log.Debug("below the level")
	if out.Len() != 0 {
		t.Errorf("level not respected: %s", &out)
	}
	log.Info("m", "n", 1234567890, "d", 1500*time.Millisecond, "ok", true, "nil", nil,
		"t", time.Date(2026, 11, 22, 1, 2, 3, 0, time.UTC))
	for _, want := range []string{"n=1234567890", "d=1.5s", "ok=true", "nil=<nil>", "t=2026-11-22T01:02:03.000Z", "handler_test.go"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing in %s", want, &out)
		}
	}
}

func TestLogHandlerReturnsErrors(t *testing.T) {
	h := NewHandler(failing{slog.DiscardHandler})
	if err := h.Handle(context.Background(), slog.Record{}); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("Handle = %v", err)
	}
}

type failing struct{ slog.Handler }

func (failing) Handle(context.Context, slog.Record) error { return errors.ErrUnsupported }

// What one part masks is not masked again by the next: a public number would be
// lost.
func TestHandlerMasksOnce(t *testing.T) {
	var b strings.Builder
	h := NewHandler(slog.NewTextHandler(&b, nil))
	slog.New(NewHandler(h)).Info("m", "id", Public("350102199003071234"))
	slog.New(NewHandler(h.WithAttrs(nil))).Info("m", "id", Public("350102199003071234"))
	if n := strings.Count(b.String(), "id=350102199003071234"); n != 2 {
		t.Errorf("%d of 2 public ids stay: %s", n, b.String())
	}
}
