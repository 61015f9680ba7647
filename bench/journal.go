package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
)

// measureJournal compares two benchmarks of package sqlite: Journal.Record and
// a loop that inserts and commits in groups and does nothing else. Both have 64
// callers and a database in scratch.
func measureJournal(ctx context.Context) ([]figure, error) {
	const rounds = 11
	dir, err := filepath.Abs(scratch)
	if err != nil {
		return nil, err
	}
	program := filepath.Join(dir, "sqlite.test")
	build := exec.CommandContext(ctx, "go", "test", "-c", "-o", program, "./database/sqlite")
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("go test -c ./database/sqlite: %w\n%s", err, out)
	}
	var sides []side
	for _, name := range []string{"BenchmarkRecord64", "BenchmarkRawInsert64"} {
		sides = append(sides, func() (float64, error) { return entriesPerSecond(ctx, program, dir, name) })
	}
	medians, err := inTurns(rounds, sides...)
	if err != nil {
		return nil, err
	}
	perSecond := func(n float64) string { return fmt.Sprintf("%.0f/s", n) }
	return []figure{
		compared("journal entries, 64 callers; other: raw group-committed insert loop", medians[0], medians[1],
			perSecond, ">= 0.70", func(ratio float64) bool { return ratio >= 0.7 }),
	}, nil
}

var entries = regexp.MustCompile(`([0-9.e+]+) entries/s`)

// entriesPerSecond runs one of the benchmarks once.
func entriesPerSecond(ctx context.Context, program, dir, benchmark string) (float64, error) {
	command := exec.CommandContext(ctx, program, "-test.run=^$", "-test.bench=^"+benchmark+"$", "-test.benchtime=10000x")
	command.Dir = dir
	command.Env = append(os.Environ(), "TMPDIR="+dir)
	out, err := command.CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("%s: %w\n%s", benchmark, err, out)
	}
	m := entries.FindSubmatch(out)
	if m == nil {
		return 0, fmt.Errorf("%s reports no entries/s:\n%s", benchmark, out)
	}
	return strconv.ParseFloat(string(m[1]), 64)
}
