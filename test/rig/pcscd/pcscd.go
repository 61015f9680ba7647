// Package pcscd runs pcscd, the PC/SC service of Linux, with virtual readers of
// vpcd, for tests and measurements. The service has a socket and a configuration
// of its own, and so leaves alone the one that the machine may have.
//
// It needs Debian's pcscd and vsmartcard-vpcd.
package pcscd

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"

	"mps/test/rig/port"
)

// SocketVariable names the environment variable that tells clients where the
// service is. libpcsclite reads it once per process: set it, to Socket of the
// folder, before the first use.
const SocketVariable = "PCSCLITE_CSOCK_NAME"

// Socket is where the service listens whose folder is dir.
func Socket(dir string) string { return filepath.Join(dir, "pcscd.comm") }

const (
	program = "/usr/sbin/pcscd"
	driver  = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so"
)

// A Daemon is a running pcscd.
type Daemon struct {
	command *exec.Cmd
	log     *log
	ended   chan error
	ports   []int
}

// Start runs a service with a virtual reader of each of the names. PC/SC lists
// two slots of each, "<name> 00 00" and "<name> 00 01". When Start returns, the
// service is ready for clients and cards.
func Start(dir string, readers ...string) (*Daemon, error) {
	d := &Daemon{log: &log{ready: make(chan struct{})}, ended: make(chan error, 1)}
	configuration := filepath.Join(dir, "reader.conf.d")
	reserved, err := d.configure(configuration, readers)
	defer func() {
		for _, r := range reserved {
			_ = r.Close()
		}
	}()
	if err != nil {
		return nil, fmt.Errorf("pcscd: %w", err)
	}
	socket, err := listen(Socket(dir))
	if err != nil {
		return nil, fmt.Errorf("pcscd: %w", err)
	}
	defer socket.Close()
	// The service takes the socket over as from systemd, which wants to know the
	// process. It ends by itself a minute after the last client.
	d.command = exec.Command("/bin/sh", "-c", `LISTEN_PID=$$ exec "$0" "$@"`, program,
		"--foreground", "--info", "--auto-exit", "--config", configuration)
	d.command.Env = append(os.Environ(), "LISTEN_FDS=1")
	d.command.ExtraFiles = []*os.File{socket} // descriptor 3
	d.command.Stdout, d.command.Stderr = d.log, d.log
	if err := d.command.Start(); err != nil {
		return nil, fmt.Errorf("pcscd: %w", err)
	}
	go func() { d.ended <- d.command.Wait() }()
	select {
	case <-d.log.ready:
		return d, nil
	case err := <-d.ended:
		return nil, fmt.Errorf("pcscd: ended at once: %w\n%s", err, d.log)
	case <-time.After(patience):
		_ = d.Stop()
		return nil, fmt.Errorf("pcscd: not ready after %v\n%s", patience, d.log)
	}
}

// configure writes a reader.conf(5) with a port of its own for each slot,
// reserved until vpcd listens on it.
func (d *Daemon) configure(dir string, readers []string) (reserved []*port.Reservation, err error) {
	vpcd, err := os.ReadFile(driver)
	if err == nil {
		_, err = os.Stat(program)
	}
	if err != nil {
		return nil, fmt.Errorf("install Debian's pcscd and vsmartcard-vpcd: %w", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	var text bytes.Buffer
	for i, reader := range readers {
		slots, err := reserve()
		if err != nil {
			return reserved, err
		}
		reserved = append(reserved, slots...)
		d.ports = append(d.ports, slots[0].Port)
		// The driver keeps its slots in one table, whatever reader they belong
		// to: each reader gets a driver of its own.
		library := filepath.Join(filepath.Dir(dir), fmt.Sprintf("vpcd%d.so", i))
		if err := os.WriteFile(library, vpcd, 0o755); err != nil {
			return reserved, err
		}
		fmt.Fprintf(&text, "FRIENDLYNAME %q\nDEVICENAME /dev/null:%#x\nLIBPATH %s\nCHANNELID %#[2]x\n", reader, slots[0].Port, library)
	}
	return reserved, os.WriteFile(filepath.Join(dir, "vpcd"), text.Bytes(), 0o644)
}

// reserve reserves two neighbouring ports, one for each slot of a reader.
func reserve() ([]*port.Reservation, error) {
	const tries = 20 // until the port after a free one is free, too
	for range tries {
		first, err := port.Reserve(0)
		if err != nil {
			return nil, err
		}
		second, err := port.Reserve(first.Port + 1)
		if err == nil {
			return []*port.Reservation{first, second}, nil
		}
		_ = first.Close()
	}
	return nil, errors.New("no two neighbouring ports are free")
}

// listen returns a listening socket, of which nothing is left in this process once
// it is closed.
func listen(path string) (*os.File, error) {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return nil, err
	}
	defer l.Close()
	l.SetUnlinkOnClose(false)
	return l.File()
}

// Slot is the address at which vpcd awaits the card of the first slot of a reader,
// for ServeVPCD of a virtual card.
func (d *Daemon) Slot(reader int) string {
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(d.ports[reader]))
}

// Stop ends the service. Its error shows what the service said.
func (d *Daemon) Stop() error {
	_ = d.command.Process.Signal(syscall.SIGTERM)
	last := time.AfterFunc(patience, func() { _ = d.command.Process.Kill() })
	defer last.Stop()
	if err := <-d.ended; err != nil {
		return fmt.Errorf("pcscd: %w\n%s", err, d.log)
	}
	return nil
}

// patience is how long the service may take to start or to end, on the busiest
// machine: whoever waits longer waits for something that hangs.
const patience = time.Minute

// A log keeps what the service says, and notices when it says that it is ready.
type log struct {
	mu    sync.Mutex
	said  bytes.Buffer
	ready chan struct{} // closed then
	once  sync.Once
}

func (l *log) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.said.Write(b)
	if bytes.Contains(l.said.Bytes(), []byte("daemon ready")) {
		l.once.Do(func() { close(l.ready) })
	}
	return len(b), nil
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.said.String()
}
