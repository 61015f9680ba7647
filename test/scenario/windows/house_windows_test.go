// Package windows_test has host programs in C call MPS_Call of mps_client.dll,
// with the real agent, server and sandbox behind it, all of one width. It runs
// on Windows, under Wine, and in the emulated 32-bit machine: see
// test/rig/on-windows.
package windows_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/windows"

	"mps/protocol"
	"mps/rendezvous"
	"mps/sandbox"
)

const (
	limit   = 5 * time.Minute // for any one program; the emulated machine is slow
	anyPort = "127.0.0.1:0"
)

// A house is a hospital's computer, with the server and the centre on it, too.
type house struct {
	programs string // folder of mps.exe, mps_client.dll and the host programs
	centre   string // URL
	server   string // URL
	token    string // of the institution at the server
	user     user   // the one whose agent serves most scenarios

	card, voucher, expired string // files with requests
}

// A user has an address file of their own, and programs that are set so.
type user struct {
	appData  string   // %LOCALAPPDATA%
	settings []string // "NAME=value"
}

// newUser is one for whom no agent starts by itself.
func newUser(t *testing.T) user {
	return user{appData: tempDir(t)}.with("MPS_CLIENT_AUTOSTART=0")
}

// with returns u with other settings besides.
func (u user) with(settings ...string) user {
	return user{u.appData, slices.Concat(u.settings, settings)}
}

// newHouse starts centre and server, adds an institution, and starts an agent
// with the card of a good test patient.
func newHouse(t *testing.T) *house {
	h := &house{programs: programs(t), user: newUser(t)}
	h.card = requestFile(t, protocol.CertCard, "")
	h.voucher = requestFile(t, protocol.CertVoucher, patient(t, "p01").Code)
	h.expired = requestFile(t, protocol.CertVoucher, patient(t, "p08").Code)

	data := filepath.Join(tempDir(t), "data")
	_, h.centre = h.start(t, h.user, "[sandbox]\nlisten = '127.0.0.1:0'\n", "sandbox")
	serverConfig := fmt.Sprintf("[server]\nlisten = '127.0.0.1:0'\ndata = '%s'\n[centre]\nurl = '%s'\n", data, h.centre)

	file := configFile(t, serverConfig)
	added := h.run(t, h.user, "mps.exe", "-c", file, "server", "institution", "add", "H35010000001", "测试医院")
	token := regexp.MustCompile(`token = "(.*)"`).FindSubmatch(added)
	if token == nil {
		t.Fatalf("no token in %s", added)
	}
	h.token = string(token[1])
	_, h.server = h.start(t, h.user, serverConfig, "server")
	h.startAgent(t, h.user, fmt.Sprintf(
		"[log]\nlevel = 'WARN'\n[agent]\nlisten = '%s'\nqueue = 64\nqueue_wait = '60s'\n[card]\nsources = ['virtual:p01']\n[voucher]\nserver = '%s'\ntoken = '%s'\n",
		anyPort, h.server, h.token))
	return h
}

// programs is the folder of this test program.
func programs(t *testing.T) string {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Dir(self)
}

func patient(t *testing.T, key string) sandbox.Patient {
	p, ok := sandbox.Find(key)
	if !ok {
		t.Fatalf("no test patient %s", key)
	}
	return p
}

// tempDir is t.TempDir, which cannot clean up under Wine 8: os.RemoveAll there
// asks for a way of deleting that it does not have, os.Remove does not.
func tempDir(t *testing.T) string {
	dir, err := os.MkdirTemp("", "mps-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		var paths []string
		filepath.WalkDir(dir, func(path string, _ fs.DirEntry, _ error) error {
			paths = append(paths, path)
			return nil
		})
		for _, path := range slices.Backward(paths) {
			if err := remove(path); err != nil {
				t.Error(err)
			}
		}
	})
	return dir
}

// remove waits for a process that has ended and is not yet gone with all that it
// had open.
func remove(path string) error {
	for end := time.Now().Add(atOnce); ; time.Sleep(10 * time.Millisecond) {
		err := os.Remove(path)
		if !errors.Is(err, windows.ERROR_SHARING_VIOLATION) || time.Now().After(end) {
			return err
		}
	}
}

func configFile(t *testing.T, toml string) string {
	return writeFile(t, tempDir(t), "mps.toml", []byte(toml))
}

func requestFile(t *testing.T, certType, code string) string {
	return writeFile(t, tempDir(t), "request.xml", request(certType, code))
}

