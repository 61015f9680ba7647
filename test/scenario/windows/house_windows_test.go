// Package windows_test has host programs in C call MPS_Call of mps_client.dll,
// with the real agent, server and sandbox behind it, all of one width. It runs
// on Windows, under Wine, and in the emulated 32-bit machine: see run.
package windows_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

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
	h.centre = "http://" + h.start(t, "[sandbox]\nlisten = '127.0.0.1:0'\n", "sandbox") + sandbox.Path
	serverConfig := fmt.Sprintf("[server]\nlisten = '127.0.0.1:0'\ndata = '%s'\n[centre]\nurl = '%s'\n", data, h.centre)

	file := configFile(t, serverConfig)
	added := h.run(t, h.user, "mps.exe", "-c", file, "server", "institution", "add", "H35010000001", "测试医院")
	token := regexp.MustCompile(`token = "(.*)"`).FindSubmatch(added)
	if token == nil {
		t.Fatalf("no token in %s", added)
	}
	h.token = string(token[1])
	h.server = "http://" + h.start(t, serverConfig, "server")
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
			if err := os.Remove(path); err != nil {
				t.Error(err)
			}
		}
	})
	return dir
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
	var e protocol.Encoder
	return e.EncodeRequest(r)
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
	id    int
	kill  func()
	ready <-chan string // the address that its log tells
	ended <-chan struct{}
}

// launch starts a part of MPS.
func (h *house) launch(t *testing.T, u user, toml string, args ...string) *process {
	t.Helper()
	cmd := h.command(context.Background(), u, "mps.exe", append([]string{"-c", configFile(t, toml)}, args...)...)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ready, ended := make(chan string, 1), make(chan struct{})
	var log string
	go func() {
		log = watch(stderr, ready)
		cmd.Wait()
		close(ended)
	}()
	kill := sync.OnceFunc(func() {
		cmd.Process.Kill()
		<-ended
		if t.Failed() {
			t.Logf("log of mps %q:\n%s", args, log[max(0, len(log)-4000):])
		}
	})
	t.Cleanup(kill)
	return &process{id: cmd.Process.Pid, kill: kill, ready: ready, ended: ended}
}

// start starts a part of MPS that others call, and returns its address when it
// is ready.
func (h *house) start(t *testing.T, toml string, args ...string) (address string) {
	t.Helper()
	p := h.launch(t, h.user, toml, args...)
	select {
	case address := <-p.ready:
		return address
	case <-p.ended:
		t.Fatalf("mps %q ended", args)
	case <-time.After(time.Minute):
		t.Fatalf("mps %q is not ready", args)
	}
	return ""
}

// startAgent starts a user's agent and returns when the address file tells of
// it.
func (h *house) startAgent(t *testing.T, u user, toml string) (*process, rendezvous.Address) {
	t.Helper()
	dir := filepath.Join(u.appData, "mps")
	before, _ := rendezvous.Read(dir)
	p := h.launch(t, u, toml, "agent")
	timeout := time.After(time.Minute)
	for {
		if a, err := rendezvous.Read(dir); err == nil && a != before {
			return p, a
		}
		select {
		case <-p.ended:
			t.Fatal("the agent ended")
		case <-timeout:
			t.Fatal("the agent leaves no address")
		case <-time.After(20 * time.Millisecond):
		}
	}
}

var readyLine = regexp.MustCompile(`就绪.*(127\.0\.0\.1:\d+)`)

// watch reads a log to its end, and tells the address in it.
func watch(log io.Reader, address chan<- string) string {
	var all strings.Builder
	lines := bufio.NewScanner(log)
	for lines.Scan() {
		all.WriteString(lines.Text() + "\n")
		if found := readyLine.FindStringSubmatch(lines.Text()); found != nil {
			address <- found[1]
		}
	}
	return all.String()
}

// freePort returns a port on which nothing listens.
func freePort(t *testing.T) string {
	l := listen(t)
	l.Close()
	return port(l.Addr().String())
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
