package windows_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/windows"

	"mps/protocol"
)

// atOnce is how long an answer may take that nothing has to be waited for, on
// a slow machine.
const atOnce = 10 * time.Second

// TestFaults does to a host program what happens to it on a hospital's
// computer.
func TestFaults(t *testing.T) {
	h := &house{programs: programs(t)}
	for _, s := range []struct {
		name string
		run  func(*house, *testing.T)
	}{
		{"agent killed during a call", (*house).losesAgent},
		{"agent replaced", (*house).changesAgent},
		{"agent suspended", (*house).waitsForAgent},
		{"port taken by another program", (*house).meetsOthers},
		{"agent on another port", (*house).followsAgent},
		{"agent of another user", (*house).meetsAnotherUser},
	} {
		t.Run(s.name, func(t *testing.T) { s.run(h, t) })
	}
}

// A session is a program that stays open and calls when told to.
type session struct {
	cmd    *exec.Cmd
	orders io.WriteCloser
	output *bufio.Reader
}

func (h *house) open(t *testing.T, u user) *session {
	s := &session{cmd: h.command(context.Background(), u, "session.exe")}
	s.connect(t)
	t.Cleanup(func() {
		s.orders.Close()
		if err := s.cmd.Wait(); err != nil {
			t.Errorf("session: %v", err)
		}
	})
	return s
}

// connect starts the program and takes hold of its input and output.
func (s *session) connect(t *testing.T) {
	var err error
	if s.orders, err = s.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	stdout, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	s.output = bufio.NewReader(stdout)
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
}

// call has the session call and returns the answer.
func (s *session) call(t *testing.T, file string) []byte {
	t.Helper()
	s.begin(t, file)
	return s.answer(t)
}

func (s *session) begin(t *testing.T, file string) {
	t.Helper()
	if _, err := fmt.Fprintln(s.orders, file); err != nil {
		t.Fatal(err)
	}
}

func (s *session) answer(t *testing.T) []byte {
	t.Helper()
	answer, err := s.output.ReadBytes(0)
	if err != nil {
		t.Fatalf("the session's answer: %v", err)
	}
	return answer[:len(answer)-1]
}

// cardAgent is the configuration of an agent that reads a card and asks the
// centre itself.
func cardAgent(listen, centre string) string {
	return fmt.Sprintf("[agent]\nlisten = '%s'\n[card]\nsources = ['virtual:p01']\n[voucher]\nvia = 'centre'\n[centre]\nurl = '%s'\n", listen, centre)
}

// silentCentre is an e-voucher centre that takes queries, tells so, and never
// answers.
func silentCentre(t *testing.T) (url string, asked <-chan struct{}) {
	queries := make(chan struct{}, 1)
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		queries <- struct{}{}
		<-r.Context().Done()
	}))
	t.Cleanup(s.Close)
	return s.URL, queries
}

func (h *house) losesAgent(t *testing.T) {
	u := newUser(t)
	url, asked := silentCentre(t)
	agent, _ := h.startAgent(t, u, cardAgent(anyPort, url))
	s := h.open(t, u)
	s.begin(t, requestFile(t, protocol.CertVoucher, patient(t, "p01").Code))
	<-asked
	killed := time.Now()
	agent.kill()
	failed(t, s.answer(t), "读卡服务中途断开")
	if took := time.Since(killed); took > atOnce {
		t.Errorf("the answer came after %v", took)
	}
	card := requestFile(t, protocol.CertCard, "")
	failed(t, s.call(t, card), "读卡服务未启动")
	h.startAgent(t, u, cardAgent(anyPort, url))
	readCard(t, s.call(t, card))
}

// A newer agent is installed while the host program stays open: another port,
// another secret.
func (h *house) changesAgent(t *testing.T) {
	u := newUser(t)
	card := requestFile(t, protocol.CertCard, "")
	s := h.open(t, u)
	for range 3 {
		agent, _ := h.startAgent(t, u, cardAgent(anyPort, ""))
		readCard(t, s.call(t, card))
		agent.kill()
	}
}

