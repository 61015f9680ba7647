package card

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"mps/failure"
)

// A script is a source that gives one outcome after another; the last one stays.
// Its first return value is the name of the card, or "" for the error.
type script struct {
	outcomes []any // a string, the name on the card, or an error
	asked    int
}

func scripted(outcomes ...any) *script { return &script{outcomes: outcomes} }

func (s *script) Read(context.Context) (*Card, error) {
	outcome := s.outcomes[min(s.asked, len(s.outcomes)-1)]
	s.asked++
	if name, is := outcome.(string); is {
		return &Card{Name: name}, nil
	}
	return nil, outcome.(error)
}

// A slot is a source that can be told how long to wait. It is empty until a card
// is put in, or forever.
type slot struct {
	script
	within time.Duration
	comes  time.Duration // after the first Read; 0: there from the start; below 0: never
	began  time.Time
}

func (s *slot) wait() time.Duration { return s.within }

func (s *slot) readWithin(ctx context.Context, wait time.Duration) (*Card, bool, error) {
	if s.began.IsZero() {
		s.began = time.Now()
	}
	left := s.comes - time.Since(s.began)
	if s.comes < 0 || left > wait {
		time.Sleep(wait)
		return nil, true, transportError(ctx, Opening, ErrNoCard)
	}
	time.Sleep(left)
	c, err := s.Read(ctx)
	return c, false, err
}

var errTest = failure.Terse("test", "%s", "")

// fails is an error of a source.
func fails(function, text string, err error) error { return &Error{function, errTest.With(text), err} }

// driverFails is an error of a vendor's driver.
func driverFails(text string, err error) error {
	return fails("iReadCardBas", text, fmt.Errorf("cause: %w", err))
}

// The errors that the package itself has about a card.
var (
	wantsKey  = &Error{reading, protectedVersion.With("3.0"), fmt.Errorf("%w: %w", ErrAuthentication, statusNeedsKey)}
	foreign   = &Error{selecting, otherCard.With(), errors.Join(ErrOtherCard, statusNoFile)}
	refused86 = statusError(reading, "读取姓名", 0x6A86)
	silent    = &Error{selecting, Mute.With(), ErrMute}
	empty     = &Error{Opening, Absent.With(), ErrNoCard}
	nowhere   = &Error{Opening, notOpen.With(), ErrNoReader}
	pulled    = &Error{reading, removed.With(), ErrRemoved}
	forbidden = &Error{Opening, readerFault.With(), errors.New("8010006A")}
)

// TestSources asks two sources, of which the first fails. What it failed with leads
// on to the second, or ends the round; when the second fails as well, the one that
// got further with the card has the word.
func TestSources(t *testing.T) {
	const key = "接口SSC_ReadCard 失败:该卡需要PSAM或厂商驱动才能读取个人信息，配置的其他来源也没有读到（%s），请按括号内的提示处理，或改用医保电子凭证！"
	crashed := driverFails("崩溃！", errors.New("crashed"))
	noKey := driverFails("没有密钥！", ErrAuthentication)
	missing := driverFails("找不到库！", ErrNoReader)
	none := driverFails("没有卡！", ErrNoCard)
	dumb := driverFails("无应答！", ErrMute)
	status := driverFails("状态6700！", StatusError(0x6700))
	pin := driverFails("密码错误！", ErrPIN)
	for _, tt := range []struct {
		name          string
		first, second any
		want          string // the name on the card, or the error's text
	}{
		{"the first", "甲", "乙", "甲"},
		{"no reader", nowhere, "乙", "乙"},
		{"empty reader", empty, "乙", "乙"},
		{"mute card", silent, "乙", "乙"},
		{"foreign card", foreign, "乙", "乙"},
		{"6A86", refused86, "乙", "乙"},
		{"6982", wantsKey, "乙", "乙"},
		{"no permission", forbidden, "乙", "乙"},
		{"driver crashes", crashed, "乙", "乙"},
		{"driver has no key (6A88)", noKey, "乙", "乙"},
		{"driver without library", missing, "乙", "乙"},
		{"unexpected", errors.New("x"), "乙", "乙"},

		{"removed", pulled, "乙", pulled.Error()},
		{"wrong PIN", pin, "乙", pin.Error()},

		{"nowhere a reader", nowhere, missing, nowhere.Error()},
		{"nowhere a card", empty, none, empty.Error()},
		{"a reader, at least", missing, empty, empty.Error()},
		{"a card in the second", empty, dumb, dumb.Error()},
		{"a card in the first", foreign, none, foreign.Error()},
		{"the driver knows more about the card", foreign, noKey, noKey.Error()},
		{"the driver knows less about the card", refused86, dumb, refused86.Error()},
		{"the driver had the card", silent, status, status.Error()},
		{"the first of equals", noKey, status, noKey.Error()},
		{"wrong PIN at the second", wantsKey, pin, pin.Error()},

		{"no key, and the driver has none either", wantsKey, noKey, noKey.Error()},
		{"no key, and the driver crashes", wantsKey, crashed, fmt.Sprintf(key, "崩溃")},
		{"no key, and the driver is not there", wantsKey, missing, fmt.Sprintf(key, "找不到库")},
		{"no key, and the driver sees nothing", wantsKey, none, fmt.Sprintf(key, "没有卡")},
		{"the driver is not there, and no key", missing, wantsKey, fmt.Sprintf(key, "找不到库")},
		{"no key, twice", wantsKey, wantsKey, wantsKey.Error()},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := Sources{Order: []NamedSource{{"first", scripted(tt.first)}, {"second", scripted(tt.second)}}}
			if got := outcome(s.Read(t.Context())); got != tt.want {
				t.Errorf("got %q\nwant %q", got, tt.want)
			}
		})
	}
	if got := outcome(Sources{}.Read(t.Context())); got != "接口SSC_Open 失败:设备未打开！" {
		t.Errorf("no sources: %q", got)
	}
	alone := Sources{Order: []NamedSource{{"only", scripted(wantsKey)}}}
	if got := outcome(alone.Read(t.Context())); got != wantsKey.Error() {
		t.Errorf("one source: %q", got)
	}
}

