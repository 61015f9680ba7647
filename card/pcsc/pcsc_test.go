package pcsc

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"mps/card"
	"mps/card/virtual"
)

// settle waits, within a bubble, for what goes on in the background.
func settle() {
	time.Sleep(time.Minute)
	synctest.Wait()
}

func answer(code Code) func() Code { return func() Code { return code } }

// TestFaults reads a card while PC/SC has the fault that the test gives it.
func TestFaults(t *testing.T) {
	const minute = time.Minute
	const busy = 4950 * time.Millisecond // ends between two attempts
	fault := func(code Code, after int) []func() Code {
		return append(slices.Repeat([]func() Code{answer(ok)}, after), answer(code))
	}
	tests := []struct {
		name  string
		fault func(*fake)
		wait  time.Duration
		is    error  // nil: the card is read
		text  string // part of the error's text
		last  string // the last two calls
	}{
		{"none", func(f *fake) {}, 0, nil, "", "disconnect reset=false, release"},
		{"card sits badly at first", func(f *fake) { f.connects = []Code{codeUnresponsive, codeUnpowered} }, 0, nil, "", "disconnect reset=false, release"},
		{"card reset before the transaction", func(f *fake) { f.begins = []Code{codeReset} }, 0, nil, "", "disconnect reset=false, release"},
		{"in use at first", func(f *fake) { f.connects = slices.Repeat([]Code{codeSharingViolation}, 20) }, 0, nil, "", "disconnect reset=false, release"},
		{"card comes", func(f *fake) { f.states = []uint32{stateEmpty, stateEmpty, stateEmpty, statePresent} }, minute, nil, "", "disconnect reset=false, release"},
		{"said to be mute", func(f *fake) { f.states = []uint32{statePresent | stateMute} }, 0, nil, "", "disconnect reset=false, release"},
		{"card reset midway", func(f *fake) { f.transmits = fault(codeReset, 4) }, 0, nil, "", "disconnect reset=false, release"},
		{"card slips midway", func(f *fake) {
			f.transmits = fault(codeRemoved, 4)
			f.connects = []Code{ok, codeNoCard, codeNoCard, codeUnresponsive}
		}, 0, nil, "", "disconnect reset=false, release"},
		{"first command lost", func(f *fake) { f.transmits = fault(codeNotTransacted, 0) }, 0, nil, "", "disconnect reset=false, release"},

		{"reset again and again", func(f *fake) { f.transmits = slices.Repeat(fault(codeReset, 2), 100) }, 0, card.ErrRemoved, "卡片已被拔出", "disconnect reset=true, release"},
		{"mute card in a good reader", func(f *fake) { f.transmits = slices.Repeat(fault(codeNotTransacted, 0), 100) }, 0, card.ErrMute, "SSC_SelectApp 失败:卡片无应答", "disconnect reset=true, release"},
		{"pulled out", func(f *fake) {
			f.transmits = fault(codeRemoved, 4)
			f.connects = append([]Code{ok}, slices.Repeat([]Code{codeNoCard}, 100)...)
		}, 0, card.ErrRemoved, "SSC_ReadCard 失败:卡片已被拔出", "disconnect reset=false, release"},
		{"reader unplugged midway", func(f *fake) { f.transmits = fault(codeUnavailable, 4) }, 0, card.ErrNoReader, "SSC_ReadCard 失败:读卡器已断开", "disconnect reset=true, release"},
		{"reader says something else", func(f *fake) { f.transmits = fault(0x1F, 4) }, 0, Code(0x1F), "读卡器通讯失败", "disconnect reset=true, release"},
		{"mute", func(f *fake) { f.connects = slices.Repeat([]Code{codeUnresponsive}, 100) }, 0, card.ErrMute, "卡片无应答，请检查卡片是否插反", "release"},
		{"other protocol", func(f *fake) { f.connects = []Code{codeProtocolMismatch} }, 0, card.ErrMute, "卡片无应答，请检查卡片是否插反", "release"},
		{"in use", func(f *fake) { f.connects = slices.Repeat([]Code{codeSharingViolation}, 1000) }, 0, ErrBusy, "读卡器正被其他程序使用", "release"},
		{"no card", func(f *fake) { f.states = []uint32{stateEmpty} }, 0, card.ErrNoCard, "未检测到卡片", "release"},
		{"no card in all the time", func(f *fake) { f.states = []uint32{stateEmpty} }, minute, card.ErrNoCard, "未检测到卡片", "release"},
		{"no reader", func(f *fake) { f.listed = []string{} }, minute, card.ErrNoReader, "未检测到读卡器", "release"},
		{"reader listed only", func(f *fake) { f.states = []uint32{stateUnavailable} }, minute, card.ErrNoReader, "设备未打开", "release"},
		{"reader goes while waiting", func(f *fake) { f.states = []uint32{stateEmpty, stateUnknown} }, minute, card.ErrNoReader, "设备未打开", "release"},
		{"no service", func(f *fake) { f.establishes = []Code{codeNoService} }, 0, card.ErrNoReader, "设备未打开", ""},
		{"no permission", func(f *fake) { f.establishes = []Code{codeSecurity} }, 0, card.ErrNoReader, "没有使用读卡器的权限", ""},
		{"service stopped", func(f *fake) { f.establishes = []Code{codeServiceStopped} }, 0, codeServiceStopped, "设备未打开", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake()
				tt.fault(f)
				c, err := card.FromReader(f.reader(Options{Wait: tt.wait, Busy: busy})).Read(t.Context())
				switch {
				case tt.is == nil && (err != nil || c.Number != "D12345678"):
					t.Errorf("read %v, %v", c, err)
				case tt.is != nil && (!errors.Is(err, tt.is) || !strings.Contains(err.Error(), tt.text)):
					t.Errorf("read %v, %v; want %v, %q", c, err, tt.is, tt.text)
				}
				settle()
				calls := f.noted()
				if last := strings.Join(calls[max(0, len(calls)-2):], ", "); last != tt.last {
					t.Errorf("it ends with %q, want %q", last, tt.last)
				}
				if n := f.card.TriesLeft(); n != 3 {
					t.Errorf("%d tries of the PIN left", n)
				}
			})
		})
	}
}

