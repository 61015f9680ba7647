package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"mps"
	"mps/card"
	carddriver "mps/card/driver"
	"mps/card/pcsc"
	"mps/config"
	"mps/driverhost"
	"mps/mask"
	"mps/rendezvous"
)

type doctorCommand struct {
	Card doctorCardCommand `cmd:"" default:"withargs" help:"读卡器、驱动和卡；mps doctor 即此。"`
}

type doctorCardCommand struct {
	JSON  bool `name:"json" help:"以 JSON 输出。"`
	Trace bool `help:"显示与卡交换的每一条指令，个人信息已遮住，可以发给别人看。"`
}

// States of a finding.
const (
	stateOK      = "正常"
	stateNotice  = "注意"
	stateProblem = "问题"
)

// A finding is one thing that was looked at, and what to do about it.
type finding struct {
	Subject string `json:"subject"`
	State   string `json:"state"`
	Text    string `json:"text"`
	Next    string `json:"next,omitempty"`
}

// A diagnosis is everything that was found.
type diagnosis struct {
	Version  string    `json:"version"`
	Findings []finding `json:"findings"`
	Trace    []string  `json:"trace,omitempty"`
	Readable bool      `json:"readable"` // a read would work

	stopped bool // a source that the agent would not go beyond has failed
}

func (d *diagnosis) add(state, subject, next, text string, args ...any) {
	d.Findings = append(d.Findings, finding{Subject: subject, State: state, Text: fmt.Sprintf(text, args...), Next: next})
}

var errNotReadable = errors.New("现在读不了卡，请按上面的“下一步”处理")

func (c doctorCardCommand) Run(ctx context.Context, p *program) error {
	ctx, cancel := context.WithTimeout(ctx, time.Duration(p.config.Agent.Timeout))
	defer cancel()
	d := diagnosis{Version: mps.Version()}
	d.lookAtAgent()
	if len(p.config.Card.Sources) == 0 {
		d.add(stateProblem, "配置", "在 mps.toml 的 [card] 中写 sources = [\"pcsc\"]，或配置厂商驱动", "card.sources 为空，没有可读卡的来源")
	}
	for _, name := range p.config.Card.Sources {
		kind, key, _ := strings.Cut(name, ":")
		switch kind {
		case "pcsc":
			d.lookAtReaders(ctx)
		case "driver":
			d.lookAtDriver(key, p.config.Driver)
		}
		d.tryToRead(ctx, p, name, c.Trace)
	}
	if err := c.print(p.stdout, d); err != nil {
		return err
	}
	if !d.Readable {
		return errNotReadable
	}
	return nil
}

func (c doctorCardCommand) print(w io.Writer, d diagnosis) error {
	if c.JSON {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(d)
	}
	for _, f := range d.Findings {
		fmt.Fprintf(w, "[%s] %s：%s\n", f.State, f.Subject, f.Text)
		if f.Next != "" {
			fmt.Fprintf(w, "       下一步：%s\n", f.Next)
		}
	}
	for _, line := range d.Trace {
		fmt.Fprintf(w, "  %s\n", line)
	}
	return nil
}

func (d *diagnosis) lookAtAgent() {
	const subject = "读卡服务"
	dir, err := rendezvous.Dir()
	var address rendezvous.Address
	if err == nil {
		address, err = rendezvous.Read(dir)
	}
	if err != nil {
		d.add(stateNotice, subject, "不必处理：医院程序第一次调用时，动态库会自动启动它；也可以运行 mps agent", "没有在运行")
		return
	}
	d.add(stateOK, subject, "", "正在 127.0.0.1:%d 上运行", address.Port)
}

func (d *diagnosis) lookAtReaders(ctx context.Context) {
	const subject = "PC/SC 读卡器"
	slots, err := pcsc.List(ctx)
	if err != nil {
		d.add(stateProblem, subject, "安装读卡器的驱动并启动智能卡服务（Windows 为 SCardSvr，Linux 为 pcscd）", "%s", mask.Text(err.Error()))
		return
	}
	if len(slots) == 0 {
		d.add(stateProblem, subject, "接好读卡器；若已接好，安装它的 PC/SC 驱动", "没有找到读卡器")
	}
	for _, s := range slots {
		state, next, what := stateOK, "", "没有卡"
		switch {
		case s.Mute:
			state, what, next = stateProblem, "有卡，但卡没有应答", "检查卡片是否插反，换一张卡再试"
		case s.Card:
			what = "有卡，ATR " + s.ATR
		default:
			next = "插入社会保障卡"
		}
		if s.Busy {
			state, next = stateNotice, "关闭正在使用它的程序"
			what += "，正被另一个程序独占"
		}
		if s.Unlikely {
			state, next = stateNotice, "要用它，在 card.reader 中写它的名称"
			what += "，是虚拟读卡器或 PSAM 卡座，不会自动选用"
		}
		d.add(state, subject+" "+s.Name, next, "%s", what)
	}
}