func (h *house) waitsForAgent(t *testing.T) {
	u := newUser(t).with("MPS_CLIENT_TIMEOUT_MS=3000")
	card := requestFile(t, protocol.CertCard, "")
	agent, _ := h.startAgent(t, u, cardAgent(anyPort, ""))
	s := h.open(t, u)
	readCard(t, s.call(t, card))

	suspend(t, agent, "NtSuspendProcess")
	began := time.Now()
	failed(t, s.call(t, card), "等待读卡服务应答超时")
	if took := time.Since(began); took > atOnce {
		t.Errorf("the answer came after %v", took)
	}
	suspend(t, agent, "NtResumeProcess")
	readCard(t, s.call(t, card))
}

// suspend calls one of the functions by which Windows halts whole processes;
// they are in ntdll only.
func suspend(t *testing.T, p process, function string) {
	t.Helper()
	handle, err := windows.OpenProcess(windows.PROCESS_SUSPEND_RESUME, false, uint32(p.id))
	if err != nil {
		t.Fatal(err)
	}
	defer windows.CloseHandle(handle)
	if status, _, _ := windows.NewLazySystemDLL("ntdll.dll").NewProc(function).Call(uintptr(handle)); status != 0 {
		t.Fatalf("%s: status %#x", function, status)
	}
}

// Whatever else listens on the port gets the request and answers in its way.
func (h *house) meetsOthers(t *testing.T) {
	for _, other := range []struct {
		name   string
		answer string // "" says nothing until the caller goes away
		want   string
	}{
		{"web server", "HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\nnot found", "HTTP状态404"},
		{"web page", "HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n<html></html>", "不是完整的报文"},
		{"endless page", "HTTP/1.1 200 OK\r\n\r\n<html>", "没有正确的长度"},
		{"mail server", "220 mail.example ESMTP\r\n", "无法识别"},
		{"garbage", strings.Repeat("\x00\xFF\x80%", 4096), "无法识别"},
		{"half an answer", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<response>", "中途断开"},
		{"silence", "", "超时"},
	} {
		t.Run(other.name, func(t *testing.T) {
			l := listen(t)
			go answerEach(l, other.answer)
			u := newUser(t).with("MPS_CLIENT_PORT="+port(l.Addr().String()), "MPS_CLIENT_TIMEOUT_MS=3000")
			failed(t, h.run(t, u, "spec.exe", requestFile(t, protocol.CertCard, "")), other.want)
		})
	}
}

// answerEach reads what each caller sends, at least its head, and answers.
func answerEach(l net.Listener, answer string) {
	for {
		c, err := l.Accept()
		if err != nil {
			return
		}
		head := make([]byte, 4096)
		if _, err := c.Read(head); err == nil {
			io.WriteString(c, answer)
		}
		if answer == "" {
			c.Read(head) // the end
		}
		c.Close()
	}
}

// The port that the agent is configured for is another program's: the agent
// takes a free one, and the library finds it.
func (h *house) followsAgent(t *testing.T) {
	u := newUser(t)
	taken := listen(t).Addr().String()
	_, address := h.startAgent(t, u, cardAgent(taken, ""))
	if strconv.Itoa(address.Port) == port(taken) {
		t.Fatalf("the agent listens on %s, too", taken)
	}
	readCard(t, h.run(t, u, "spec.exe", requestFile(t, protocol.CertCard, "")))
}

// On a terminal server, another user's agent answers nobody else.
func (h *house) meetsAnotherUser(t *testing.T) {
	_, address := h.startAgent(t, newUser(t), cardAgent(anyPort, ""))
	stranger := newUser(t).with("MPS_CLIENT_PORT=" + strconv.Itoa(address.Port))
	failed(t, h.run(t, stranger, "spec.exe", requestFile(t, protocol.CertCard, "")), "另一用户的读卡服务")
}

// TestOutages runs where even loopback is down. It must be alone in its run.
func TestOutages(t *testing.T) {
	t.Run("no network", func(t *testing.T) {
		h := &house{programs: programs(t)}
		u := newUser(t).with("MPS_CLIENT_TIMEOUT_MS=3000")
		failed(t, h.run(t, u, "spec.exe", requestFile(t, protocol.CertCard, "")), "读卡服务")
	})
}
