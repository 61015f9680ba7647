// Package config reads the one configuration file of mps.
//
// The file is TOML. Keys it does not know are refused, because a key spelt
// wrong would otherwise keep its default unnoticed. A byte order mark and GBK
// are accepted: Windows' Notepad writes both. mps.example.toml documents every
// key with its default.
package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"

	"mps/agent"
	"mps/charset"
	"mps/gbk"
	"mps/journal"
	"mps/sandbox"
	"mps/server"
	"mps/uplink"
	"mps/voucher"
	"mps/web"
)

// maxFile bounds the configuration file, in bytes.
const maxFile = 1 << 20

// A Config is the whole file. Every part of mps reads its own section.
type Config struct {
	Log     Log               `toml:"log"`
	Agent   Agent             `toml:"agent"`
	Card    Card              `toml:"card"`
	Driver  map[string]Driver `toml:"driver"`
	Voucher Voucher           `toml:"voucher"`
	Server  Server            `toml:"server"`
	Centre  Centre            `toml:"centre"`
	Sandbox Sandbox           `toml:"sandbox"`
}

// Log is what is logged.
type Log struct {
	Level slog.Level `toml:"level"`
	File  string     `toml:"file"` // "" is stderr
}

// Agent is how calls of hospital programs are answered.
type Agent struct {
	Listen     string   `toml:"listen"`
	Terminal   string   `toml:"terminal"`
	Timeout    Duration `toml:"timeout"`
	Queue      int      `toml:"queue"`
	QueueWait  Duration `toml:"queue_wait"`
	OutsideGBK Outside  `toml:"outside_gbk"`
	SignKey    string   `toml:"sign_key"`
}

// Card is where social security cards are read.
type Card struct {
	Sources []string `toml:"sources"`
	Reader  string   `toml:"reader"`
	Wait    Duration `toml:"wait"`
}

// Voucher is how e-vouchers are resolved.
type Voucher struct {
	Via          string   `toml:"via"` // server, centre or driver:<name>
	Server       string   `toml:"server"`
	Token        string   `toml:"token"`
	Timeout      Duration `toml:"timeout"`
	Code         string   `toml:"code"`
	CodePattern  Pattern  `toml:"code_pattern"`
	OrgID        string   `toml:"org_id"`
	BusinessType string   `toml:"business_type"`
	OperatorID   string   `toml:"operator_id"`
	OperatorName string   `toml:"operator_name"`
	OfficeID     string   `toml:"office_id"`
	OfficeName   string   `toml:"office_name"`
	DeviceType   string   `toml:"device_type"`
}

// Server is how the server of an institution works.
type Server struct {
	Listen         string   `toml:"listen"`
	Data           string   `toml:"data"`
	Timeout        Duration `toml:"timeout"`
	AnswerLifetime Duration `toml:"answer_lifetime"`
}

// Centre is the e-voucher centre.
type Centre struct {
	URL       string         `toml:"url"`
	CodeField string         `toml:"code_field"`
	Timeout   Duration       `toml:"timeout"`
	Extra     map[string]any `toml:"extra"`
	// Charset of an answer that does not declare one.
	Charset charset.Charset `toml:"charset"`
}

// Sandbox is the centre in software.
type Sandbox struct {
	Listen string   `toml:"listen"`
	Slow   Duration `toml:"slow"`
}

// Ways of Voucher.Via.
const (
	ViaServer = "server"
	ViaCentre = "centre"
	ViaDriver = "driver:" // and the name of a [driver.<name>]
)

// Default is the configuration without a file.
func Default() Config {
	return Config{
		Agent: Agent{
			Listen:    "127.0.0.1:7936",
			Timeout:   Duration(agent.DefaultTimeout),
			Queue:     agent.DefaultQueue,
			QueueWait: Duration(agent.DefaultQueueWait),
		},
		Card: Card{Sources: []string{"pcsc"}, Wait: Duration(5 * time.Second)},
		Voucher: Voucher{
			Via:          ViaServer,
			Timeout:      Duration(uplink.DefaultTimeout),
			CodePattern:  Pattern{voucher.DefaultCodePattern},
			BusinessType: "01101",
		},
		Server: Server{
			Listen:         "127.0.0.1:8936",
			Data:           "data",
			Timeout:        Duration(server.DefaultQueryTimeout),
			AnswerLifetime: Duration(journal.DefaultAnswerLifetime),
		},
		Centre: Centre{
			CodeField: voucher.DefaultCodeField,
			Timeout:   Duration(voucher.DefaultCentreTimeout),
			Extra:     map[string]any{},
			Charset:   charset.Auto,
		},
		Sandbox: Sandbox{Listen: "127.0.0.1:9936", Slow: Duration(sandbox.DefaultSlow)},
	}
}

