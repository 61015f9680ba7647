package doctor_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"mps/card"
	"mps/card/pcsc"
	"mps/card/virtual"
	"mps/doctor"
	"mps/failure"
	"mps/mask"
	"mps/rendezvous"
	"mps/sandbox"
	"mps/test/standin/drivers"
)

// answers is a source of cards that always answers the same.
type answers struct {
	card *card.Card
	err  error
}

func (a answers) Read(context.Context) (*card.Card, error) { return a.card, a.err }

var holder = &card.Card{IDNumber: "359901198503120013", Number: "T00000018", Name: "林小测", IDNumberValid: true}

func good(name string) doctor.Source { return doctor.Source{Name: name, Card: answers{card: holder}} }

func failing(name string, err error) doctor.Source {
	return doctor.Source{Name: name, Card: answers{err: err}}
}

// patient is a source that reads a test patient's card.
func patient(t *testing.T, key string) doctor.Source {
	p, ok := sandbox.Find(key)
	if !ok {
		t.Fatalf("no patient %s", key)
	}
	return doctor.Source{Name: "virtual:" + key, Card: card.FromReader(&virtual.Reader{Card: p.Card()})}
}

// diagnose runs where no agent runs.
func diagnose(t *testing.T, o doctor.Options) doctor.Diagnosis {
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	return doctor.Diagnose(t.Context(), o)
}

func find(t *testing.T, d doctor.Diagnosis, subject string, state doctor.State) doctor.Finding {
	i := slices.IndexFunc(d.Findings, func(f doctor.Finding) bool { return f.Subject == subject && f.State == state })
	if i < 0 {
		t.Fatalf("no finding about %s with state %s in %+v", subject, state, d.Findings)
	}
	return d.Findings[i]
}

// The agent goes on to the next source after most failures, and what would not be
// reached does not make the machine readable.
func TestReadable(t *testing.T) {
	for _, tt := range []struct {
		name    string
		sources []doctor.Source
		want    bool
	}{
		{"nothing configured", nil, false},
		{"a card", []doctor.Source{good("a")}, true},
		{"a card that needs a key, then one that is read", []doctor.Source{failing("a", card.ErrAuthentication), good("b")}, true},
		{"no reader, then a card", []doctor.Source{failing("a", card.ErrNoReader), good("b")}, true},
		{"another card, then one that is read", []doctor.Source{failing("a", card.ErrOtherCard), good("b")}, true},
		{"a wrong PIN stops the search", []doctor.Source{failing("a", card.ErrPIN), good("b")}, false},
		{"a later failure does not matter", []doctor.Source{good("a"), failing("b", card.ErrPIN)}, true},
		{"a source that cannot be built stops the agent", []doctor.Source{{Name: "a", Err: errors.New("unknown")}, good("b")}, false},
		{"wherever it stands", []doctor.Source{good("a"), {Name: "b", Err: errors.New("unknown")}}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if d := diagnose(t, doctor.Options{Sources: tt.sources}); d.Readable != tt.want {
				t.Errorf("readable is %t: %+v", d.Readable, d.Findings)
			}
		})
	}
}

// What failed is told with its code and what to do, and without a person.
func TestFindings(t *testing.T) {
	kind := failure.New("test_failure", "卡坏了（350102199003071234），", "请换卡！")
	d := diagnose(t, doctor.Options{
		Version: "1",
		Config:  fmt.Errorf("file: %w", kind.With()),
		Sources: []doctor.Source{good("good"), failing("bad", kind.With())},

		VoucherErr: kind.With(),
	})
	if f := find(t, d, "电子凭证", doctor.Problem); f.Code != "test_failure" {
		t.Errorf("e-vouchers: %+v", f)
	}
	f := find(t, d, "配置", doctor.Problem)
	if f.Code != "test_failure" || f.Next != "请换卡！" || !strings.HasPrefix(f.Text, "file: 卡坏了") {
		t.Errorf("configuration: %+v", f)
	}
	if f := find(t, d, "试读 bad", doctor.Problem); f.Code != "test_failure" || f.Next == "" {
		t.Errorf("failed read: %+v", f)
	}
	find(t, d, "读卡服务", doctor.Notice)
	find(t, d, "试读 good", doctor.OK)
	text, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"350102199003071234", holder.IDNumber, holder.Name, holder.Number} {
		if strings.Contains(string(text), secret) {
			t.Errorf("%s is in %s", secret, text)
		}
	}
}

// Whoever has other cards in reach is told how to say which reader counts.
func TestSeveralCards(t *testing.T) {
	d := diagnose(t, doctor.Options{Sources: []doctor.Source{failing("pcsc", fmt.Errorf("%w: %w", pcsc.ErrNotFound, card.ErrOtherCard))}})
	if f := find(t, d, "试读 pcsc", doctor.Problem); !strings.Contains(f.Next, "card.reader") {
		t.Errorf("%+v", f)
	}
}

