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
	"strings"

	"mps"
	"mps/config"
	"mps/failure"
	"mps/journal"
	"mps/protocol"
	"mps/sandbox"
	"mps/wiring"
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
	log := &recorder{}
	house, err := wiring.StartHouse(ctx, demoConfig(dir, !c.Stay || c.FreePorts), wiring.HouseOptions{
		Institution: demoInstitution,
		Public:      c.Stay,
		SandboxLog:  log.part("模拟中心"),
		ServerLog:   log.part("服务端"),
		AgentLog:    log.part("读卡服务"),
	})
	if err != nil {
		return err
	}
	demo := demonstration{command: c, house: house, log: log, dir: dir, out: p.stdout}
	err = demo.run(ctx)
	if err == nil && c.Stay {
		demo.stay(ctx)
	}
	stop()
	return errors.Join(err, house.Wait())
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
			return noDemoFile.Because(err, f.name, *f.path+"："+failure.System(err))
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

const demoInstitution = "H35010000001"

// A demonstration lets a hospital program make calls and tells what happens.
type demonstration struct {
	command demoCommand
	house   *wiring.House
	log     *recorder
	dir     string
	out     io.Writer
}

func (d *demonstration) run(ctx context.Context) error {
	fmt.Fprintf(d.out, "MPS %s 演示。医院程序 %s 加载 %s，调用 MPS_Call。\n", mps.Version(), filepath.Base(d.command.Host), filepath.Base(d.command.Library))
	fmt.Fprintf(d.out, "读卡服务 %s，服务端 %s，模拟中心 %s\n", agentAddress(d.house), d.house.Server.URL, d.house.Sandbox.URL)
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
			return demoDiffers.With(i+1, call.result, response.Result, response.Msg)
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

func agentAddress(h *wiring.House) string { return strings.TrimPrefix(h.Agent.URL, "http://") }

// call has the hospital program call MPS_Call and shows both messages.
func (d *demonstration) call(ctx context.Context, request []byte) (*protocol.Response, error) {
	file := filepath.Join(d.dir, "request.xml")
	if err := os.WriteFile(file, request, 0o600); err != nil {
		return nil, err
	}
	show(d.out, "请求", request)
	host := exec.CommandContext(ctx, d.command.Host, d.command.Library, file)
	if !d.command.Stay { // it cannot know of this agent
		_, port, err := net.SplitHostPort(agentAddress(d.house))
		if err != nil {
			return nil, err
		}
		host.Env = append(os.Environ(), "MPS_CLIENT_PORT="+port, "MPS_CLIENT_AUTOSTART=0")
	}
	answer, err := host.Output()
	if err != nil {
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			err = fmt.Errorf("%w：%s", err, exit.Stderr)
		}
		return nil, demoHostFailed.Because(err, err)
	}
	show(d.out, "应答", answer)
	return protocol.DecodeResponse(answer)
}

// tell says what each part did, one line each.
func (d *demonstration) tell(ctx context.Context, code string) {
	fmt.Fprintln(d.out, "经过")
	for _, e := range d.log.take() {
		fmt.Fprintf(d.out, "  %s：%s\n", e.part, e)
	}
	if code == "" {
		return
	}
	fmt.Fprintf(d.out, "  模拟中心：这个码被查询了 %d 次\n", d.house.Sandbox.Centre.Queries(code))
	lines, err := d.house.Server.Journal.List(ctx, journal.Filter{Limit: 1})
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
	ready(d.out, "sandbox", d.house.Sandbox.URL)
	ready(d.out, "server", d.house.Server.URL)
	ready(d.out, "agent", d.house.Agent.URL)
	<-ctx.Done()
}
