package config

import (
	"bufio"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The parts of mps that have time limits, for [Config.Disorder].
const (
	PartAgent  = "agent"
	PartServer = "server"
)

// A limit is one time limit by the name that it is configured by.
type limit struct {
	key   string
	value time.Duration
}

// An order is what must hold between two time limits of a part: who waits outside
// waits longer, so that who knows the reason answers first.
type order struct {
	part         string
	below, above limit
	otherwise    string
}

// orders returns the table of which limit must be below which. library is how
// long the client library waits for the agent.
func (c Config) orders(library time.Duration) []order {
	duration := func(d Duration) time.Duration { return time.Duration(d) }
	call := limit{"agent.timeout", duration(c.Agent.Timeout)}
	query := limit{"voucher.timeout", duration(c.Voucher.Timeout)}
	served := limit{"server.timeout", duration(c.Server.Timeout)}
	centre := limit{"centre.timeout", duration(c.Centre.Timeout)}

	table := []order{
		{PartAgent, call, limit{"动态库的 timeout_ms", library}, "动态库先放弃，医院程序看不到真正的原因"},
		{PartAgent, limit{"agent.queue_wait", duration(c.Agent.QueueWait)}, call, "排队的调用只看到“操作超时”"},
	}
	if slices.Contains(c.Card.Sources, "pcsc") {
		table = append(table,
			order{PartAgent, limit{"card.wait", duration(c.Card.Wait)}, call, "没有插卡时只看到“操作超时”"},
			order{PartAgent, limit{"card.read_timeout", duration(c.Card.ReadTimeout)}, call, "卡片无应答时只看到“操作超时”"})
	}
	for _, name := range slices.Sorted(maps.Keys(c.Driver)) {
		// 0 is the rest of the call.
		table = append(table, order{PartAgent, limit{"driver." + name + ".timeout", duration(c.Driver[name].Timeout)}, call, "驱动没有反应时只看到“操作超时”"})
	}
	switch c.Voucher.Via {
	case ViaServer:
		table = append(table, order{PartAgent, query, call, "服务端没有答复时只看到“操作超时”"})
		if c.Voucher.Server != "" {
			table = append(table, order{PartAgent, served, query, "工作站先放弃，看不到服务端的答复"})
		}
	case ViaCentre:
		table = append(table, order{PartAgent, centre, call, "中心没有答复时只看到“操作超时”"})
	}
	return append(table,
		order{PartServer, centre, served, "服务端先放弃，看不到中心的答复"},
		order{PartServer, served, query, "工作站先放弃，看不到服务端的答复"},
		order{PartServer, query, limit{"server.answer_lifetime", duration(c.Server.AnswerLifetime)}, "工作站重试时答复已被删除"},
	)
}

// Disorder returns a failure for each two time limits of a part that are in the
// wrong order. The part works all the same, and says less of what is wrong. Of the
// limits of the other part it knows what stands in this file, or the defaults.
func (c Config) Disorder(part string, library time.Duration) []error {
	var found []error
	for _, o := range c.orders(library) {
		if o.part == part && o.below.value >= o.above.value {
			found = append(found, disorder.With(o.below.key, Duration(o.below.value), o.above.key, Duration(o.above.value), o.otherwise))
		}
	}
	return found
}

// defaultLibraryTimeout is that of capi/config.c.
const defaultLibraryTimeout = 65 * time.Second

// LibraryTimeout returns how long the client library in a folder waits for the
// agent: timeout_ms of its mps_client.ini, or the default. What is wrong with that
// file is the library's to tell.
func LibraryTimeout(dir string) time.Duration {
	f, err := os.Open(filepath.Join(dir, "mps_client.ini"))
	if err != nil {
		return defaultLibraryTimeout
	}
	defer f.Close()
	return libraryTimeout(f)
}

func libraryTimeout(ini io.Reader) time.Duration {
	const most = 4 << 10 // bytes, as in capi/config.h
	lines := bufio.NewScanner(io.LimitReader(ini, most))
	for lines.Scan() {
		line, _, _ := strings.Cut(strings.TrimPrefix(lines.Text(), "\ufeff"), ";")
		line, _, _ = strings.Cut(line, "#")
		key, value, _ := strings.Cut(line, "=")
		if !strings.EqualFold(strings.TrimSpace(key), "timeout_ms") {
			continue
		}
		if ms, err := strconv.ParseUint(strings.TrimSpace(value), 10, 20); err == nil && ms > 0 {
			return time.Duration(ms) * time.Millisecond
		}
	}
	return defaultLibraryTimeout
}
