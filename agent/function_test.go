package agent

import (
	"log/slog"
	"maps"
	"slices"
	"testing"

	"mps/protocol"
)

// Every function of the table is carried out, and nothing else.
func TestEveryFunctionIsCarriedOut(t *testing.T) {
	var table []string
	for _, f := range protocol.Functions() {
		table = append(table, f.ID)
	}
	slices.Sort(table)
	a := New(Options{Log: slog.New(slog.DiscardHandler)})
	if carried := slices.Sorted(maps.Keys(a.functions)); !slices.Equal(carried, table) {
		t.Errorf("functions carries out %v, the table has %v", carried, table)
	}
}