// TestReconnect looks at what is done about a card that is lost in the middle.
func TestReconnect(t *testing.T) {
	read := func(t *testing.T, f *fake) {
		t.Helper()
		if c, err := card.FromReaderWithin(f.reader(Options{}), time.Minute).Read(t.Context()); err != nil || c.Number != "D12345678" {
			t.Errorf("read %v, %v", c, err)
		}
	}
	t.Run("once", func(t *testing.T) {
		f := newFake()
		f.transmits = []func() Code{answer(ok), answer(ok), answer(codeReset)}
		read(t, f)
		want := "connect A4 A4 disconnect reset=false connect A4 A4 B2 B2 A4 B2 B2 disconnect reset=false release"
		if got := strings.Join(f.noted(), " "); got != want {
			t.Errorf("calls %s\nwant  %s", got, want)
		}
	})
	t.Run("a reset helps", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			f := newFake()
			mute := true
			f.hear = func(reset bool) { mute = mute && !reset }
			f.transmits = slices.Repeat([]func() Code{func() Code {
				if mute {
					return codeNotTransacted
				}
				return ok
			}}, 100)
			began := time.Now()
			read(t, f)
			want := "connect disconnect reset=true connect A4 A4 B2 B2 A4 B2 B2 disconnect reset=false release"
			if got := strings.Join(f.noted(), " "); !strings.HasSuffix(got, want) {
				t.Errorf("calls %s\nwant  … %s", got, want)
			}
			if took := time.Since(began); took < 400*time.Millisecond {
				t.Errorf("reset after %v, when pcscd may not have looked", took)
			}
		})
	})
	t.Run("a reset helps where commands take long", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			f := newFake()
			mute := true
			f.hear = func(reset bool) { mute = mute && !reset }
			f.transmits = slices.Repeat([]func() Code{func() Code {
				if mute {
					time.Sleep(5 * time.Second)
					return codeNotTransacted
				}
				return ok
			}}, 100)
			read(t, f)
		})
	})
	t.Run("a PIN", func(t *testing.T) {
		f := newFake()
		c, err := f.reader(Options{}).Connect(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Transmit(t.Context(), []byte{0x00, 0x20, 0x00, 0x01, 0x03, 0x31, 0x32, 0x33}); err != nil {
			t.Fatal(err)
		}
		f.transmits = []func() Code{answer(codeReset)}
		if _, err := c.Transmit(t.Context(), []byte{0x00, 0xA4, 0x00, 0x00, 0x02, 0x3F, 0x00}); !errors.Is(err, card.ErrRemoved) {
			t.Errorf("%v is no ErrRemoved", err)
		}
		_ = c.Close()
		want := "connect 20 disconnect reset=true release"
		if got := strings.Join(f.noted(), " "); got != want {
			t.Errorf("calls %s\nwant  %s", got, want)
		}
	})
}

