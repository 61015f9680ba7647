package docs

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"net"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"mps/card/driver"
	"mps/config"
	"mps/protocol"
)

// claims are the passages of the guides that name limits and defaults. What
// stands in braces is a number of the source, which [source.expand] reads; a
// number outside of braces is none of the source's.
var claims = map[string][]string{
	root + "/README.md": {
		"(at least {blanks}, then a NUL)",
		"`capacity` bytes: {capacity}, unless",
	},
	root + "/README.zh-CN.md": {
		"（至少 {blanks} 个，后面是 0）",
		"（默认 {capacity}，在 `mps_client.ini` 中修改）",
	},
	architecture: {
		"a run of at least {blanks} blanks",
		"configured limit counts ({capacity})",
		"up to {journal.batchSize} callers share one sync",
		"| request | {protocol.MaxRequest Ki} KiB, {protocol.maxDepth} elements deep, {protocol.maxFields} fields |",
		"| answer of the centre | {voucher.MaxAnswer Ki} KiB, {voucher.maxDepth} levels |",
		"| one call | {agent.DefaultTimeout s} s in the agent, {timeout_ms by default k} s in the library |",
		"| queue for each device | {agent.DefaultQueue} callers, {agent.DefaultQueueWait s} s |",
		"| wait for a card, one card | {[card.wait] s} s, {card.DefaultReadTimeout s} s |",
		"| query of the centre | {voucher.DefaultCentreTimeout s} s; by the server {server.DefaultQueryTimeout s} s in all; by the agent {[voucher.timeout] s} s with retries |",
		"| exchange with a security module | {card/driver.hsmTimeout s} s, {card/driver.maxExchange Ki} KiB |",
		"| functions of one read of a card through a driver | {card/driver.maxCalls}; {card/driver.closing s} s for those at its end |",
		"| answer kept for retries | {journal.DefaultAnswerLifetime min} minutes |",
	},
	"attacksurface.md": {
		"falls back to port {port} without a secret",
		"| {protocol.MaxRequest Ki} KiB, depth {protocol.maxDepth}, {protocol.maxFields} fields, no DTD",
		"header and request time-outs, {web.maxHeader Ki} KiB of header",
		"no time of anybody's but {card.DefaultReadTimeout s} s, once",
		"no redirects, no proxy, {card/driver.maxExchange Ki} KiB |",
		"an answer of {card/driver.maxExchange Ki} KiB at most",
		"no redirects, no proxy, {card/driver.hsmTimeout s} s;",
		"a text of his own, at most {rendezvous.maxReason} characters, in an error answer",
		"{longest reason Ki} KiB at most, that names the process which was started",
		"a call is then answered with an error after {wait for a start k} s",
		"bearer token of {token bytes} random bytes",
		"| {uplink.MaxRequest Ki} KiB, UTF-8, every field bounded",
		"a text of at most {uplink.maxMessage} characters for the caller | `ParseAnswer`: {voucher.MaxAnswer Ki} KiB, depth {voucher.maxDepth};",
		"One institution can use up the {queries at one time} queries for all",
		"dropped after {journal.DefaultAnswerLifetime min} minutes",
		"`sign` ({sign} characters, fixed by the specification)",
	},
	reference: {
		"最长 {longest request} 字节（UTF-16 为 {longest request} 个双字节）",
		"以至少 {blanks} 个空格开头",
		"n 个空格（至少 {blanks} 个）",
		"中的 `capacity`，默认 {capacity} 字节",
		"resp 小于 {capacity} 字节而又没有用空格填满",
		"放不下时连 `<msg>` 也没有（{shortest answer} 字节）",
		"`capacity` 小于 {shortest answer and NUL}（UTF-16 为 {shortest answer and NUL in UTF-16}）时是空串",
		"| {sign} 个字节；不签名时为",
		"前 {sign} 个十六进制小写字符",
		"动态库自己写的出错应答（{sign} 个 0）",
		"多余的字段（不理会，Body 中最多 {protocol.maxFields} 个）",
		"最长 {voucher.MaxCode} 字节，应符合 `voucher.code_pattern`",
		"| 一次 MPS_Call，从进入到返回 | {timeout_ms by default k} 秒 | mps_client.ini 的 `timeout_ms` |",
		"| 其中等待自动启动读卡服务 | 最多 {wait for a start k} 秒；",
		"没有窗口，最多等 {wait for a start k} 秒",
		"| {[agent.timeout] s} 秒 | `agent.timeout` |",
		"| {[card.wait] s} 秒 | `card.wait` |",
		"| {[card.read_timeout] s} 秒 | `card.read_timeout` |",
		"| {card/driver.hsmTimeout s} 秒 | `driver.<名字>.hsm_timeout` |",
		"（`calls` 中 `when = \"end\"` 的），不论前面等了多久 | 共 {card/driver.closing s} 秒 |",
		"| {[agent.queue_wait] s} 秒，每种设备最多 {[agent.queue]} 个 | `agent.queue_wait`、`agent.queue` |",
		"| {[voucher.timeout] s} 秒 | `voucher.timeout` |",
		"| {[server.timeout] s} 秒 | `server.timeout` |",
		"| {[centre.timeout] s} 秒 | `centre.timeout` |",
		"capacity   = {capacity}    ; resp 的字节数（含结尾的 0），{capacity at least} 到 {capacity at most}\n",
		"port       = {port}    ; 读卡服务的端口，{port at least} 到 {port at most}；",
		"timeout_ms = {timeout_ms by default}   ; 一次调用的总时限，毫秒，{timeout_ms at least} 到 {timeout_ms at most}\n",
		"autostart  = {autostart by default} ",
		"；该文件中的端口；{port}。",
		"- {port} 被别的程序占用时",
		"一开始就给 8192 字节", "建议：8192 字节", // advice
		"`<Body/>` 是 0 个字节",          // of the sign's example
		"1000 个字符（Linux 为 4000 个字节）", // what the systems' longest paths leave for a folder
		"栈不小于 64 KB",                 // tested: test/scenario/windows/hosts/stack.c
	},
	guide: {
		"不小于 {capacity} 字节（例如接口规范的 C# 例子）",
		"- 小于 {capacity} 字节而又没有用空格填满",
		"默认依次是 {[centre.timeout] s} 秒、{[server.timeout] s} 秒、{[voucher.timeout] s} 秒",
		"为重试保留应答多久，默认 {[server.answer_lifetime] min} 分钟",
		"文件满 {cmd/mps.logFileSize} MB 换新，留 {cmd/mps.oldLogFiles} 个旧的",
		"`Space(1024)`", "“缓冲区只有1025字节”", "缓冲区：8192 字节", // the specification's, and advice
		"加 8 小时是北京时间",
	},
	messages: {
		"时限（`timeout_ms`，默认 {timeout_ms by default}）",
		"`agent.timeout`（默认 {[agent.timeout] s} 秒）",
		"`agent.queue_wait`（默认 {[agent.queue_wait] s} 秒）",
		"`请求报文超过{longest request Ki}KB：",
		"mps_client.ini 超过{longest ini Ki}KB：",
		"capacity（{capacity at least}到{capacity at most}）、port（{port at least}到{port at most}）、timeout_ms（{timeout_ms at least}到{timeout_ms at most}）",
		"MPS_CLIENT_CAPACITY（{capacity at least}到{capacity at most}）、MPS_CLIENT_PORT（{port at least}到{port at most}）、MPS_CLIENT_TIMEOUT_MS（{timeout_ms at least}到{timeout_ms at most}）",
		"超过 `hsm_timeout`（默认 {card/driver.hsmTimeout s} 秒）",
		"1000 个字符（Linux 为 4000 个字节）", // what the systems' longest paths leave for a folder
		"sieaf-http：应答超过 {card/driver.maxExchange Ki} KB",
		"| 超过 {voucher.MaxAnswer Ki} KB，多半不是中心 |",
		"同时进行的查询超过 {queries at one time} 个",
		"| ec_qr_code 超过 {voucher.MaxCode} 字节 |",
		"| sign 不是 {sign} 个字节 | 不签名时写 {sign} 个 0 |",
		"| 超过 {protocol.MaxRequest Ki} KB | 检查 req |",
		"| 超过 {protocol.maxFields} 个 | 检查 req |",
		"| 超过 {protocol.maxDepth} 层 | 改正 |",
		"| 超过 {protocol.maxName} 字节 | 改正 |",
		"| 应答超过 {protocol.MaxResponse Mi} MB |",
		"改为8192字节", "改为 8192 字节", // advice
	},
	root + "/mps.example.toml": {
		"满 {cmd/mps.logFileSize} MB 换新，留 {cmd/mps.oldLogFiles} 个旧的",
		"动态库等 {timeout_ms by default k} 秒",
		"#! type = {iType} ",
		"\"0s\" 为 {card/driver.hsmTimeout s} 秒",
	},
	root + "/capi/mps_client.h": {
		"以至少 {blanks} 个空格填满",
		"按设置 capacity 计（默认 {capacity} 字节）",
		"请求最长 {longest request} 个字节（GBK）或 {longest request} 个双字节（UTF-16LE）",
		"最多等 {wait for a start k} 秒",
		"capacity   = {capacity}     缓冲区大小，字节，含结尾的 NUL，{capacity at least} 到 {capacity at most}\n",
		"port       = {port}     mps agent 在 127.0.0.1 上的端口，{port at least} 到 {port at most}；",
		"没有地址文件时用 {port}\n",
		"timeout_ms = {timeout_ms by default}    一次调用的总时限，毫秒，{timeout_ms at least} 到 {timeout_ms at most}\n",
		"autostart  = {autostart by default} ",
		"capacity is less than {shortest answer and NUL} (UTF-16LE: {shortest answer and NUL in UTF-16})",
		"stacks as small as 64 KB",  // tested: test/scenario/windows/hosts/stack.c
		"8192 bytes are enough for", // advice
		"1000 个字符（其他系统 4000 个字节）",   // what the systems' longest paths leave for a folder
	},
}