func writeFile(t *testing.T, dir, name string, data []byte) string {
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func request(certType, code string) []byte {
	r := &protocol.Request{Funid: protocol.PatientInfo, Body: []protocol.Field{{Name: protocol.CertType, Value: certType}}}
	if code != "" {
		r.Body = append(r.Body, protocol.Field{Name: protocol.VoucherCode, Value: code})
	}
	var c protocol.Codec
	return c.EncodeRequest(r)
}

// run runs a program of the house to its end and returns what it printed. Any
// exit status but 0 fails the test.
func (h *house) run(t *testing.T, u user, name string, args ...string) []byte {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	cmd := h.command(ctx, u, name, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s%s", name, args, err, protocol.Text(stderr.Bytes()), protocol.Text(stdout.Bytes()))
	}
	if stderr.Len() > 0 {
		t.Logf("%s: %s", name, bytes.TrimSpace(stderr.Bytes()))
	}
	return stdout.Bytes()
}

func (h *house) command(ctx context.Context, u user, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(h.programs, name), args...)
	cmd.Env = append(os.Environ(), "LOCALAPPDATA="+u.appData)
	cmd.Env = append(cmd.Env, u.settings...)
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

// A process is a part of MPS that runs until it is killed, at the latest when
// its test ends.
type process struct {
	id   int
	kill func()
}

// start starts a part of MPS and returns, when it says that it is ready, where.
func (h *house) start(t *testing.T, u user, toml string, args ...string) (p process, url string) {
	t.Helper()
	cmd := h.command(context.Background(), u, "mps.exe", append([]string{"-c", configFile(t, toml)}, args...)...)
	var log bytes.Buffer
	cmd.Stderr = &log
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	kill := sync.OnceFunc(func() {
		cmd.Process.Kill()
		cmd.Wait()
		if t.Failed() {
			t.Logf("log of mps %q:\n%s", args, log.Bytes()[max(0, log.Len()-4000):])
		}
	})
	t.Cleanup(kill)
	slow := time.AfterFunc(limit, func() { cmd.Process.Kill() })
	defer slow.Stop()
	line, _ := bufio.NewReader(stdout).ReadString('\n')
	if _, err := fmt.Sscanf(line, "ready "+args[0]+" %s", &url); err != nil {
		t.Fatalf("mps %q says %q instead of being ready", args, line)
	}
	return process{id: cmd.Process.Pid, kill: kill}, url
}

// startAgent starts a user's agent and returns the address that it leaves.
func (h *house) startAgent(t *testing.T, u user, toml string) (process, rendezvous.Address) {
	t.Helper()
	p, _ := h.start(t, u, toml, "agent")
	a, err := rendezvous.Read(filepath.Join(u.appData, "mps"))
	if err != nil {
		t.Fatal("the agent leaves no address: ", err)
	}
	return p, a
}

// nobody returns a port on which nothing listens, and nothing else will until
// the test ends: a socket has it that does not listen.
func nobody(t *testing.T) string {
	t.Helper()
	s, err := windows.Socket(windows.AF_INET, windows.SOCK_STREAM, windows.IPPROTO_TCP)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { windows.Closesocket(s) })
	if err := windows.Bind(s, &windows.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	address, err := windows.Getsockname(s)
	if err != nil {
		t.Fatal(err)
	}
	return strconv.Itoa(address.(*windows.SockaddrInet4).Port)
}

func listen(t *testing.T) net.Listener {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func port(address string) string {
	_, port, _ := net.SplitHostPort(address)
	return port
}

// succeeded fails the test unless the answer is a success.
func succeeded(t *testing.T, answer []byte) *protocol.Response {
	t.Helper()
	r, err := protocol.DecodeResponse(answer)
	if err != nil {
		t.Fatalf("%v\n%q", err, answer)
	}
	if r.Result != protocol.ResultOK {
		t.Fatalf("failed: %s", r.Msg)
	}
	return r
}

// readCard fails the test unless the answer is the house's card.
func readCard(t *testing.T, answer []byte) {
	t.Helper()
	if name := succeeded(t, answer).Value("name"); name != "林小测" {
		t.Fatalf("read the card of %q", name)
	}
}

// failed fails the test unless the answer is a failure whose message has msg
// in it.
func failed(t *testing.T, answer []byte, msg string) {
	t.Helper()
	r, err := protocol.DecodeResponse(answer)
	if err != nil {
		t.Fatalf("%v\n%q", err, answer)
	}
	if r.Result != protocol.ResultFailed || !strings.Contains(r.Msg, msg) {
		t.Fatalf("result %s, message %q, want a failure with %q", r.Result, r.Msg, msg)
	}
}
