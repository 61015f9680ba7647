// Bench measures what MPS promises about its speed and size, and prints each
// figure beside its aim. Run it from the root of the repository, after "make
// build": "make bench" does both.
//
// What is compared is measured in one run and in turns, A B A B, so that a busy
// machine slows both sides alike; the figures are the medians of the rounds. An
// aim that is missed is shown as such and is no failure: the exit code is 1 only
// when something could not be measured.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
)

// scratch is where everything goes that a run builds or writes. It is on the
// file system of the repository, which /tmp need not be.
const scratch = ".cache/bench"

// A subject measures one thing and returns the figures about it.
type subject struct {
	name    string
	measure func(context.Context) ([]figure, error)
}

var subjects = []subject{
	{"the e-voucher exchange", measureExchange},
	{"a whole MPS_Call", measureCall},
	{"reading a card through PC/SC", measureCard},
	{"the wall around a driver", measureDriver},
	{"the journal", measureJournal},
	{"the idle agent", measureAgent},
	{"the client library", measureLibrary},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if len(os.Args) > 1 {
		// The run's own servers are this program again; see server.go.
		if err := serve(ctx, os.Args[1]); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
		return
	}
	if !run(ctx) {
		os.Exit(1)
	}
}

// run tells whether everything could be measured.
func run(ctx context.Context) bool {
	if _, err := os.Stat("bench/libxml2/libxml2.c"); err != nil {
		fmt.Fprintln(os.Stderr, "bench: run it from the root of the repository, with make bench")
		return false
	}
	if err := os.MkdirAll(scratch, 0o755); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		return false
	}
	complete := true
	var all []figure
	for _, s := range subjects {
		fmt.Fprintf(os.Stderr, "measuring %s ...\n", s.name)
		figures, err := s.measure(ctx)
		if err != nil {
			fmt.Fprintf(os.Stderr, "bench: %s: %v\n", s.name, err)
			complete = false
		}
		all = append(all, figures...)
	}
	if err := printTable(os.Stdout, all); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		return false
	}
	return complete
}