// places are where the source has the numbers that are no constants of Go: a
// file, and a pattern for the number.
var places = map[string]struct{ file, pattern string }{
	"blanks":                {"capi/charset.h", `BLANKS_MIN = (\d+)`},
	"capacity":              {"capi/config.h", `CONFIG_CAPACITY = (.+?),`},
	"capacity at least":     {"capi/config.h", `CONFIG_CAPACITY_MIN = (.+?),`},
	"capacity at most":      {"capi/config.h", `CONFIG_CAPACITY_MAX = (.+?),`},
	"longest ini":           {"capi/config.h", `CONFIG_FILE_MAX = (.+?),`},
	"port":                  {"capi/address.h", `ADDRESS_PORT = (.+?),`},
	"port at least":         {"capi/config.c", `\{"port", .*, (\d+), \d+\}`},
	"port at most":          {"capi/config.c", `\{"port", .*, \d+, (\d+)\}`},
	"timeout_ms at least":   {"capi/config.c", `\{"timeout_ms", .*, (\d+), \d+\}`},
	"timeout_ms at most":    {"capi/config.c", `\{"timeout_ms", .*, \d+, (\d+)\}`},
	"timeout_ms by default": {"capi/config.c", `\.timeout_ms = (\d+)`},
	"autostart by default":  {"capi/config.c", `\.autostart = (\d+)`},
	"wait for a start":      {"capi/start.h", `START_MS = (\d+)`},
	"longest reason":        {"capi/reason.h", `REASON_FILE_MAX = (\d+)`},
	"longest request":       {"capi/mps_client.h", `#define MPS_REQUEST_MAX (\d+)`},
	"queries at one time":   {"server/server.go", `cmp\.Or\(options\.MaxQueries, (.+?)\)`},
	"token bytes":           {"registry/registry.go", `var secret \[(.+?)\]byte`},
	"iType":                 {"card/driver/sscard.go", `cmp\.Or\(s\.Type, (.+?)\)`},
}

