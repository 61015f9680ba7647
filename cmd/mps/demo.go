package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"

	"golang.org/x/sync/errgroup"

	"mps"
	"mps/config"
	"mps/journal"
	"mps/protocol"
	"mps/sandbox"
)

type demoCommand struct {
	Stay      bool   `help:"演示后不退出：各部分留在默认端口上，供自己的程序来调用；按 Ctrl-C 结束。"`
	FreePorts bool   `help:"与 --stay 同用：用空闲端口，不用默认端口。"`
	Library   string `type:"path" placeholder:"文件" help:"动态库；默认取本程序旁边的。"`
	Host      string `type:"path" placeholder:"文件" help:"扮演医院程序的 mps-host；默认取本程序旁边的。"`
}

// The test patient of the demonstration, and one whose code has expired.
const (
	demoPatient = "p01"
	demoExpired = "p08"
)

func (c demoCommand) Run(ctx context.Context, p *program) error {
	if err := c.findPrograms(); err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "mps-demo-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)

	ctx, stop := context.WithCancel(ctx)
	defer stop()
	house, err := startHouse(ctx, demoConfig(dir, !c.Stay || c.FreePorts), c.Stay)
	if err != nil {
		return err
	}
	demo := demonstration{command: c, house: house, dir: dir, out: p.stdout}
	err = demo.run(ctx)
	if err == nil && c.Stay {
		demo.stay(ctx)
	}
	stop()
	return errors.Join(err, house.wait())
}

// findPrograms fills in the files beside this program.
func (c *demoCommand) findPrograms() error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	library, host := "libmps_client.so", "mps-host"
	if runtime.GOOS == "windows" {
		library, host = "mps_client.dll", "mps-host.exe"
	}
	for _, f := range []struct {
		path *string
		name string
	}{{&c.Library, library}, {&c.Host, host}} {
		if *f.path == "" {
			*f.path = filepath.Join(filepath.Dir(self), f.name)
		}
		if _, err := os.Stat(*f.path); err != nil {
			return fmt.Errorf("演示需要%s（make demo 会先生成它）：%w", f.name, err)
		}
	}
	return nil
}

// demoConfig puts everything on loopback, on free ports or on the default ones.
func demoConfig(dir string, free bool) config.Config {
	c := config.Default()
	c.Server.Data = dir
	c.Card.Sources = []string{"virtual:" + demoPatient}
	c.Voucher.Code = patientCode(demoPatient)
	if free {
		c.Agent.Listen, c.Server.Listen, c.Sandbox.Listen = "127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0"
	}
	return c
}

// A house is every part of MPS in one process, talking over loopback.
type house struct {
	config config.Config // with the addresses in use
	agent  net.Listener
	centre *sandbox.Centre
	server *openedServer
	log    *recorder
	parts  *errgroup.Group
}

const demoInstitution = "H35010000001"

// startHouse starts a sandbox centre, a server over it and an agent over that.
// They run until ctx ends. When public, the agent is the one of this user, and
// every program of the user finds it.
func startHouse(ctx context.Context, c config.Config, public bool) (*house, error) {
	h := &house{centre: newSandbox(c), log: &recorder{}}
	parts, ctx := errgroup.WithContext(ctx)
	h.parts = parts

	centre, err := listen(ctx, c.Sandbox.Listen)
	if err != nil {
		return nil, err
	}
	c.Centre.URL = "http://" + centre.Addr().String() + sandbox.Path
	parts.Go(func() error {
		return serve(ctx, centre, h.centre, time.Duration(c.Sandbox.Slow), h.log.part("模拟中心"))
	})

	h.server, err = openServer(ctx, c, h.log.part("服务端"))
	if err != nil {
		return nil, err
	}
	if c.Voucher.Token, err = h.server.institutions.Add(ctx, demoInstitution, "演示医院"); err != nil {
		return nil, err
	}
	server, err := listen(ctx, c.Server.Listen)
	if err != nil {
		return nil, err
	}
	c.Voucher.Server = "http://" + server.Addr().String()
	parts.Go(func() error {
		err := serve(ctx, server, h.server.handler, time.Duration(c.Server.Timeout), h.log.part("服务端"))
		return errors.Join(err, h.server.close())
	})

	log := h.log.part("读卡服务")
	secret, done := "", func() {}
	if public {
		h.agent, secret, done, err = meetCallers(ctx, c.Agent.Listen, log)
	} else {
		h.agent, err = listen(ctx, c.Agent.Listen)
	}
	if err != nil {
		return nil, err
	}
	c.Agent.Listen = h.agent.Addr().String()
	a, err := newAgent(c, secret, log)
	if err != nil {
		return nil, err
	}
	parts.Go(func() error {
		defer done()
		return serve(ctx, h.agent, a.Handler(), time.Duration(c.Agent.Timeout), log)
	})
	h.config = c
	return h, nil
}

