package main

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// An opponent is a C program that does the same work as ours in a loop. It takes
// its arguments and the milliseconds to go on for, prints its answer, and on
// stderr the nanoseconds that one round took.
type opponent struct {
	program string
	args    []string
}

// buildOpponent compiles source against the Debian library that pkg-config
// knows as library.
func buildOpponent(ctx context.Context, source, library string, args ...string) (*opponent, error) {
	program := filepath.Join(scratch, strings.TrimSuffix(filepath.Base(source), ".c"))
	flags, err := exec.CommandContext(ctx, "pkg-config", "--cflags", "--libs", library).Output()
	if err != nil {
		return nil, fmt.Errorf("pkg-config does not find %s, see scripts/setup: %w", library, err)
	}
	build := append([]string{"-O2", "-Wall", "-Wextra", "-o", program, source}, strings.Fields(string(flags))...)
	if out, err := exec.CommandContext(ctx, "gcc", build...).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("gcc: %w\n%s", err, out)
	}
	return &opponent{program: program, args: args}, nil
}

func (o *opponent) run(ctx context.Context, long time.Duration) (answer []byte, ns float64, err error) {
	command := exec.CommandContext(ctx, o.program, append(o.args, strconv.FormatInt(long.Milliseconds(), 10))...)
	var timing strings.Builder
	command.Stderr = &timing
	if answer, err = command.Output(); err != nil {
		return nil, 0, fmt.Errorf("%s: %w: %s", o.program, err, timing.String())
	}
	ns, err = strconv.ParseFloat(strings.TrimSpace(timing.String()), 64)
	return answer, ns, err
}

// side returns the opponent as a side of a comparison, after check has seen its
// answer.
func (o *opponent) side(ctx context.Context, each time.Duration, check func(answer []byte) error) (side, error) {
	answer, _, err := o.run(ctx, time.Millisecond)
	if err != nil {
		return nil, err
	}
	if err := check(answer); err != nil {
		return nil, err
	}
	return func() (float64, error) {
		_, ns, err := o.run(ctx, each)
		return ns, err
	}, nil
}