// computed are the numbers that follow from what the code does.
var computed = map[string]func() int64{
	"sign":                              func() int64 { return int64(len(protocol.Unsigned)) },
	"shortest answer":                   func() int64 { return shortest(protocol.GBK) - 1 },
	"shortest answer and NUL":           func() int64 { return shortest(protocol.GBK) },
	"shortest answer and NUL in UTF-16": func() int64 { return shortest(protocol.UTF16LE) },
}

// shortest returns the smallest capacity that any answer fits.
func shortest(c protocol.Charset) int64 {
	codec := protocol.Codec{Charset: c}
	for capacity := 1; ; capacity++ {
		if answer, _ := codec.Fit(&protocol.Response{}, capacity); answer != nil {
			return int64(capacity)
		}
	}
}

// units are what a number may be divided by.
var units = map[string]int64{
	"": 1, "k": 1000, "Ki": 1 << 10, "Mi": 1 << 20,
	"ms": int64(time.Millisecond), "s": int64(time.Second), "min": int64(time.Minute),
}

// A source is where numbers are read from.
type source struct {
	packages map[string]map[string][]ast.Expr
}

// expand replaces each {NAME UNIT} by the number of that name. It is one of
// places, one of computed, a key of the configuration in brackets, for its
// default, or a constant as package.Name.
func (s *source) expand(t *testing.T, claim string) string {
	t.Helper()
	return regexp.MustCompile(`\{([^{}]+?)( k| Ki| Mi| ms| s| min)?\}`).ReplaceAllStringFunc(claim, func(in string) string {
		name, divisor := strings.Trim(in, "{}"), int64(1)
		if before, unit, ok := lastCut(name, " "); ok && units[unit] > 0 {
			name, divisor = before, units[unit]
		}
		n, err := s.number(name)
		if err != nil {
			t.Errorf("%s: %v", in, err)
			return in
		}
		if n%divisor != 0 {
			return fmt.Sprint(float64(n) / float64(divisor))
		}
		return strconv.FormatInt(n/divisor, 10)
	})
}

