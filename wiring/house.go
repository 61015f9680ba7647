package wiring

import (
	"context"
	"log/slog"

	"golang.org/x/sync/errgroup"

	"mps/config"
)

// A House is every part of MPS in one process, talking over loopback: a sandbox
// centre, a server over it and an agent over that.
type House struct {
	Sandbox *Sandbox
	Server  *Server
	Agent   *Part

	parts *errgroup.Group
}

// HouseOptions are what a House needs beside its configuration.
type HouseOptions struct {
	// Institution is the id of the institution that the agent belongs to. It is
	// added to the server's records.
	Institution string
	// Public makes the agent the one of this user, which every program of the
	// user finds. Otherwise it is known only to who is told its address.
	Public bool
	// Logs of the three parts.
	SandboxLog, ServerLog, AgentLog *slog.Logger
}

// StartHouse starts the parts that c describes. Where c has port 0 they take
// free ports; the addresses of centre and server and the institution's
// credential are filled in from part to part. They run until ctx ends.
func StartHouse(ctx context.Context, c config.Config, o HouseOptions) (h *House, err error) {
	parts, ctx := errgroup.WithContext(ctx)
	h = &House{parts: parts}
	defer func() {
		if err != nil { // those that have begun end with it
			failed := err
			parts.Go(func() error { return failed })
			parts.Wait()
		}
	}()
	start := func(p *Part) { parts.Go(func() error { return p.Serve(ctx) }) }

	if h.Sandbox, err = NewSandbox(ctx, c, o.SandboxLog); err != nil {
		return nil, err
	}
	start(h.Sandbox.Part)
	c.Centre.URL = h.Sandbox.URL

	if h.Server, err = NewServer(ctx, c, o.ServerLog); err != nil {
		return nil, err
	}
	start(h.Server.Part)
	c.Voucher.Server = h.Server.URL
	if c.Voucher.Token, err = h.Server.Registry.Add(ctx, o.Institution, o.Institution); err != nil {
		return nil, err
	}

	newAgent := NewPrivateAgent
	if o.Public {
		newAgent = NewAgent
	}
	if h.Agent, err = newAgent(ctx, c, o.AgentLog); err != nil {
		return nil, err
	}
	start(h.Agent)
	return h, nil
}

// Wait waits until all parts have ended.
func (h *House) Wait() error { return h.parts.Wait() }
