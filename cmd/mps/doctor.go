package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"mps"
	"mps/agent"
	"mps/config"
	"mps/doctor"
	"mps/wiring"
)

type doctorCommand struct {
	Card doctorCardCommand `cmd:"" default:"withargs" help:"读卡器、驱动和卡；mps doctor 即此。"`
}

type doctorCardCommand struct {
	JSON  bool `name:"json" help:"以 JSON 输出。"`
	Trace bool `help:"显示与卡交换的每一条指令，个人信息已遮住，可以发给别人看。"`
}

func (c doctorCardCommand) Run(ctx context.Context, p *program) error {
	place, conf, err := p.load()
	p.logTo(p.stderr, conf.Log)
	var options doctor.Options
	if err != nil {
		options = doctor.Options{Version: mps.Version(), Config: err}
	} else {
		options = wiring.Doctor(conf, p.log)
		options.Notices = notices(conf, config.PartAgent)
	}
	options.File = doctor.File{Path: place.Path, Found: place.Found}
	options.Notices = append(place.Notices(), options.Notices...)
	if conf.Log.File != "" {
		options.Log = checkLogFile(config.FullName(conf.Log.File))
	}
	options.Trace = c.Trace
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(time.Duration(conf.Agent.Timeout), agent.DefaultTimeout))
	defer cancel()
	d := doctor.Diagnose(ctx, options)
	if err := c.print(p.stdout, d); err != nil {
		return err
	}
	if !d.Readable {
		return notReadable.With()
	}
	return nil
}

func (c doctorCardCommand) print(w io.Writer, d doctor.Diagnosis) error {
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
