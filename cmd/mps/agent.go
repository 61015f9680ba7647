package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"mps/agent"
	"mps/config"
	"mps/rendezvous"
	"mps/wiring"
)

type agentCommand struct{}

func (agentCommand) Run(ctx context.Context, p *program) error {
	c, err := p.start(config.PartAgent)
	if err != nil {
		if isRunning() {
			return brokenRunning.Because(err, err)
		}
		return err
	}
	a, err := wiring.NewAgent(ctx, c, p.log)
	if errors.Is(err, rendezvous.ErrRunning) {
		if broken := wiring.CheckAgent(c, p.log); broken != nil {
			return brokenRunning.Because(broken, broken)
		}
		_, err := fmt.Fprintln(p.stdout, err)
		return err
	}
	if err != nil {
		return err
	}
	ready(p.stdout, "agent", a.URL)
	return a.Serve(ctx)
}

// isRunning tells whether the user has an agent, which answers where it says.
func isRunning() bool {
	running, err := agent.Running()
	if err != nil {
		return false
	}
	c, err := net.DialTimeout("tcp", running.Address, time.Second)
	if err != nil {
		return false
	}
	c.Close()
	return true
}
