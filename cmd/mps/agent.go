package main

import (
	"context"
	"errors"
	"fmt"

	"mps/rendezvous"
	"mps/wiring"
)

type agentCommand struct{}

func (agentCommand) Run(ctx context.Context, p *program) error {
	c, err := p.open()
	if err != nil {
		return err
	}
	a, err := wiring.NewAgent(ctx, c, p.log)
	if errors.Is(err, rendezvous.ErrRunning) {
		_, err := fmt.Fprintln(p.stdout, err)
		return err
	}
	if err != nil {
		return err
	}
	ready(p.stdout, "agent", a.URL)
	return a.Serve(ctx)
}
