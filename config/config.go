// Package config reads the one configuration file of mps.
//
// The file is TOML. Keys it does not know are refused, because a key spelt
// wrong would otherwise keep its default unnoticed. A byte order mark, GBK and
// UTF-16 are accepted: Windows' Notepad writes all of them. mps.example.toml
// documents every key with its default.
package config

import (
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"mps/agent"
	"mps/card"
	"mps/charset"
	"mps/failure"
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
	Level Level  `toml:"level"`
	File  string `toml:"file"` // "" is stderr
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

	ReadTimeout Duration `toml:"read_timeout"` // for one card
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
		Card: Card{Sources: []string{"pcsc"}, Wait: Duration(5 * time.Second), ReadTimeout: Duration(card.DefaultReadTimeout)},
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
	b, err := read(path)
	if err != nil {
		return Config{}, err
	}
	c, err := Parse(b)
	if err != nil {
		return Config{}, fmt.Errorf("配置文件%s：%w", path, err)
	}
	return c, nil
}

// read returns the bytes of a file, no more than one that is too long needs.
func read(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, cannotOpen.Because(err, path, failure.System(err), hint(path))
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, isFolder.With(path)
	}
	b, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, cannotRead.Because(err, path, failure.System(err))
	}
	return b, nil
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
	if err := decode(b, &c); err != nil {
		return Config{}, err
	}
	if err := c.check(); err != nil {
		return Config{}, located(b, err)
	}
	return c, nil
}

// check finds values that no part of mps could work with.
func (c *Config) check() error {
	for _, a := range []struct{ key, value string }{
		{"agent.listen", c.Agent.Listen}, {"server.listen", c.Server.Listen}, {"sandbox.listen", c.Sandbox.Listen},
	} {
		if err := web.CheckAddress(a.value); err != nil {
			return at(a.key, badListen.Because(err, a.key, err))
		}
	}
	if !web.IsLoopback(c.Agent.Listen) {
		return at("agent.listen", notLoopback.With(c.Agent.Listen))
	}
	if name, ok := strings.CutPrefix(c.Voucher.Via, ViaDriver); ok {
		if _, ok := c.Driver[name]; !ok {
			return at("voucher.via", noDriver.With(c.Voucher.Via, name))
		}
	} else if c.Voucher.Via != ViaServer && c.Voucher.Via != ViaCentre {
		return at("voucher.via", badVia.With(c.Voucher.Via, ViaServer, ViaCentre, ViaDriver))
	}
	for _, u := range []struct{ key, value string }{
		{"voucher.server", c.Voucher.Server}, {"centre.url", c.Centre.URL},
	} {
		if u.value == "" {
			continue
		}
		if _, ok := web.ParseURL(u.value); !ok {
			return at(u.key, badURL.With(u.key))
		}
	}
	if v := c.Centre.Charset; v != "" && !v.Valid() {
		return at("centre.charset", badCharset.With("centre.charset", string(v)))
	}
	for _, name := range slices.Sorted(maps.Keys(c.Driver)) {
		if err := c.Driver[name].check(name); err != nil {
			return err
		}
	}
	if err := c.checkDurations(); err != nil {
		return err
	}
	if err := c.checkPaths(); err != nil {
		return err
	}
	if c.Agent.Queue < 1 {
		return at("agent.queue", badQueue.With())
	}
	return nil
}
