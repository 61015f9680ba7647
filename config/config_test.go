package config

import (
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/pelletier/go-toml/v2"

	carddriver "mps/card/driver"
	"mps/failure"
	"mps/gbk"
)

func example(t testing.TB) []byte {
	t.Helper()
	b, err := os.ReadFile("../mps.example.toml")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The example file is the defaults, and it has every key there is.
func TestExampleIsComplete(t *testing.T) {
	b := example(t)
	got, err := Parse(b)
	if err != nil {
		t.Fatal(err)
	}
	want := Default()
	if got.Voucher.CodePattern.String() != want.Voucher.CodePattern.String() {
		t.Errorf("code_pattern is %v", got.Voucher.CodePattern)
	}
	got.Voucher.CodePattern = want.Voucher.CodePattern
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the example is\n%+v, the defaults are\n%+v", got, want)
	}
	var keys map[string]map[string]any
	if err := toml.Unmarshal(b, &keys); err != nil {
		t.Fatal(err)
	}
	sections := reflect.TypeFor[Config]()
	for i := range sections.NumField() {
		section := sections.Field(i)
		if section.Type.Kind() == reflect.Map {
			continue // its keys stand in comments: TestExampleDrivers
		}
		for j := range section.Type.NumField() {
			key := section.Type.Field(j).Tag.Get("toml")
			if _, ok := keys[section.Tag.Get("toml")][key]; !ok {
				t.Errorf("%s.%s is not in the example", section.Tag.Get("toml"), key)
			}
		}
	}
}

// A short file is read by what it says where its bytes are text in both charsets.
func TestParseShortFile(t *testing.T) {
	for name, b := range map[string][]byte{
		"谢伟":  gbk.Append(nil, "[voucher]\noperator_name = \"谢伟\"\n", gbk.GB18030),
		"王芳":  []byte("[voucher]\noperator_name = \"王芳\"\n"),
		"收费":  []byte("[voucher]\noperator_name = \"收费\"\n"), // or 鏀惰垂: the tie is UTF-8's
		"朱镕喆": gbk.Append(nil, "[voucher]\noperator_name = \"朱镕喆\"\n", gbk.GB18030),
	} {
		if c, err := Parse(b); err != nil || c.Voucher.OperatorName != name {
			t.Errorf("%s is read as %q, %v", name, c.Voucher.OperatorName, err)
		}
	}
}

// The example is read as it is when Notepad has saved it in GBK.
func TestExampleInGBK(t *testing.T) {
	b := example(t)
	got, err := text(gbk.Append(nil, string(b), gbk.GB18030))
	if err != nil || string(got) != string(b) {
		t.Errorf("%v, %d bytes of %d", err, len(got), len(b))
	}
}

// The drivers in the example are comments that can be taken as they are, and
// between them they have every key.
func TestExampleDrivers(t *testing.T) {
	var uncommented strings.Builder
	for line := range strings.Lines(string(example(t))) {
		if rest, ok := strings.CutPrefix(line, "#! "); ok {
			line = rest
		}
		uncommented.WriteString(line)
	}
	c, err := Parse([]byte(uncommented.String()))
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{carddriver.KindSSCard, carddriver.KindHeasec, carddriver.KindSieaf, carddriver.KindSieafHTTP, carddriver.KindGeneric, KindNationEC} {
		found := false
		for _, d := range c.Driver {
			found = found || d.Kind == kind
		}
		if !found {
			t.Errorf("no driver of kind %s", kind)
		}
	}
	for _, structure := range []reflect.Type{reflect.TypeFor[Driver](), reflect.TypeFor[carddriver.Layout](), reflect.TypeFor[carddriver.HSM](), reflect.TypeFor[carddriver.WrittenCall]()} {
		for _, field := range reflect.VisibleFields(structure) {
			if key := field.Tag.Get("toml"); !field.Anonymous && key != "-" &&
				!strings.Contains(uncommented.String(), key+" ") && !strings.Contains(uncommented.String(), "."+key+"]") {
				t.Errorf("driver key %s is not in the example", key)
			}
		}
	}
}