// outcome is the name on a card, or the text of an error.
func outcome(c *Card, err error) string {
	if err != nil {
		return err.Error()
	}
	return c.Name
}

// TestSourcesWait has a PC/SC reader that waits for a card, and a driver that does
// not. The wait costs only who has no card anywhere.
func TestSourcesWait(t *testing.T) {
	const within = 5 * time.Second
	none := driverFails("没有卡！", ErrNoCard)
	missing := driverFails("找不到库！", ErrNoReader)
	for _, tt := range []struct {
		name   string
		comes  time.Duration // when a card comes into the reader
		read   any           // what is read of it
		driver []any
		want   string
		asked  int // how often the driver was
		took   time.Duration
	}{
		{"in the reader", 0, "甲", []any{none}, "甲", 0, 0},
		{"at the driver", -1, nil, []any{"乙"}, "乙", 1, 0},
		{"comes into the reader", 2 * time.Second, "甲", []any{none}, "甲", 1, 2 * time.Second},
		{"comes to the driver", -1, nil, []any{none, "乙"}, "乙", 2, within},
		{"comes too late", 6 * time.Second, "甲", []any{none}, empty.Error(), 2, within},
		{"never comes", -1, nil, []any{none}, empty.Error(), 2, within},
		{"comes into the reader for the driver", time.Second, wantsKey, []any{none, "乙"}, "乙", 2, time.Second},
		{"no driver", -1, nil, []any{missing}, empty.Error(), 1, within},
		{"the driver has the card", -1, nil, []any{driverFails("没有密钥！", ErrAuthentication)},
			driverFails("没有密钥！", ErrAuthentication).Error(), 1, 0},
		{"removed", 3 * time.Second, pulled, []any{none}, pulled.Error(), 1, 3 * time.Second},
	} {
		for _, readerFirst := range []bool{true, false} {
			name, want, asked := tt.name, tt.want, tt.asked
			if !readerFirst {
				name += ", driver first"
				asked = max(asked, 1)
				if want == empty.Error() && tt.driver[0] != any(missing) {
					want = none.Error() // the first of equals
				}
			}
			t.Run(name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					reader := &slot{script: *scripted(tt.read), within: within, comes: tt.comes}
					driver := scripted(tt.driver...)
					s := Sources{Order: []NamedSource{{"pcsc", reader}, {"driver:x", driver}}}
					if !readerFirst {
						s.Order[0], s.Order[1] = s.Order[1], s.Order[0]
					}
					began := time.Now()
					got := outcome(s.Read(t.Context()))
					if took := time.Since(began); got != want || driver.asked != asked || took != tt.took {
						t.Errorf("%q after %v, driver asked %d times; want %q after %v, %d times",
							got, took, driver.asked, want, tt.took, asked)
					}
				})
			})
		}
	}
}

// TestSourcesCancelled ends the time of a call at its first source: no other is
// asked.
func TestSourcesCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	first := sourceFunc(func(ctx context.Context) (*Card, error) {
		cancel()
		return nil, transportError(ctx, Opening, ErrNoCard)
	})
	second := scripted("乙")
	s := Sources{Order: []NamedSource{{"first", first}, {"second", second}}}
	if _, err := s.Read(ctx); !errors.Is(err, context.Canceled) || second.asked != 0 {
		t.Errorf("%v, the second asked %d times", err, second.asked)
	}
}

