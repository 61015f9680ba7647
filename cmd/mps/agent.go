package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"mps/agent"
	"mps/config"
	"mps/failure"
	"mps/mask"
	"mps/rendezvous"
	"mps/wiring"
)

type agentCommand struct {
	StartedByLibrary bool `hidden:"" help:"由动态库启动：没有人看输出，日志写到文件，不能服务时把原因留给动态库。"`
}

// exitRunning is the exit code of an agent that the client library has started
// while the user has another: EXIT_RUNNING in capi/start.h.
const exitRunning = 3

func (command agentCommand) Run(ctx context.Context, p *program) error {
	if !command.StartedByLibrary {
		return serveAgent(ctx, p, func() {})
	}
	p.unseen = true
	dir, err := rendezvous.Dir()
	if err != nil { // then the library finds neither the agent nor a reason
		return serveAgent(ctx, p, func() {})
	}
	start := rendezvous.NewStart(dir)
	err = serveAgent(ctx, p, start.Done)
	if errors.Is(err, rendezvous.ErrRunning) {
		p.exit = exitRunning
		return nil
	}
	// What is no failure was not written for a person: it is in the log.
	if _, ok := errors.AsType[failure.Failure](err); ok {
		if err := start.Fail(mask.Text(err.Error())); err != nil {
			p.log.Warn("未能把原因留给动态库", "error", err)
		}
	}
	return err
}

// serveAgent is an agent from its configuration to its end. It calls up when it
// can be found.
func serveAgent(ctx context.Context, p *program, up func()) error {
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
		if p.unseen {
			return err
		}
		_, err := fmt.Fprintln(p.stdout, err)
		return err
	}
	if err != nil {
		return err
	}
	up()
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