// TestSlip takes the card out before each command of a read and puts it, or
// another, in again after a while.
func TestSlip(t *testing.T) {
	other := virtual.Holder{IDNumber: "350203198511214024", Name: "陈晓", Number: "A00000001"}
	for _, tt := range []struct {
		gone    time.Duration
		another bool
		read    bool
	}{
		{0, false, true},
		{30 * time.Millisecond, false, true},
		{300 * time.Millisecond, false, true},
		{600 * time.Millisecond, false, true}, // pcscd has noticed
		{1400 * time.Millisecond, false, true},
		{1700 * time.Millisecond, false, false},
		{time.Minute, false, false},
		{0, true, false},
		{600 * time.Millisecond, true, false},
	} {
		for n := range 7 {
			synctest.Test(t, func(t *testing.T) {
				f := newFake()
				f.transmits = append(slices.Repeat([]func() Code{answer(ok)}, n), func() Code {
					f.outTill = time.Now().Add(tt.gone)
					if tt.another {
						f.card = virtual.New(other, virtual.V2)
					}
					return codeRemoved
				})
				c, err := card.FromReader(f.reader(Options{})).Read(t.Context())
				switch {
				case tt.read && (err != nil || c.Number != "D12345678"):
					t.Errorf("gone for %v, %d commands: %v, %v", tt.gone, n, c, err)
				case tt.another && n < 4: // the number is the fourth command: nothing was known of the first card
					if err != nil || c.Number != other.Number || c.IDNumber != other.IDNumber || c.Name != other.Name {
						t.Errorf("another after %v, %d commands: %v, %v", tt.gone, n, c, err)
					}
				case !tt.read && (!errors.Is(err, card.ErrRemoved) || n > 1 && !strings.HasPrefix(err.Error(), "接口SSC_ReadCard 失败:")):
					t.Errorf("gone for %v, %d commands: %v, %v", tt.gone, n, c, err)
				}
				settle()
			})
		}
	}
}

// TestShared has another program that keeps a connection: the card is used in a
// transaction.
func TestShared(t *testing.T) {
	const selectAndRead = "A4 A4 B2 B2 A4 B2 B2"
	tests := []struct {
		fault func(*fake)
		want  string
	}{
		{func(f *fake) {}, "connect shared " + selectAndRead + " end reset=false disconnect reset=false release"},
		{func(f *fake) { f.begins = []Code{codeReset} },
			"connect shared disconnect reset=false connect " + selectAndRead + " disconnect reset=false release"},
		{func(f *fake) { f.transmits = []func() Code{answer(codeUnavailable)} },
			"connect shared end reset=true disconnect reset=false release"},
	}
	for _, tt := range tests {
		synctest.Test(t, func(t *testing.T) {
			f := newFake()
			f.connects = []Code{codeSharingViolation}
			tt.fault(f)
			_, _ = card.FromReader(f.reader(Options{})).Read(t.Context())
			settle()
			if got := strings.Join(f.noted(), " "); got != tt.want {
				t.Errorf("calls %s\nwant  %s", got, tt.want)
			}
		})
	}
}

// TestReset powers a card up anew that does not know what it does, but not in the back
// of another program.
func TestReset(t *testing.T) {
	const selectAndRead = "A4 A4 B2 B2 A4 B2 B2"
	tests := []struct {
		name  string
		fault func(*fake)
		want  string
		err   string
	}{
		{"confused", func(*fake) {}, "connect A4 A4 A4 disconnect reset=true connect " + selectAndRead + " disconnect reset=false release", ""},
		{"shared", func(f *fake) { f.connects = []Code{codeSharingViolation} },
			"connect shared A4 A4 A4 end reset=false disconnect reset=false release", "卡片返回状态码6F00"},
		{"slow to come back", func(f *fake) { f.connects = []Code{ok, codeUnpowered, codeNoCard} },
			"connect A4 A4 A4 disconnect reset=true connect " + selectAndRead + " disconnect reset=false release", ""},
		{"gone then", func(f *fake) { f.hear = func(bool) { f.outTill = time.Now().Add(time.Minute) } },
			"connect A4 A4 A4 disconnect reset=true release", "卡片已被拔出"},
	}
	for _, tt := range tests {
		synctest.Test(t, func(t *testing.T) {
			f := newFake()
			f.card = virtual.New(virtual.Holder{IDNumber: "35058219720630061X", Name: "林小满"}, virtual.V2, virtual.Confused(0x6F00))
			tt.fault(f)
			_, err := card.FromReader(f.reader(Options{})).Read(t.Context())
			if got := strings.Join(f.noted(), " "); got != tt.want {
				t.Errorf("%s: calls %s\nwant  %s", tt.name, got, tt.want)
			}
			if tt.err == "" && err != nil || tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)) {
				t.Errorf("%s: %v, want %q", tt.name, err, tt.err)
			}
		})
	}
}

