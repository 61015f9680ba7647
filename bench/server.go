package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"

	"mps/agent"
	"mps/card"
	"mps/mask"
	"mps/web"
)

// Servers that this program can be. Each runs in a process of its own, so that
// neither shares its runtime with the other or with the measuring.
const (
	agentServer = "serve-agent" // the real agent, with a card that is read at once
	echoServer  = "serve-echo"  // the least that a Go server can do
)

// serve is the named server. It prints its port and serves until its standard
// input ends.
func serve(ctx context.Context, name string) error {
	var s *http.Server
	switch name {
	case agentServer:
		s = newAgentServer()
	case echoServer:
		s = &http.Server{Handler: http.HandlerFunc(echo)}
	default:
		return fmt.Errorf("no server is called %s; run bench without arguments", name)
	}
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	failed := make(chan error, 1)
	go func() { failed <- s.Serve(l) }()
	fmt.Println(l.Addr().(*net.TCPAddr).Port)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		io.Copy(io.Discard, os.Stdin)
	}()
	select {
	case err := <-failed:
		return err
	case <-ended:
		return s.Close()
	}
}

// An instantCard is a card source without a reader.
type instantCard struct{}

func (instantCard) Read(context.Context) (*card.Card, error) {
	c := testCard
	return &c, nil
}

// newAgentServer returns the agent as mps agent serves it, only that its log goes
// nowhere.
func newAgentServer() *http.Server {
	log := slog.New(mask.NewHandler(slog.NewTextHandler(io.Discard, nil)))
	a := agent.New(agent.Options{Cards: instantCard{}, Log: log})
	return web.NewServer(a.Handler(), agent.DefaultTimeout, log)
}

// echo reads the request and writes the answer that the agent would give.
func echo(w http.ResponseWriter, req *http.Request) {
	if _, err := io.Copy(io.Discard, req.Body); err != nil {
		return
	}
	w.Header().Set("Content-Type", "text/xml; charset=GBK")
	w.Header().Set("Content-Length", strconv.Itoa(len(cannedAnswer)))
	w.Write(cannedAnswer)
}

// startServer starts the named server and returns its port. stop ends it.
func startServer(ctx context.Context, name string) (port string, stop func(), err error) {
	self, err := os.Executable()
	if err != nil {
		return "", nil, err
	}
	command := exec.CommandContext(ctx, self, name)
	command.Stderr = os.Stderr
	stdin, err := command.StdinPipe()
	if err != nil {
		return "", nil, err
	}
	stdout, err := command.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := command.Start(); err != nil {
		return "", nil, err
	}
	stop = func() {
		stdin.Close()
		command.Wait()
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		stop()
		return "", nil, fmt.Errorf("%s does not start: %w", name, err)
	}
	return strings.TrimSpace(line), stop, nil
}