// Which file is in force stands first, what lies beside it and the log behind it;
// none of that keeps a card from being read.
func TestConfigurationFile(t *testing.T) {
	kind := failure.New("test_failure", "不对，", "请改正！")
	for _, found := range []bool{true, false} {
		d := diagnose(t, doctor.Options{
			File: doctor.File{Path: "/etc/mps/mps.toml", Found: found}, Notices: []error{kind.With(), kind.With()}, Log: kind.With(),
			Sources: []doctor.Source{good("a")},
		})
		f := d.Findings[0]
		if f.Subject != "配置" || f.State != doctor.OK || !strings.Contains(f.Text, "/etc/mps/mps.toml") || strings.Contains(f.Text, "默认值") == found {
			t.Errorf("%+v", f)
		}
		for i := range 2 {
			if f := d.Findings[1+i]; f.State != doctor.Notice || f.Code != "test_failure" || f.Next != "请改正！" {
				t.Errorf("%+v", f)
			}
		}
		if f := find(t, d, "日志", doctor.Problem); f.Code != "test_failure" || !d.Readable {
			t.Errorf("%+v, readable is %t", f, d.Readable)
		}
	}
}

func TestRunningAgent(t *testing.T) {
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	dir, err := rendezvous.Dir()
	if err != nil {
		t.Fatal(err)
	}
	claim, err := rendezvous.NewClaim(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer claim.Release()
	if err := claim.Publish(rendezvous.Address{Port: 7936, Secret: rendezvous.NewSecret()}); err != nil {
		t.Fatal(err)
	}
	d := doctor.Diagnose(t.Context(), doctor.Options{})
	if f := find(t, d, "读卡服务", doctor.OK); !strings.Contains(f.Text, "127.0.0.1:7936") {
		t.Errorf("%+v", f)
	}
}

func TestTrace(t *testing.T) {
	d := diagnose(t, doctor.Options{Sources: []doctor.Source{patient(t, "p01")}, Trace: true})
	if !d.Readable || !slices.ContainsFunc(d.Trace, func(line string) bool { return strings.HasPrefix(line, "> 00 A4 04 00") }) {
		t.Errorf("readable %t, trace %q", d.Readable, d.Trace)
	}
	if d := diagnose(t, doctor.Options{Sources: []doctor.Source{patient(t, "p01")}}); len(d.Trace) > 0 {
		t.Errorf("a trace that nobody asked for: %q", d.Trace)
	}
}

// Why a library cannot be used is told in Chinese, with its path.
func TestLibraryReasons(t *testing.T) {
	text := filepath.Join(t.TempDir(), "text.dll")
	if err := os.WriteFile(text, []byte("no library"), 0o600); err != nil {
		t.Fatal(err)
	}
	sscard := drivers.Library(t, "sscard")
	for _, tt := range []struct {
		library doctor.Library
		want    string
	}{
		{doctor.Library{Path: text + ".gone"}, "用不了驱动的文件" + text + ".gone：文件或文件夹不存在"},
		{doctor.Library{Path: text}, "用不了驱动的文件" + text + "：它不是动态库，或已损坏"},
		{doctor.Library{Path: filepath.Dir(text)}, "用不了驱动的文件" + filepath.Dir(text) + "：它不是动态库，或已损坏"},
		{doctor.Library{Path: sscard, Host: text + ".gone"}, "找不到宿主程序" + text + ".gone：文件或文件夹不存在"},
	} {
		tt.library.Name = "x"
		source := good("driver:x")
		source.Library = &tt.library
		if f := find(t, diagnose(t, doctor.Options{Sources: []doctor.Source{source}}), "厂商驱动 x", doctor.Problem); f.Text != mask.Text(tt.want) {
			t.Errorf("%s, want %s", f.Text, tt.want)
		}
	}
}

// Libraries of cards and of e-vouchers are looked into alike.
func TestLibraries(t *testing.T) {
	sscard, nation := drivers.Library(t, "sscard"), drivers.Library(t, "nation")
	for _, tt := range []struct {
		name    string
		library doctor.Library
		code    string // of the problem, "" for none
	}{
		{"as configured", doctor.Library{Path: sscard, Export: "iReadCardBas", Args: 2}, ""},
		{"another export", doctor.Library{Path: sscard, Export: "SSC_Open", Args: 1}, "doctor_library_export"},
		{"e-vouchers", doctor.Library{Path: nation, Export: "NationEcTrans", Args: 3}, ""},
		{"no file", doctor.Library{Path: sscard + ".gone"}, "doctor_library"},
		{"no host", doctor.Library{Path: sscard, Host: sscard + ".gone"}, "doctor_library_host"},
		{"over HTTP", doctor.Library{}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.library.Name = "x"
			source := good("driver:x")
			source.Library = &tt.library
			for _, o := range []doctor.Options{{Sources: []doctor.Source{source}}, {Voucher: &tt.library, Sources: []doctor.Source{good("a")}}} {
				code := ""
				for _, f := range diagnose(t, o).Findings {
					if f.Subject == "厂商驱动 x" && f.State == doctor.Problem {
						code = f.Code
					}
				}
				if code != tt.code {
					t.Errorf("problem %q, want %q", code, tt.code)
				}
			}
		})
	}
}
