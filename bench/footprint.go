package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"sync"
	"time"
)

const (
	kib = 1 << 10
	mib = 1 << 20
)

var residents = regexp.MustCompile(`VmRSS:\s+([0-9]+) kB`) // proc(5), /proc/pid/status

// measureAgent measures the memory of bin/mps agent after its start and one
// health check.
func measureAgent(ctx context.Context) ([]figure, error) {
	const limit = 20 * time.Second
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()

	config := filepath.Join(scratch, "agent.toml")
	if err := os.WriteFile(config, []byte("[agent]\nlisten = \"127.0.0.1:0\"\n"), 0o644); err != nil {
		return nil, err
	}
	command := exec.CommandContext(ctx, "bin/mps", "agent", "--config", config)
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	stdout, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	var log bytes.Buffer
	command.Stderr = &log
	if err := command.Start(); err != nil {
		return nil, fmt.Errorf("%w; make build makes it", err)
	}
	end := sync.OnceValue(func() error {
		cancel()
		return command.Wait()
	})
	defer end()

	var url string
	if _, err := fmt.Fscanf(stdout, "ready agent %s\n", &url); err != nil {
		return nil, fmt.Errorf("the agent does not get ready: %w; it says:\n%s", errors.Join(err, end()), log.Bytes())
	}
	if err := checkHealth(ctx, url); err != nil {
		return nil, err
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", command.Process.Pid))
	if err != nil {
		return nil, err
	}
	m := residents.FindSubmatch(status)
	if m == nil {
		return nil, errors.New("no VmRSS in /proc/PID/status")
	}
	kb, err := strconv.ParseInt(string(m[1]), 10, 64)
	if err != nil {
		return nil, err
	}
	return []figure{{
		name: "memory of the idle agent (resident)",
		ours: fmt.Sprintf("%.1f MiB", float64(kb)*kib/mib),
		aim:  "< 30 MiB",
		met:  kb*kib < 30*mib,
	}}, nil
}

func checkHealth(ctx context.Context, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/healthz", nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("/healthz: %s", resp.Status)
	}
	return nil
}

// measureLibrary measures the client library as it is shipped, and the Windows
// ones when they have been built.
func measureLibrary(context.Context) ([]figure, error) {
	windows, err := filepath.Glob("dist/windows-*/mps_client.dll")
	if err != nil {
		return nil, err
	}
	var figures []figure
	for _, file := range append([]string{"bin/libmps_client.so"}, windows...) {
		info, err := os.Stat(file)
		if err != nil {
			return nil, fmt.Errorf("%w; make build makes it", err)
		}
		figures = append(figures, figure{
			name: "size of " + filepath.ToSlash(file) + " (stripped)",
			ours: fmt.Sprintf("%.1f KiB", float64(info.Size())/kib),
			aim:  "< 64 KiB",
			met:  info.Size() < 64*kib,
		})
	}
	return figures, nil
}