func TestParse(t *testing.T) {
	const file = "[agent]\nterminal = \"一号窗口\"\ntimeout = \"1m30s\"\noutside_gbk = \"gb18030\"\n[log]\nlevel = \"DEBUG\"\n"
	for name, b := range map[string]string{
		"UTF-8": file, "UTF-8 with BOM": "\ufeff" + file, "CRLF": strings.ReplaceAll(file, "\n", "\r\n"),
		"GBK": string(gbk.Append(nil, file, gbk.GB18030)),
	} {
		c, err := Parse([]byte(b))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if c.Agent.Terminal != "一号窗口" || time.Duration(c.Agent.Timeout) != 90*time.Second || gbk.Fallback(c.Agent.OutsideGBK) != gbk.GB18030 || c.Log.Level.Level() != slog.LevelDebug {
			t.Errorf("%s: %+v", name, c.Agent)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	tests := []struct {
		name, file, want string
	}{
		{"unknown key", "[agent]\nlisten = \"127.0.0.1:1\"\nlissten = \"\"\n", "第3行：没有[agent.lissten]这个配置项"},
		{"unknown section", "\n[agnet]\nqueue = 1\n", "没有[agnet"},
		{"no TOML", "[agent\n", "第1行"},
		{"wrong type", "[agent]\nqueue = \"x\"\n", "第2行"},
		{"bad duration", "[agent]\ntimeout = \"10\"\n", "第2行：agent.timeout：\"10\"不是带单位的时长，请写成\"10s\""},
		{"negative duration", "[agent]\ntimeout = \"-1s\"\n", "第2行：agent.timeout=\"-1s\"：应在100ms到1h之间"},
		{"bad pattern", "[voucher]\ncode_pattern = \"(\"\n", "不是正则表达式"},
		{"bad way", "[voucher]\nvia = \"x\"\n", "voucher.via"},
		{"no such driver", "[voucher]\nvia = \"driver:x\"\n", "没有[driver.x]"},
		{"bad url", "[centre]\nurl = \"10.0.0.1\"\n", "centre.url"},
		{"agent for the network", "[agent]\nlisten = \"0.0.0.0:7936\"\n", "只为本机服务"},
		{"agent without port", "[agent]\nlisten = \"127.0.0.1\"\n", "第2行：agent.listen：监听地址\"127.0.0.1\"：应为“地址:端口”"},
		{"server without port", "[server]\nlisten = \"0.0.0.0:\"\n", "第2行：server.listen：监听地址\"0.0.0.0:\"：没有端口"},
		{"bad outside", "[agent]\noutside_gbk = \"drop\"\n", "question-mark"},
		{"bad encoding", "[agent]\nterminal = \"\xff\"\n", "编码"},
		{"bad charset", "[driver.x]\ncharset = \"big5\"\n", "driver.x.charset=\"big5\"：应为gbk、utf-8或auto"},
		{"bad timeout", "[driver.x]\ntimeout = \"-1s\"\n", "driver.x.timeout=\"-1s\"：应在100ms到1h之间，或为\"0s\""},
		{"bad charset of the centre", "[centre]\ncharset = \"GBK\"\n", "centre.charset=\"GBK\"：应为gbk、utf-8或auto"},
		{"negative wait", "[card]\nwait = \"-1s\"\n", "card.wait"},
		{"empty queue", "[agent]\nqueue = 0\n", "agent.queue"},
		{"too long", strings.Repeat("#", maxFile+1), "超过"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse([]byte(tt.file))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error is %v, want one with %q", err, tt.want)
			}
		})
	}
}

func TestLoad(t *testing.T) {
	if _, err := Load(filepath.Join(t.TempDir(), "none.toml")); err == nil || !strings.Contains(err.Error(), "打不开配置文件") {
		t.Errorf("error is %v", err)
	}
	path := filepath.Join(t.TempDir(), "mps.toml")
	if err := os.WriteFile(path, []byte("[agent]\nqueue = 0\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("error is %v", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(example(f))
	f.Add([]byte("[agent]\nterminal = \"\xff\"\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := Parse(b)
		if err == nil {
			err = c.check()
			if err != nil {
				t.Fatal(err)
			}
			return
		}
		if _, ok := errors.AsType[failure.Failure](err); !ok || latin.MatchString(err.Error()) && !latin.Match(b) {
			t.Fatalf("%v is half English, or no failure", err)
		}
	})
}