func (h *house) wait() error { return h.parts.Wait() }

// A demonstration lets a hospital program make calls and tells what happens.
type demonstration struct {
	command demoCommand
	house   *house
	dir     string
	out     io.Writer
}

func (d *demonstration) run(ctx context.Context) error {
	fmt.Fprintf(d.out, "MPS %s 演示。医院程序 %s 加载 %s，调用 MPS_Call。\n", mps.Version(), filepath.Base(d.command.Host), filepath.Base(d.command.Library))
	fmt.Fprintf(d.out, "读卡服务 %s，服务端 %s，模拟中心 %s\n", d.house.config.Agent.Listen, d.house.config.Voucher.Server, d.house.config.Centre.URL)
	for i, call := range []struct {
		title, certType, code string
		shown                 string // the code that the centre is asked about
		result                string
	}{
		{"社会保障卡（03）", protocol.CertCard, "", "", protocol.ResultOK},
		{"电子医保凭证（01），读卡服务取码", protocol.CertVoucher, "", patientCode(demoPatient), protocol.ResultOK},
		{"电子医保凭证（01），医院程序传入的码已过期", protocol.CertVoucher, patientCode(demoExpired), patientCode(demoExpired), protocol.ResultFailed},
	} {
		fmt.Fprintf(d.out, "\n── %d. %s ──\n", i+1, call.title)
		request := patientInfoRequest("", call.certType, call.code)
		response, err := d.call(ctx, request)
		if err != nil {
			return err
		}
		d.tell(ctx, call.shown)
		if response.Result != call.result {
			return fmt.Errorf("演示第%d步：结果应为%s，实际为%s：%s", i+1, call.result, response.Result, response.Msg)
		}
	}
	fmt.Fprintln(d.out, "\n演示完成。")
	return nil
}

// patientCode is the code of a test patient that is known to exist.
func patientCode(key string) string {
	p, _ := sandbox.Find(key)
	return p.Code
}

// call has the hospital program call MPS_Call and shows both messages.
func (d *demonstration) call(ctx context.Context, request []byte) (*protocol.Response, error) {
	file := filepath.Join(d.dir, "request.xml")
	if err := os.WriteFile(file, request, 0o600); err != nil {
		return nil, err
	}
	show(d.out, "请求", request)
	host := exec.CommandContext(ctx, d.command.Host, d.command.Library, file)
	if !d.command.Stay { // it cannot know of this agent
		_, port, err := net.SplitHostPort(d.house.config.Agent.Listen)
		if err != nil {
			return nil, err
		}
		host.Env = append(os.Environ(), "MPS_CLIENT_PORT="+port, "MPS_CLIENT_AUTOSTART=0")
	}
	answer, err := host.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			err = fmt.Errorf("%w：%s", err, exit.Stderr)
		}
		return nil, fmt.Errorf("医院程序失败：%w", err)
	}
	show(d.out, "应答", answer)
	return protocol.DecodeResponse(answer)
}

// tell says what each part did, one line each.
func (d *demonstration) tell(ctx context.Context, code string) {
	fmt.Fprintln(d.out, "经过")
	for _, e := range d.house.log.take() {
		fmt.Fprintf(d.out, "  %s：%s\n", e.part, e)
	}
	if code == "" {
		return
	}
	fmt.Fprintf(d.out, "  模拟中心：这个码被查询了 %d 次\n", d.house.centre.Queries(code))
	lines, err := d.house.server.journal.List(ctx, journal.Filter{Limit: 1})
	if err != nil {
		fmt.Fprintf(d.out, "  台账：读取失败：%v\n", err)
		return
	}
	for _, l := range lines {
		fmt.Fprintf(d.out, "  台账：%s\n", journalLine(l))
	}
}

// stay tells how to go on and waits for ctx.
func (d *demonstration) stay(ctx context.Context) {
	fmt.Fprintf(d.out, `
各部分继续运行，按 Ctrl-C 结束。可以在另一个终端试：
  mps call --card
  mps call --voucher --code <码>      码见 mps sandbox patients
`)
	for _, part := range []struct{ name, url string }{
		{"sandbox", d.house.config.Centre.URL},
		{"server", d.house.config.Voucher.Server},
		{"agent", "http://" + d.house.config.Agent.Listen},
	} {
		ready(d.out, part.name, part.url)
	}
	<-ctx.Done()
}
