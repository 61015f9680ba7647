package main

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"time"

	"mps/driverhost"
)

// measureDriver measures what it costs to call a vendor's library in a child
// process, as the agent does: the stand-in of the tests returns at once.
func measureDriver(ctx context.Context) ([]figure, error) {
	const (
		rounds = 15
		calls  = 200
		aim    = time.Millisecond
	)
	build := exec.CommandContext(ctx, "make", "-s", "-C", "test/standin/drivers/libraries", "linux")
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("building the stand-in: %w\n%s", err, out)
	}
	program, err := filepath.Abs("bin/mps")
	if err != nil {
		return nil, err
	}
	h := driverhost.New(driverhost.Options{
		Library: ".cache/drivers/linux/sscard.so",
		Command: []string{program, "driver-host"},
		Recycle: (rounds + 1) * calls,
	})
	defer h.Close()
	call := driverhost.Call{Export: "iReadCardBas", Args: []driverhost.Arg{driverhost.Int(1), driverhost.Buffer(4096)}}
	read := func() (float64, error) {
		began := time.Now()
		for range calls {
			r, err := h.Call(ctx, call)
			if err != nil {
				return 0, err
			}
			if r.Int != 0 {
				return 0, fmt.Errorf("the stand-in returns %d", r.Int)
			}
		}
		return float64(time.Since(began)) / calls, nil
	}
	if _, err := read(); err != nil { // starts the child
		return nil, err
	}
	medians, err := inTurns(rounds, read)
	if err != nil {
		return nil, err
	}
	return []figure{{
		name: "call of a vendor's library through the wall",
		ours: microseconds(medians[0]),
		aim:  "< 1 ms",
		met:  medians[0] < float64(aim),
	}}, nil
}
