package mask

import (
	"context"
	"fmt"
	"log/slog"
)

// NewHandler returns a handler that passes records on to h after masking the
// message and every attribute with [Text]. It is where masking happens: who logs
// need not, and must only keep names of persons out, which no pattern finds.
// A handler that masks already is returned as it is.
//
// Strings and errors become masked strings; groups are walked; a LogValuer is
// resolved first; any other value that could hide text (structs, slices, maps,
// Stringers) is printed and masked. Numbers, booleans, times and durations pass
// unchanged: no identifier of a person is kept as a number in this program.
func NewHandler(h slog.Handler) slog.Handler {
	if masking, ok := h.(handler); ok {
		return masking
	}
	return handler{h}
}

// Public is a text that names no person, though it may look like a number that
// does: the id of an institution or of a request. As an attribute it is logged
// unmasked:
//
//	log.Info("…", "institution", mask.Public(id))
type Public string

type handler struct{ next slog.Handler }

func (h handler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.next.Enabled(ctx, level)
}

func (h handler) Handle(ctx context.Context, r slog.Record) error {
	masked := slog.NewRecord(r.Time, r.Level, Text(r.Message), r.PC)
	r.Attrs(func(a slog.Attr) bool {
		masked.AddAttrs(maskAttr(a))
		return true
	})
	return h.next.Handle(ctx, masked)
}

func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return handler{h.next.WithAttrs(maskAttrs(attrs))}
}

func (h handler) WithGroup(name string) slog.Handler {
	return handler{h.next.WithGroup(name)}
}

func maskAttrs(attrs []slog.Attr) []slog.Attr {
	masked := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		masked[i] = maskAttr(a)
	}
	return masked
}

func maskAttr(a slog.Attr) slog.Attr {
	v := a.Value.Resolve()
	switch v.Kind() {
	case slog.KindString:
		v = slog.StringValue(Text(v.String()))
	case slog.KindGroup:
		v = slog.GroupValue(maskAttrs(v.Group())...)
	case slog.KindAny:
		if p, ok := v.Any().(Public); ok {
			v = slog.StringValue(string(p))
		} else if v.Any() != nil {
			v = slog.StringValue(Text(fmt.Sprintf("%+v", v.Any())))
		}
	}
	return slog.Attr{Key: a.Key, Value: v}
}
