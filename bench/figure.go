package main

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"
)

// A figure is one line of the table, in the words that are printed.
type figure struct {
	name        string
	ours, other string // with units; other is empty when there is nothing to compare with
	ratio       string // ours divided by other
	aim         string
	met         bool
}

// compared returns a figure that is a ratio. format prints one side, with its
// unit; met judges the ratio.
func compared(name string, ours, other float64, format func(float64) string, aim string, met func(ratio float64) bool) figure {
	ratio := ours / other
	return figure{name, format(ours), format(other), fmt.Sprintf("%.2f", ratio), aim, met(ratio)}
}

func printTable(w io.Writer, figures []figure) error {
	t := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	fmt.Fprintln(t, "FIGURE\tOURS\tOTHER\tRATIO\tAIM\tMET")
	for _, f := range figures {
		met := "yes"
		if !f.met {
			met = "NO"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", f.name, f.ours, dash(f.other), dash(f.ratio), f.aim, met)
	}
	return t.Flush()
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func microseconds(ns float64) string { return fmt.Sprintf("%.1f µs", ns/float64(time.Microsecond)) }

// A side is one of those that take turns. It returns the figure of one round.
type side func() (float64, error)

// inTurns lets the sides take turns and returns the median of each.
func inTurns(rounds int, sides ...side) ([]float64, error) {
	results := make([][]float64, len(sides))
	for range rounds {
		for i, measure := range sides {
			result, err := measure()
			if err != nil {
				return nil, err
			}
			results[i] = append(results[i], result)
		}
	}
	var medians []float64
	for _, r := range results {
		slices.Sort(r)
		medians = append(medians, r[len(r)/2])
	}
	return medians, nil
}
