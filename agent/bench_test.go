package agent

import (
	"io"
	"log/slog"
	"testing"

	"mps/mask"
)

func BenchmarkCall(b *testing.B) {
	a := New(Options{Cards: cardFunc(goodCard), Log: slog.New(mask.NewHandler(slog.NewTextHandler(io.Discard, nil)))})
	wire := []byte(request(cardRequest))
	b.ReportAllocs()
	for b.Loop() {
		a.call(b.Context(), &a.options.Codec, wire, 2048)
	}
}