func (d *diagnosis) lookAtDriver(name string, drivers map[string]config.Driver) {
	subject := "厂商驱动 " + name
	c := drivers[name]
	if c.Library == "" {
		return // over HTTP, or said when it is read
	}
	f, err := driverhost.Inspect(c.Library)
	if err != nil {
		d.add(stateProblem, subject, "核对 [driver."+name+"] 的 library", "%s", err)
		return
	}
	const mostExports = 20
	exports := strings.Join(f.Exports[:min(len(f.Exports), mostExports)], " ")
	d.add(stateOK, subject, "", "%s，%d 位（%s/%s），函数：%s", filepath.Base(c.Library), f.Bits(), f.System, f.Machine, exports)
	if f.Bits() != strconv.IntSize && c.Host == "" {
		d.add(stateProblem, subject, fmt.Sprintf("在 [driver.%s] 的 host 中填 %d 位 mps 程序的路径", name, f.Bits()),
			"驱动是 %d 位，本程序是 %d 位，装载不了", f.Bits(), strconv.IntSize)
	}
	if c.Host != "" {
		if _, err := os.Stat(c.Host); err != nil {
			d.add(stateProblem, subject, "核对 host 的路径", "找不到宿主程序：%s", err)
		}
	}
	if export, args := carddriver.Function(c.Kind, c.Options); export != "" && !f.Has(export, args) {
		d.add(stateProblem, subject, "核对 export，或换用与该驱动相符的 kind", "没有函数 %s", export)
	}
}

// tryToRead reads through one source and tells how far it got.
func (d *diagnosis) tryToRead(ctx context.Context, p *program, name string, trace bool) {
	subject := "试读 " + name
	one := p.config
	one.Card.Sources = []string{name}
	sources, err := cardSource(one, p.log)
	if err != nil {
		d.add(stateProblem, subject, "改正配置后重试", "%s", err)
		return
	}
	var lines strings.Builder
	source := sources[0]
	if trace {
		source = card.TraceSource(source, &lines)
	}
	began := time.Now()
	c, err := source.Read(ctx)
	took := time.Since(began).Round(time.Millisecond)
	if trace && lines.Len() > 0 {
		d.Trace = append(d.Trace, strings.Split(strings.TrimRight(lines.String(), "\n"), "\n")...)
	}
	if err != nil {
		d.stopped = d.stopped || !d.Readable && !card.LeadsOn(err)
		d.add(stateProblem, subject, next(err), "%s", mask.Text(err.Error()))
		return
	}
	d.Readable = d.Readable || !d.stopped
	state, remark := stateOK, ""
	if !c.IDNumberValid {
		state, remark = stateNotice, "；身份证号的校验码不对，请核对卡片"
	}
	d.add(state, subject, "", "成功，用时 %v：姓名 %s，身份证号 %s%s", took, mask.Name(c.Name), mask.Number(c.IDNumber), remark)
}

// next says what to do about a failed read beyond what its text says.
func next(err error) string {
	var code carddriver.CodeError
	switch {
	case errors.Is(err, card.ErrAuthentication):
		return "在 card.sources 中加上厂商驱动，例如 [\"pcsc\", \"driver:sscard\"]，并填写 [driver.sscard]"
	case errors.As(err, new(*driverhost.Error)):
		return "按提示处理，并核对 [driver.…] 的配置"
	case errors.Is(err, card.ErrNoReader):
		return "接好读卡器，确认它的驱动已安装"
	case errors.Is(err, card.ErrNoCard):
		return "插入社会保障卡后再运行 mps doctor"
	case errors.As(err, &code):
		return "按提示处理；代码 " + strconv.Itoa(int(code)) + " 可以告诉设备厂商"
	}
	return "运行 mps doctor card --trace，把输出发给技术支持"
}