func lastCut(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

func (s *source) number(name string) (int64, error) {
	if p, ok := places[name]; ok {
		b, err := os.ReadFile(filepath.Join(root, p.file))
		if err != nil {
			return 0, err
		}
		m := regexp.MustCompile(p.pattern).FindAllSubmatch(b, -1)
		if len(m) != 1 {
			return 0, fmt.Errorf("%s has it %d times", p.file, len(m))
		}
		e, err := parser.ParseExpr(string(m[0][1]))
		if err != nil {
			return 0, err
		}
		return s.value(path.Dir(p.file), e)
	}
	if f, ok := computed[name]; ok {
		return f(), nil
	}
	if strings.HasPrefix(name, "[") {
		return defaultOf(strings.Trim(name, "[]"))
	}
	folder, constant, _ := lastCut(name, ".")
	return s.constant(folder, constant)
}

// defaultOf returns the default of a key of the configuration.
func defaultOf(key string) (int64, error) {
	v := reflect.ValueOf(config.Default())
	for part := range strings.SplitSeq(key, ".") {
		i := slices.IndexFunc(reflect.VisibleFields(v.Type()), func(f reflect.StructField) bool { return f.Tag.Get("toml") == part })
		if i < 0 {
			return 0, fmt.Errorf("no key %s", key)
		}
		v = v.Field(i)
	}
	if !v.CanInt() {
		return 0, fmt.Errorf("%s is no number", key)
	}
	return v.Int(), nil
}

// constant returns the value of a constant of the package in a folder, which
// need not be exported.
func (s *source) constant(folder, name string) (int64, error) {
	if s.packages == nil {
		s.packages = map[string]map[string][]ast.Expr{}
	}
	if s.packages[folder] == nil {
		constants := map[string][]ast.Expr{}
		files, err := filepath.Glob(filepath.Join(root, folder, "*.go"))
		if err != nil {
			return 0, err
		}
		for _, f := range files {
			if strings.HasSuffix(f, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), f, nil, parser.SkipObjectResolution)
			if err != nil {
				return 0, err
			}
			for _, d := range file.Decls {
				if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.CONST {
					for _, spec := range g.Specs {
						v := spec.(*ast.ValueSpec)
						for i, value := range v.Values {
							constants[v.Names[i].Name] = append(constants[v.Names[i].Name], value)
						}
					}
				}
			}
		}
		s.packages[folder] = constants
	}
	if found := s.packages[folder][name]; len(found) != 1 {
		return 0, fmt.Errorf("package %s has %d constants %s", folder, len(found), name)
	}
	return s.value(folder, s.packages[folder][name][0])
}

// value computes a constant expression in the package of a folder.
func (s *source) value(folder string, e ast.Expr) (int64, error) {
	switch e := e.(type) {
	case *ast.BasicLit:
		return strconv.ParseInt(e.Value, 0, 64)
	case *ast.ParenExpr:
		return s.value(folder, e.X)
	case *ast.Ident:
		return s.constant(folder, e.Name)
	case *ast.SelectorExpr:
		durations := map[string]time.Duration{"Millisecond": time.Millisecond, "Second": time.Second, "Minute": time.Minute, "Hour": time.Hour}
		if x, ok := e.X.(*ast.Ident); ok && x.Name == "time" && durations[e.Sel.Name] > 0 {
			return int64(durations[e.Sel.Name]), nil
		}
	case *ast.BinaryExpr:
		x, err := s.value(folder, e.X)
		y, err2 := s.value(folder, e.Y)
		if err := cmp.Or(err, err2); err != nil {
			return 0, err
		}
		switch e.Op {
		case token.ADD:
			return x + y, nil
		case token.SUB:
			return x - y, nil
		case token.MUL:
			return x * y, nil
		case token.SHL:
			return x << y, nil
		}
	}
	return 0, fmt.Errorf("%T is not understood", e)
}