type sourceFunc func(context.Context) (*Card, error)

func (f sourceFunc) Read(ctx context.Context) (*Card, error) { return f(ctx) }

// TestSourcesLog has a reason of every source in the log, and nobody's number.
func TestSourcesLog(t *testing.T) {
	const number = "35058219720630061X"
	var log bytes.Buffer
	s := Sources{
		Order: []NamedSource{
			{"pcsc", scripted(wantsKey)},
			{"driver:甲", scripted(driverFails("状态！", fmt.Errorf("%w of %s", StatusError(0x6A88), number)))},
			{"driver:乙", scripted(errors.New("x"))},
		},
		Log: slog.New(slog.NewTextHandler(&log, nil)),
	}
	_, _ = s.Read(t.Context())
	for _, want := range []string{
		"source=pcsc code=card_protected_version cause=\"card: personal data needs authentication: card: status 6982\"",
		"source=driver:甲 code=test cause=\"cause: card: status 6A88 of ",
		"source=driver:乙",
	} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log lacks %s:\n%s", want, log.String())
		}
	}
	if strings.Contains(log.String(), number) {
		t.Errorf("the log has a number:\n%s", log.String())
	}
	log.Reset()
	s.Order[2].Source = scripted("丙")
	if _, err := s.Read(t.Context()); err != nil || log.Len() > 0 {
		t.Errorf("%v; a read that went well left in the log:\n%s", err, log.String())
	}
}

// muteReader has a card that never answers.
type muteReader struct{}

func (muteReader) Connect(context.Context) (Conn, error) { return muteReader{}, nil }

func (muteReader) Transmit(ctx context.Context, _ []byte) ([]byte, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func (muteReader) Close() error { return nil }

// TestReadTimeout has a card that does not answer: it has a time of its own.
func TestReadTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, tt := range []struct {
			source Source
			call   time.Duration
			want   string
			took   time.Duration
		}{
			{FromReader(muteReader{}), time.Minute, "接口SSC_SelectApp 失败:卡片无应答，10秒内没有读完，请检查卡片是否插反或未插到位，重新插卡后重试！", 10 * time.Second},
			{FromReaderWithin(muteReader{}, 1500*time.Millisecond), time.Minute, "接口SSC_SelectApp 失败:卡片无应答，1.5秒内没有读完，请检查卡片是否插反或未插到位，重新插卡后重试！", 1500 * time.Millisecond},
			{FromReader(muteReader{}), time.Second, "接口SSC_SelectApp 失败:卡片无应答，读卡超时，请重新插卡后重试！", time.Second},
		} {
			ctx, cancel := context.WithTimeout(t.Context(), tt.call)
			began := time.Now()
			_, err := tt.source.Read(ctx)
			took := time.Since(began)
			cancel()
			if outcome(nil, err) != tt.want || took != tt.took {
				t.Errorf("%v after %v, want %s after %v", err, took, tt.want, tt.took)
			}
			if tooSlow := took != tt.call; errors.Is(err, ErrMute) != tooSlow {
				t.Errorf("%v is an ErrMute: %t", err, !tooSlow)
			}
		}
	})
}

// TestRecognised tells a card that is the patient's, whatever is wrong with it, from
// one that may be any.
func TestRecognised(t *testing.T) {
	answers := func(responses ...string) Transport {
		n := 0
		return transportFunc(func(context.Context, []byte) ([]byte, error) {
			n++
			return []byte(responses[min(n, len(responses))-1]), nil
		})
	}
	for _, tt := range []struct {
		name string
		card Transport
		want bool
	}{
		{"wants a key to read", answers("\x90\x00", "\x90\x00", "\x69\x82"), true},
		{"refuses to read", answers("\x90\x00", "\x90\x00", "\x6F\x01"), true},
		{"wants a key to select", answers("\x69\x82"), false}, // as the key of an authority may
		{"refuses to select", answers("\x69\x99"), false},
		{"has another application", answers("\x6A\x82"), false},
		{"has the application without files", answers("\x90\x00", "\x6A\x82"), false},
		{"locked, or does not know the command", answers("\x6A\x81"), false},
	} {
		_, err := Read(t.Context(), tt.card)
		if err == nil || Recognised(err) != tt.want {
			t.Errorf("%s: %v is recognised: %t", tt.name, err, !tt.want)
		}
	}
	if Recognised(nil) || Recognised(ErrNoCard) || Recognised(driverFails("", ErrAuthentication)) {
		t.Error("recognised without a card")
	}
}

type transportFunc func(context.Context, []byte) ([]byte, error)

func (f transportFunc) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	return f(ctx, command)
}