// Load reads a file over the defaults and checks it. Errors are Chinese and
// name the file and, where there is one, the line.
func Load(path string) (Config, error) {
	f, err := os.Open(path)
	if err != nil {
		return Config{}, cannotOpen.Because(err, err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return Config{}, cannotRead.Because(err, err)
	}
	c, err := Parse(b)
	if err != nil {
		return Config{}, fmt.Errorf("配置文件%s：%w", path, err)
	}
	return c, nil
}

// Parse is Load for the bytes of a file.
func Parse(b []byte) (Config, error) {
	if len(b) > maxFile {
		return Config{}, tooLong.With(maxFile)
	}
	b, err := text(b)
	if err != nil {
		return Config{}, err
	}
	c := Default()
	decoder := toml.NewDecoder(bytes.NewReader(b)).DisallowUnknownFields()
	if err := decoder.Decode(&c); err != nil {
		return Config{}, explain(err)
	}
	if err := c.check(); err != nil {
		return Config{}, err
	}
	return c, nil
}

// text returns the file as UTF-8 without a byte order mark. One that could be
// either is UTF-8, as TOML is: nobody's name is at stake.
func text(b []byte) ([]byte, error) {
	for _, c := range []charset.Charset{charset.Auto, charset.UTF8, charset.GBK} {
		if s, err := c.Decode(b); err == nil {
			return []byte(s), nil
		}
	}
	return nil, badEncoding.With()
}

// explain says in Chinese where a TOML error is.
func explain(err error) error {
	if unknown, ok := errors.AsType[*toml.StrictMissingError](err); ok && len(unknown.Errors) > 0 {
		first := unknown.Errors[0]
		row, _ := first.Position()
		return unknownKey.Because(err, row, strings.Join(first.Key(), "."))
	}
	if decode, ok := errors.AsType[*toml.DecodeError](err); ok {
		row, _ := decode.Position()
		return badLine.Because(err, row, err)
	}
	return badFile.Because(err, err)
}

// check finds values that no part of mps could work with.
func (c *Config) check() error {
	if _, _, err := net.SplitHostPort(c.Agent.Listen); err != nil {
		return badListen.With(c.Agent.Listen)
	}
	if !web.IsLoopback(c.Agent.Listen) {
		return notLoopback.With(c.Agent.Listen)
	}
	if name, ok := strings.CutPrefix(c.Voucher.Via, ViaDriver); ok {
		if _, ok := c.Driver[name]; !ok {
			return noDriver.With(c.Voucher.Via, name)
		}
	} else if c.Voucher.Via != ViaServer && c.Voucher.Via != ViaCentre {
		return badVia.With(c.Voucher.Via, ViaServer, ViaCentre, ViaDriver)
	}
	for _, u := range []struct{ key, value string }{
		{"voucher.server", c.Voucher.Server}, {"centre.url", c.Centre.URL},
	} {
		if u.value == "" {
			continue
		}
		if _, ok := web.ParseURL(u.value); !ok {
			return badURL.With(u.key)
		}
	}
	if v := c.Centre.Charset; v != "" && !v.Valid() {
		return badCharset.With("centre.charset", string(v))
	}
	for _, name := range slices.Sorted(maps.Keys(c.Driver)) {
		if err := c.Driver[name].check(name); err != nil {
			return err
		}
	}
	for _, d := range []struct {
		key   string
		value Duration
	}{
		{"agent.timeout", c.Agent.Timeout}, {"agent.queue_wait", c.Agent.QueueWait},
		{"voucher.timeout", c.Voucher.Timeout}, {"server.timeout", c.Server.Timeout},
		{"server.answer_lifetime", c.Server.AnswerLifetime}, {"centre.timeout", c.Centre.Timeout},
		{"sandbox.slow", c.Sandbox.Slow},
	} {
		if d.value <= 0 {
			return notPositive.With(d.key)
		}
	}
	if c.Card.Wait < 0 {
		return negativeWait.With()
	}
	if c.Agent.Queue < 1 {
		return badQueue.With()
	}
	return nil
}

// A Duration is written like "10s" or "1m30s".
type Duration time.Duration

// UnmarshalText reads what time.ParseDuration reads.
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	if err != nil {
		return badDuration.With(text)
	}
	*d = Duration(v)
	return nil
}

// An Outside is written as reference, gb18030 or question-mark.
type Outside gbk.Fallback

// UnmarshalText reads one of the three words.
func (o *Outside) UnmarshalText(text []byte) error {
	switch string(text) {
	case "reference":
		*o = Outside(gbk.Reference)
	case "gb18030":
		*o = Outside(gbk.GB18030)
	case "question-mark":
		*o = Outside(gbk.QuestionMark)
	default:
		return badFallback.With(text)
	}
	return nil
}

// A Pattern is a regular expression.
type Pattern struct{ *regexp.Regexp }

// UnmarshalText compiles the expression.
func (p *Pattern) UnmarshalText(text []byte) error {
	re, err := regexp.Compile(string(text))
	if err != nil {
		return badPattern.Because(err, text, err)
	}
	p.Regexp = re
	return nil
}