// quantity matches a time or a size in a guide, after what is none. What a
// document shows in quotes is an example.
var quantity = regexp.MustCompile(`(?:^|[^-\w."“])(\d[\d,.]* ?(?:个?双?字节|秒|毫秒|分钟|小时|[KM]i?B\b|ms\b|s\b|seconds\b|minutes\b|(?:random )?bytes\b|characters\b|levels\b))`)

// Every limit and every default that a guide names is the source's, and every
// time and size that it names is known to be one or not.
func TestLimits(t *testing.T) {
	var s source
	for document, texts := range claims {
		text := read(t, document)
		plain := outsideFences(text)
		for _, claim := range texts {
			want := s.expand(t, claim)
			if !strings.Contains(text, want) {
				t.Errorf("%s does not say %q, which is what the source has for %q", document, want, claim)
			}
			plain = strings.ReplaceAll(plain, want, strings.Repeat("\n", strings.Count(want, "\n")))
		}
		for i, line := range strings.Split(plain, "\n") {
			for _, m := range quantity.FindAllStringSubmatch(line, -1) {
				t.Errorf("%s:%d: %q: if it is a limit or a default of the source, claims has to say where that is; if not, that it is none", document, i+1, m[1])
			}
		}
	}
}

// outsideFences blanks the code blocks of a document.
func outsideFences(text string) string {
	fenced := regexp.MustCompile("(?ms)^```.*?^```$")
	return fenced.ReplaceAllStringFunc(text, func(block string) string { return strings.Repeat("\n", strings.Count(block, "\n")) })
}

// Numbers in the source are read as Go computes them.
func TestNumbersOfTheSource(t *testing.T) {
	var s source
	for name, want := range map[string]int64{
		"protocol.MaxRequest":   protocol.MaxRequest,
		"protocol.MaxResponse":  protocol.MaxResponse,
		"agent.DefaultTimeout":  int64(time.Minute),
		"[agent.queue_wait]":    int64(20 * time.Second),
		"[card.wait]":           int64(5 * time.Second),
		"shortest answer":       int64(len("<response><Header><result>-1</result></Header></response>")),
		"capacity":              2048, // the largest buffer among the specification's examples, 2.5.2
		"longest request":       64 << 10,
		"timeout_ms by default": 65000,
	} {
		if got, err := s.number(name); err != nil || got != want {
			t.Errorf("%s is %d, %v, should be %d", name, got, err, want)
		}
	}
	for _, name := range []string{"protocol.nowhere", "nowhere.MaxRequest", "[agent.nothing]", "[agent.listen]", "nothing"} {
		if n, err := s.number(name); err == nil {
			t.Errorf("%s is %d", name, n)
		}
	}
}

var loopback = regexp.MustCompile(`(?:127\.0\.0\.1|localhost):(\d+)`)

// Whatever a document has on loopback is where that is by default. The client
// library and the agent have the same port.
func TestPorts(t *testing.T) {
	c := config.Default()
	ports := map[string]bool{}
	for _, address := range []string{c.Agent.Listen, c.Server.Listen, c.Sandbox.Listen} {
		_, port, err := net.SplitHostPort(address)
		if err != nil {
			t.Fatal(err)
		}
		ports[port] = true
	}
	if _, port, _ := net.SplitHostPort(c.Agent.Listen); port != (&source{}).expand(t, "{port}") {
		t.Errorf("the agent listens at %s, the client library calls another port", c.Agent.Listen)
	}
	ports[loopback.FindStringSubmatch(driver.DefaultSieafURL)[1]] = true
	for document := range claims {
		for _, m := range loopback.FindAllStringSubmatch(read(t, document), -1) {
			if !ports[m[1]] {
				t.Errorf("%s: nothing listens at %s", document, m[0])
			}
		}
	}
}
