// Package doctor finds out whether this machine can read cards and query
// e-vouchers, what is missing, and what to do about it. What it looks at is
// handed to it; what it finds is data, for a person or as JSON.
package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"mps/agent"
	"mps/card"
	"mps/card/pcsc"
	"mps/failure"
	"mps/mask"
)

// A State says how a finding is to be taken.
type State string

// The states of a finding, as a person reads them.
const (
	OK      State = "正常"
	Notice  State = "注意"
	Problem State = "问题"
)

// A Finding is one thing that was looked at, and what to do about it.
type Finding struct {
	Subject string `json:"subject"`
	State   State  `json:"state"`
	Code    string `json:"code,omitempty"` // of the failure that was found, see 错误信息.md
	Text    string `json:"text"`
	Next    string `json:"next,omitempty"`
}

// A Diagnosis is everything that was found.
type Diagnosis struct {
	Version  string    `json:"version"`
	Findings []Finding `json:"findings"`
	Trace    []string  `json:"trace,omitempty"` // of what went between reader and card
	Readable bool      `json:"readable"`        // a card would be read now
}

// A Library is a vendor's library as it is configured.
type Library struct {
	Name   string // of [driver.<name>]
	Path   string // "" where the vendor's interface is not a library
	Host   string // program that loads it; "" is this one
	Export string // the function that is called
	Args   int    // how many arguments it takes
}

// A Source is a place where cards are read.
type Source struct {
	Name    string // as in card.sources
	PCSC    bool   // reads through the PC/SC readers of this machine
	Library *Library
	Card    card.Source // nil when Err says why there is none
	Err     error
}

// A File is the configuration file.
type File struct {
	Path  string // full name; "" is not looked at
	Found bool   // otherwise the defaults are in force, and it was looked for there
}

// Options say what to look at.
type Options struct {
	Version string
	Config  error    // why the configuration cannot be used, nil when it can
	File    File     // where the configuration is from
	Log     error    // why the log file cannot be written, nil when it can
	Notices []error  // what works and was hardly meant: files that are not read, time limits
	Sources []Source // in the order in which the agent tries them
	Voucher *Library // the library that queries e-vouchers; nil when there is none

	// VoucherErr says why e-vouchers cannot be queried as configured.
	VoucherErr error
	Trace      bool
}

// Diagnose looks at everything, and tries to read from each source. It takes as
// long as the sources do: give it a context that ends.
func Diagnose(ctx context.Context, o Options) Diagnosis {
	d := Diagnosis{Version: o.Version}
	d.lookAtConfiguration(o)
	d.lookAtAgent()
	if len(o.Sources) == 0 && o.Config == nil {
		d.failed("配置", noSources.With())
	}
	stopped := false // the agent would not start, or not go beyond a source that has failed
	for _, s := range o.Sources {
		if s.PCSC {
			d.lookAtReaders(ctx)
		}
		if s.Library != nil {
			d.lookAtLibrary(*s.Library)
		}
		err := d.tryToRead(ctx, s, o.Trace)
		switch {
		case err == nil:
			d.Readable = d.Readable || !stopped
		case s.Err != nil || !card.LeadsOn(err):
			stopped = true
			d.Readable = d.Readable && s.Err == nil
		}
	}
	if o.Voucher != nil {
		d.lookAtLibrary(*o.Voucher)
	}
	if o.VoucherErr != nil {
		d.failed("电子凭证", o.VoucherErr)
	}
	return d
}

func (d *Diagnosis) add(state State, subject, next, text string, args ...any) {
	d.Findings = append(d.Findings, Finding{Subject: subject, State: state, Text: fmt.Sprintf(text, args...), Next: next})
}

// failed adds a problem that a failure describes.
func (d *Diagnosis) failed(subject string, err error) {
	f := Finding{Subject: subject, State: Problem, Text: mask.Text(err.Error())}
	if known, ok := errors.AsType[failure.Failure](err); ok {
		f.Code, f.Next = known.Code(), known.Next()
	}
	d.Findings = append(d.Findings, f)
}

func (d *Diagnosis) lookAtConfiguration(o Options) {
	const subject = "配置"
	switch {
	case o.File.Path == "":
	case o.File.Found:
		d.add(OK, subject, "", "配置文件是 %s", o.File.Path)
	default:
		d.add(OK, subject, "", "没有配置文件，用默认值；要改默认值，建立 %s", o.File.Path)
	}
	if o.Config != nil {
		d.failed(subject, o.Config)
	}
	for _, notice := range o.Notices {
		d.failed(subject, notice)
		d.Findings[len(d.Findings)-1].State = Notice
	}
	if o.Log != nil {
		d.failed("日志", o.Log)
	}
}

func (d *Diagnosis) lookAtAgent() {
	const subject = "读卡服务"
	running, err := agent.Running()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		d.add(Notice, subject, "不必处理：医院程序第一次调用时，动态库会自动启动它；也可以运行 mps agent", "没有在运行")
	case err != nil:
		d.add(Notice, subject, "运行 mps agent，它会说出原因", "没有在运行（%v）", err)
	default:
		d.add(OK, subject, "", "正在 %s 上运行", running.Address)
	}
}

func (d *Diagnosis) lookAtReaders(ctx context.Context) {
	const subject = "PC/SC 读卡器"
	slots, err := pcsc.List(ctx)
	if err != nil {
		d.failed(subject, noReaders.Because(err, err))
		return
	}
	if len(slots) == 0 {
		d.failed(subject, noReader.With())
	}
	for _, s := range slots {
		state, next, what := slot(s)
		d.add(state, subject+" "+s.Name, next, "%s", what)
	}
}

// slot describes a slot of a reader. What stands later says more.
func slot(s pcsc.Slot) (state State, next, what string) {
	switch {
	case s.Mute:
		state, what, next = Problem, "有卡，但卡没有应答", "检查卡片是否插反，换一张卡再试"
	case s.Card:
		state, what = OK, "有卡，ATR "+s.ATR
	default:
		state, what, next = OK, "没有卡", "插入社会保障卡"
	}
	if s.Busy {
		state, next = Notice, "关闭正在使用它的程序"
		what += "，正被另一个程序独占"
	}
	if s.Unlikely {
		state, next = Notice, "要用它，在 card.reader 中写它的名称"
		what += "，是虚拟读卡器或 PSAM 卡座，不会自动选用"
	}
	return state, next, what
}