// TestLastGood reads from the slot of the last patient's card without looking around,
// in as few calls of PC/SC as there can be, and looks around when there is nothing in
// it.
func TestLastGood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		r := f.reader(Options{})
		for i, want := range []int{1, 1, 2, 2, 3} {
			switch i {
			case 2:
				f.connects = []Code{codeNoCard}
			case 4:
				f.connects = []Code{codeUnknownReader}
			}
			f.calls = nil
			if _, err := card.FromReader(r).Read(t.Context()); err != nil {
				t.Fatal(err)
			}
			const fewest = "connect A4 A4 B2 B2 A4 B2 B2 disconnect reset=false release"
			if got := strings.Join(f.noted(), " "); got != fewest {
				t.Errorf("calls %s of read %d\nwant  %s", got, i, fewest)
			}
			if f.changes != want || f.lists != want {
				t.Errorf("looked around %d times and listed %d times by read %d, want %d", f.changes, f.lists, i, want)
			}
		}
	})
}

// TestServiceGone stops the service between two reads.
func TestServiceGone(t *testing.T) {
	f := newFake()
	r := f.reader(Options{})
	for _, code := range []Code{ok, codeNoService, ok, codeServiceStopped, ok} {
		f.establishes = []Code{code}
		_, err := card.FromReader(r).Read(t.Context())
		if code == ok && err != nil || code != ok && !errors.Is(err, noService) {
			t.Errorf("%v: %v", code, err)
		}
	}
}

// TestLeftBehind has PC/SC hang in each of its calls: the caller gets its turn
// back, the next one waits for the reader, and everything is released in the end.
func TestLeftBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		r := f.reader(Options{})
		free := make(chan struct{})
		f.transmits = []func() Code{answer(ok), func() Code { <-free; return codeNotTransacted }}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		_, err := card.FromReader(r).Read(ctx)
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		_, err = card.FromReader(r).Read(t.Context())
		if !errors.Is(err, ErrBusy) || !strings.Contains(err.Error(), "上一次操作还没有结束") {
			t.Errorf("the next one: %v", err)
		}
		ended, reset := time.Now(), time.Duration(0)
		f.hear = func(withReset bool) {
			if withReset {
				reset = time.Since(ended)
			}
		}
		close(free)
		if _, err := card.FromReader(r).Read(t.Context()); err != nil {
			t.Error(err)
		}
		if reset < resetAfter {
			t.Errorf("reset %v after the call, when PC/SC may not have seen that the card is gone", reset)
		}
		calls := strings.Join(f.noted(), " ")
		if !strings.HasPrefix(calls, "connect A4 cancel disconnect reset=true release connect A4") {
			t.Errorf("calls %s", calls)
		}
	})
}

// TestLeftBehindConnecting has another program keep the card in a transaction for
// longer than a read waits. When it lets go, the card is given back at once: the
// read that was left behind is done with it.
func TestLeftBehindConnecting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.connects = []Code{codeSharingViolation}
		f.held = make(chan struct{})
		r := f.reader(Options{Busy: time.Second})
		_, err := card.FromReader(r).Read(t.Context())
		if !errors.Is(err, ErrBusy) || !strings.Contains(err.Error(), "读卡器正被其他程序使用") {
			t.Error(err)
		}
		ended := time.Now()
		close(f.held)
		synctest.Wait()
		want := "connect shared cancel end reset=false disconnect reset=false release"
		if got := strings.Join(f.noted(), " "); got != want {
			t.Errorf("calls %s\nwant  %s", got, want)
		}
		if took := time.Since(ended); took != 0 {
			t.Errorf("given back after %v", took)
		}
	})
}

// TestCancelledWait ends a wait for a card with its context, at once.
func TestCancelledWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.states = []uint32{stateEmpty}
		ctx, cancel := context.WithTimeoutCause(t.Context(), 300*time.Millisecond, nil)
		defer cancel()
		began := time.Now()
		_, err := card.FromReader(f.reader(Options{Wait: time.Hour})).Read(ctx)
		if !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, card.ErrNoCard) ||
			err.Error() != "接口SSC_Open 失败:未检测到卡片，请插入社会保障卡后重试！" {
			t.Error(err)
		}
		synctest.Wait() // for what was left behind
		if took := time.Since(began); took != 300*time.Millisecond {
			t.Errorf("after %v", took)
		}
		if got := strings.Join(f.noted(), " "); got != "cancel release" {
			t.Errorf("calls %s", got)
		}
	})
}

// TestRestlessReader has a driver that reports changes without end.
func TestRestlessReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		for i := range uint32(100000) {
			f.states = append(f.states, stateEmpty|i<<16)
		}
		_, err := f.reader(Options{Wait: time.Second}).Connect(t.Context())
		if !errors.Is(err, card.ErrNoCard) || f.changes > 200 {
			t.Errorf("%v after %d looks", err, f.changes)
		}
	})
}

// TestHangingClose has PC/SC hang when a connection ends.
func TestHangingClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake()
		f.hang = make(chan struct{})
		c, err := f.reader(Options{}).Connect(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Close(); err != codeTimeout {
			t.Errorf("Close = %v", err)
		}
		if err := c.Close(); err != nil {
			t.Errorf("second Close = %v", err)
		}
		close(f.hang)
	})
}

// TestNoLibrary has no PC/SC at first.
func TestNoLibrary(t *testing.T) {
	missing := errors.New("no such library")
	f := newFake()
	var library winscard
	open := func() (winscard, error) {
		if library == nil {
			return nil, missing
		}
		return library, nil
	}
	r := newReader(Options{}, open)
	_, err := card.FromReader(r).Read(t.Context())
	if !errors.Is(err, card.ErrNoReader) || !errors.Is(err, missing) || !errors.Is(err, noLibrary) || err.Error() != "接口SSC_Open 失败:"+noLibrary.With().Error() {
		t.Errorf("Read: %v", err)
	}
	if _, err := list(t.Context(), open); !errors.Is(err, missing) {
		t.Errorf("List: %v", err)
	}
	library = f
	if _, err := card.FromReader(r).Read(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestList(t *testing.T) {
	f := newFake()
	f.listed = []string{fakeReader, "Windows Hello 1"}
	f.states = []uint32{statePresent | stateMute | stateExclusive}
	open := func() (winscard, error) { return f, nil }
	slots, err := list(t.Context(), open)
	if err != nil || len(slots) != 2 ||
		slots[0] != (Slot{Name: fakeReader, Card: true, Mute: true, Busy: true}) || !slots[1].Unlikely {
		t.Errorf("List = %+v, %v", slots, err)
	}
	f.states = []uint32{stateUnavailable}
	if slots, err := list(t.Context(), open); err != nil || len(slots) != 0 {
		t.Errorf("List = %+v, %v", slots, err)
	}
	f.establishes = []Code{codeNoService}
	if _, err := list(t.Context(), open); !errors.Is(err, codeNoService) || !errors.Is(err, noService) {
		t.Errorf("List: %v", err)
	}
	f.establishes = []Code{codeNoReaders}
	if slots, err := list(t.Context(), open); err != nil || len(slots) != 0 {
		t.Errorf("List = %+v, %v", slots, err)
	}
}

// TestLeftBehindAgain has PC/SC hang in each call of a read where the last card was,
// which is one conversation: its caller gets its turn back, and every context ends
// once, also where the hanging call succeeds after all. What has been read when
// letting go of the card hangs is the answer.
func TestLeftBehindAgain(t *testing.T) {
	commands := 7
	for hanging := range commands + 1 {
		for _, code := range []Code{ok, codeNotTransacted} {
			synctest.Test(t, func(t *testing.T) {
				f := newFake()
				source := card.FromReader(f.reader(Options{}))
				if _, err := source.Read(t.Context()); err != nil {
					t.Fatal(err)
				}
				free := make(chan struct{})
				if hanging < commands {
					f.transmits = append(slices.Repeat([]func() Code{answer(ok)}, hanging), func() Code { <-free; return code })
				} else {
					f.hang = free // the release
				}
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				began := time.Now()
				c, err := source.Read(ctx)
				if read := err == nil && c.Name == "林小满"; read != (hanging == commands) || !read && !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != time.Second {
					t.Errorf("hanging in %d: %v, %v after %v", hanging, c, err, time.Since(began))
				}
				close(free)
				if c, err := source.Read(t.Context()); err != nil || c.Name != "林小满" {
					t.Errorf("hanging in %d, the next read: %v, %v", hanging, c, err)
				}
				synctest.Wait()
				for i, calls := range f.calls {
					if n := strings.Count(strings.Join(calls, " "), "release"); n != 1 {
						t.Errorf("hanging in %d: context %d is released %d times: %v", hanging, i, n, calls)
					}
				}
			})
		}
	}
}
