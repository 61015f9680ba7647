package pcsc

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"mps/card"
	"mps/card/virtual"
)

// A desk is a PC/SC library with any number of slots, into which cards come and from
// which they go.
type desk struct {
	mu    sync.Mutex
	slots []*deskSlot
	going int         // the slot that is unplugged after the next listing, if not 0
	cards []*deskSlot // by handle-1, in which slot a connected card is
	open  int         // contexts and cards that were not given back
}

type deskSlot struct {
	name    string
	card    *virtual.Card // nil: none
	count   uint32        // of insertions and removals
	mute    bool          // gives no answer to reset
	held    string        // by another program: "exclusive" or "transaction"
	free    chan struct{} // closed when that lets go
	ours    int           // how often it is connected
	connect int           // how often that was tried
	refusal Code          // of every command; ok: the card answers
	stays   time.Duration // how long PC/SC takes to let go of it
}

// put puts a card into a slot, nil takes it out.
func (d *desk) put(slot int, c *virtual.Card) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.slots[slot].card = c
	d.slots[slot].count++
}

// unplug takes a reader away.
func (d *desk) unplug(slot int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.slots[slot].name = ""
}

func (d *desk) hold(slot int, how string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.slots[slot].held, d.slots[slot].free = how, make(chan struct{})
}

func (d *desk) letGo(slot int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.slots[slot].held = ""
	close(d.slots[slot].free)
}

func (d *desk) find(name string) *deskSlot {
	for _, s := range d.slots {
		if s.name == name {
			return s
		}
	}
	return nil
}

func (d *desk) establish() (handle, Code) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.open++
	return 1, ok
}

func (d *desk) release(handle) Code {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.open--
	return ok
}

func (d *desk) cancel(handle) Code { return ok }

func (d *desk) readers(handle) (names []string, code Code) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, s := range d.slots {
		if s.name != "" {
			names = append(names, s.name)
		}
	}
	if d.going > 0 {
		d.slots[d.going].name, d.going = "", 0
	}
	return names, ok
}

func (d *desk) statusChange(_ handle, timeout time.Duration, states []state) Code {
	for end := time.Now().Add(timeout); ; time.Sleep(10 * time.Millisecond) {
		if timeout == 0 && d.unknown(states) { // as pcsc-lite has it
			return codeUnknownReader
		}
		if changed := d.update(states); changed {
			return ok
		}
		if !time.Now().Before(end) {
			return codeTimeout
		}
	}
}

func (d *desk) unknown(states []state) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.ContainsFunc(states, func(s state) bool { return d.find(s.reader) == nil })
}

func (d *desk) update(states []state) (changed bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i, s := range states {
		now := uint32(stateUnknown)
		if slot := d.find(s.reader); slot != nil {
			now = slot.count<<16 | stateEmpty
			if slot.card != nil {
				now = slot.count<<16 | statePresent
				states[i].atr = slot.card.ATR()
			}
			if slot.card != nil && slot.mute {
				now |= stateMute
			}
		}
		if s.flags&^stateChanged != now {
			changed = true
		}
		states[i].flags = now | stateChanged
	}
	return changed
}

func (d *desk) connect(_ handle, reader string, share uint32) (handle, uint32, Code) {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := d.find(reader)
	if s == nil {
		return 0, 0, codeUnknownReader
	}
	s.connect++
	switch {
	case s.card == nil:
		return 0, 0, codeNoCard
	case s.held != "" && (share == shareExclusive || s.held == "exclusive"), s.ours > 0 && share == shareExclusive:
		return 0, 0, codeSharingViolation
	case s.mute:
		return 0, 0, codeUnresponsive
	}
	s.ours++
	d.open++
	d.cards = append(d.cards, s)
	return handle(len(d.cards)), protocolT1, ok
}

func (d *desk) begin(card handle) Code {
	d.mu.Lock()
	s := d.cards[card-1]
	held, free := s.held, s.free
	d.mu.Unlock()
	if held != "" {
		<-free
	}
	return ok
}

func (d *desk) end(handle, bool) Code { return ok }

func (d *desk) transmit(card handle, _ uint32, command, response []byte) (int, Code) {
	d.mu.Lock()
	s := d.cards[card-1]
	c, refusal := s.card, s.refusal
	d.mu.Unlock()
	switch {
	case s.name == "":
		return 0, codeUnavailable
	case c == nil:
		return 0, codeRemoved
	case refusal != ok:
		return 0, refusal
	}
	// A dead card answers when somebody pulls it out.
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	pulled := make(chan struct{})
	go func() {
		defer close(pulled)
		for ctx.Err() == nil {
			d.mu.Lock()
			gone := s.card != c
			d.mu.Unlock()
			if gone {
				cancel()
			}
			pause(ctx, 10*time.Millisecond)
		}
	}()
	r, err := c.Transmit(ctx, command)
	cancel()
	<-pulled
	if err != nil {
		d.mu.Lock()
		if s.card == c {
			s.card, s.count = nil, s.count+1
		}
		d.mu.Unlock()
		return 0, codeRemoved
	}
	return copy(response, r), ok
}

func (d *desk) disconnect(card handle, reset bool) Code {
	d.mu.Lock()
	s := d.cards[card-1]
	stays := s.stays
	d.mu.Unlock()
	time.Sleep(stays)
	d.mu.Lock()
	defer d.mu.Unlock()
	s.ours--
	d.open--
	if reset && s.card != nil {
		s.card.Reset()
	}
	return ok
}

// newDesk is a desk with empty slots of these names.
func newDesk(names ...string) *desk {
	d := new(desk)
	for _, name := range names {
		d.slots = append(d.slots, &deskSlot{name: name})
	}
	return d
}

func (d *desk) reader(o Options) *Reader {
	return newReader(o, func() (winscard, error) { return d, nil })
}

// The people and things of these tests.
var (
	lin = virtual.Holder{IDNumber: "35058219720630061X", Name: "林小满", Number: "D12345678"}
	che = virtual.Holder{IDNumber: "350203198511214024", Name: "陈晓", Number: "A00000001"}
)

func ofLin() *virtual.Card                           { return virtual.New(lin, virtual.V2) }
func ofChen(options ...virtual.Option) *virtual.Card { return virtual.New(che, virtual.V2, options...) }
func bankCard() *virtual.Card                        { return virtual.New(virtual.Holder{}, virtual.Other) }
func deadCard() *virtual.Card                        { return virtual.New(lin, virtual.Dead) }

// TestSlots has cards on a desk, and things that happen to them while a search goes
// on.
func TestSlots(t *testing.T) {
	const (
		second = time.Second
		wait   = 5 * second
		mute   = "接口SSC_Open 失败:卡片无应答，请检查卡片是否插反或未插到位，重新插卡后重试！"
		other  = "接口SSC_SelectApp 失败:不是社会保障卡，请插入社会保障卡后重试！"
		needs  = "接口SSC_ReadCard 失败:该卡为3.0规范卡，需要PSAM或厂商驱动才能读取个人信息，请配置读卡器厂商驱动，或改用医保电子凭证！"
		pulled = " 失败:卡片已被拔出，请重新插卡，读卡完成前不要拔卡！"
		inUse  = "接口SSC_Open 失败:读卡器正被其他程序使用，请稍候重试，或关闭占用读卡器的程序！"
		found  = "接口SSC_Open 失败:没有读到社会保障卡（%s），请插好社会保障卡后重试！"
	)
	many := make([]string, 30)
	for i := range many {
		many[i] = fmt.Sprintf("Reader %02d 0", i)
	}
	two := []string{"ACS 0", "ACS 1"}
	// later does something during the search.
	later := func(d time.Duration, do func()) { time.AfterFunc(d, do) }
	tests := []struct {
		name    string
		slots   []string
		prepare func(*desk)
		want    string        // the patient's number, or the error's text
		atMost  time.Duration // how long it takes
		atLeast time.Duration
		vacant  bool
	}{
		{"no slot", nil, func(d *desk) {},
			"接口SSC_Open 失败:设备未打开，未检测到读卡器，请检查读卡器连接和驱动程序后重试！", 0, 0, false},
		{"one slot, empty", two[:1], func(d *desk) {},
			"接口SSC_Open 失败:未检测到卡片，请插入社会保障卡后重试！", wait, wait, true},
		{"one slot", two[:1], func(d *desk) { d.put(0, ofLin()) }, lin.Number, 0, 0, false},
		{"one slot, another card", two[:1], func(d *desk) { d.put(0, bankCard()) }, other, 0, 0, false},
		{"one slot, mute", two[:1], func(d *desk) { d.put(0, ofLin()); d.slots[0].mute = true }, mute, second, 0, false},
		{"one slot, hanging", two[:1], func(d *desk) { d.put(0, deadCard()); later(time.Minute, func() { d.put(0, nil) }) },
			"接口SSC_SelectApp 失败:卡片无应答，10秒内没有读完，请检查卡片是否插反或未插到位，重新插卡后重试！", 10 * second, 10 * second, false},

		{"one slot, held exclusively for a while", two[:1], func(d *desk) {
			d.put(0, ofLin())
			d.hold(0, "exclusive")
			later(3*second, func() { d.letGo(0) })
		}, lin.Number, 4 * second, 3 * second, false},
		{"one slot, held in a transaction for a while", two[:1], func(d *desk) {
			d.put(0, ofLin())
			d.hold(0, "transaction")
			later(3*second, func() { d.letGo(0) })
		}, lin.Number, 3 * second, 3 * second, false},
		{"one slot, held exclusively for good", two[:1], func(d *desk) { d.put(0, ofLin()); d.hold(0, "exclusive") }, inUse, wait, wait, false},
		{"one slot, held in a transaction for good", two[:1], func(d *desk) {
			d.put(0, ofLin())
			d.hold(0, "transaction")
			later(time.Minute, func() { d.letGo(0) })
		}, inUse, wait, wait, false},

		{"another card first", two, func(d *desk) { d.put(0, bankCard()); d.put(1, ofLin()) }, lin.Number, 0, 0, false},
		{"another card that PC/SC does not let go of", two, func(d *desk) { d.put(0, bankCard()); d.slots[0].stays = time.Minute; d.put(1, ofLin()) },
			lin.Number, 10 * second, maxClosing, false},
		{"another card second", two, func(d *desk) { d.put(1, bankCard()); d.put(0, ofLin()) }, lin.Number, 0, 0, false},
		{"another card, and the patient's comes", two, func(d *desk) {
			d.put(0, bankCard())
			later(2*second, func() { d.put(1, ofLin()) })
		}, lin.Number, 3 * second, 2 * second, false},
		{"another card is exchanged for the patient's", two, func(d *desk) {
			d.put(0, bankCard())
			later(2*second, func() { d.put(0, ofLin()) })
		}, lin.Number, 3 * second, 2 * second, false},
		{"another card, and nothing comes", two, func(d *desk) { d.put(0, bankCard()) },
			fmt.Sprintf(found, "ACS 0：不是社会保障卡；其余没有卡"), wait, wait, true},
		{"two other cards", two, func(d *desk) { d.put(0, bankCard()); d.put(1, bankCard()) },
			fmt.Sprintf(found, "ACS 0：不是社会保障卡；ACS 1：不是社会保障卡"), 0, 0, false},
		{"another card and a mute one", two, func(d *desk) { d.put(0, bankCard()); d.put(1, ofLin()); d.slots[1].mute = true },
			fmt.Sprintf(found, "ACS 0：不是社会保障卡；ACS 1：卡片无应答"), second, 0, false},
		{"a mute one alone says what to do", two, func(d *desk) { d.put(1, ofLin()); d.slots[1].mute = true }, mute, wait, wait, true},
		{"a mute one first", two, func(d *desk) { d.put(0, bankCard()); d.slots[0].mute = true; d.put(1, ofLin()) }, lin.Number, 0, 0, false},
		{"many other cards", many, func(d *desk) {
			for i := range many {
				d.put(i, bankCard())
			}
		}, fmt.Sprintf(found, "Reader 00 0：不是社会保障卡；Reader 01 0：不是社会保障卡；Reader 02 0：不是社会保障卡；Reader 03 0：不是社会保障卡；等等"), 0, 0, false},
		{"the last of many", many, func(d *desk) {
			for i := range many {
				d.put(i, bankCard())
			}
			d.put(29, ofLin())
		}, lin.Number, 0, 0, false},

		{"a security module", []string{"X SAM 0", "XPSAM 1", "X 2"}, func(d *desk) { d.put(0, ofChen()); d.put(1, ofChen()); d.put(2, ofLin()) }, lin.Number, 0, 0, false},
		{"contactless after contact", []string{"ACS PICC 0", "ACS ICC 0"}, func(d *desk) { d.put(0, ofChen()); d.put(1, ofLin()) }, lin.Number, 0, 0, false},
		{"contactless alone", []string{"ACS PICC 0", "ACS ICC 0"}, func(d *desk) { d.put(0, ofLin()) }, lin.Number, 0, 0, false},

		{"hanging first", two, func(d *desk) { d.put(0, deadCard()); d.put(1, ofLin()); later(time.Minute, func() { d.put(0, nil) }) },
			lin.Number, 10 * second, 10 * second, false},
		{"held exclusively", two, func(d *desk) { d.put(0, ofChen()); d.hold(0, "exclusive"); d.put(1, ofLin()) }, lin.Number, second, 0, false},
		{"held in a transaction", two, func(d *desk) {
			d.put(0, ofChen())
			d.hold(0, "transaction")
			d.put(1, ofLin())
			later(time.Minute, func() { d.letGo(0) })
		}, lin.Number, second, 0, false},
		{"held exclusively, and the patient's comes", two, func(d *desk) {
			d.put(0, ofChen())
			d.hold(0, "exclusive")
			later(3*second, func() { d.put(1, ofLin()) })
		}, lin.Number, 4 * second, 3 * second, false},
		{"held exclusively for a while", two, func(d *desk) {
			d.put(0, ofLin())
			d.hold(0, "exclusive")
			later(3*second, func() { d.letGo(0) })
		}, lin.Number, 4 * second, 3 * second, false},
		{"held in a transaction for a while", two, func(d *desk) {
			d.put(0, ofLin())
			d.hold(0, "transaction")
			later(3*second, func() { d.letGo(0) })
		}, lin.Number, 4 * second, 3 * second, false},
		{"held exclusively for good", two, func(d *desk) { d.put(0, ofLin()); d.hold(0, "exclusive") }, inUse, 6 * second, wait, true},
		{"held in a transaction for good", two, func(d *desk) {
			d.put(0, ofLin())
			d.hold(0, "transaction")
			later(time.Minute, func() { d.letGo(0) })
		}, inUse, 6 * second, wait, true},

		{"pulled out before it is known", two, func(d *desk) { d.put(0, ofChen(virtual.PullOutAfter(0))) },
			"接口SSC_SelectApp" + pulled, 2 * second, 0, true},
		{"pulled out before it is known, beside the patient's", two, func(d *desk) {
			d.put(0, ofChen(virtual.PullOutAfter(0)))
			d.put(1, ofLin())
		}, lin.Number, 2 * second, 0, false},
		{"the patient's is pulled out", two, func(d *desk) { d.put(0, ofChen(virtual.PullOutAfter(3))); d.put(1, ofLin()) },
			"接口SSC_ReadCard" + pulled, 2 * second, 0, false},
		{"the patient's needs a key", two, func(d *desk) { d.put(0, virtual.New(che, virtual.V3)); d.put(1, ofLin()) }, needs, 0, 0, false},
		{"something is wrong with a reader", two, func(d *desk) { d.put(0, ofChen()); d.slots[0].refusal = 0x1F; d.put(1, ofLin()) }, lin.Number, 0, 0, false},

		{"a reader is unplugged, and the patient's card comes", two, func(d *desk) {
			d.put(0, bankCard())
			later(second, func() { d.unplug(0) })
			later(2*second, func() { d.put(1, ofLin()) })
		}, lin.Number, 3 * second, 2 * second, false},
		{"a reader is unplugged while PC/SC is asked", two, func(d *desk) { d.put(0, ofLin()); d.going = 1 }, lin.Number, 0, 0, false},
		{"all readers are unplugged", two, func(d *desk) {
			later(second, func() { d.unplug(0); d.unplug(1) })
		}, "接口SSC_Open 失败:设备未打开，未检测到读卡器，请检查读卡器连接和驱动程序后重试！", 2 * second, second, false},
		{"a reader is plugged in", two[:1], func(d *desk) {
			later(2*second, func() {
				d.mu.Lock()
				d.slots = append(d.slots, &deskSlot{name: "New 0", card: ofLin()})
				d.mu.Unlock()
			})
		}, lin.Number, 4 * second, 2 * second, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDesk(tt.slots...)
				tt.prepare(d)
				r := d.reader(Options{Wait: wait})
				began := time.Now()
				w := &watched{Reader: r}
				c, err := card.FromReader(w).Read(t.Context())
				took := time.Since(began)
				var got string
				if err != nil {
					got = err.Error()
				} else {
					got = c.Number
				}
				if got != tt.want {
					t.Errorf("found %q\nwant  %q", got, tt.want)
				}
				if took < tt.atLeast || took > tt.atMost+100*time.Millisecond {
					t.Errorf("took %v, want %v to %v", took, tt.atLeast, tt.atMost)
				}
				if w.vacant != tt.vacant {
					t.Errorf("vacant is %t", w.vacant)
				}
				if slot := r.remembered(); (slot == "") == (tt.want == lin.Number) {
					t.Errorf("remembers %q after %q", slot, tt.want)
				}
				time.Sleep(time.Hour)
				synctest.Wait()
				if d.open != 0 {
					t.Errorf("%d contexts and cards are left open", d.open)
				}
			})
		})
	}
}

// A watched reader knows what its last search said.
type watched struct {
	*Reader
	vacant bool
}

func (w *watched) Search(ctx context.Context, wait time.Duration, try func(card.Conn) error) (vacant bool, err error) {
	w.vacant, err = w.Reader.Search(ctx, wait, try)
	return w.vacant, err
}

// TestMemory has one patient after another on a desk with a bank card: what is
// remembered saves a look, and never costs a patient.
func TestMemory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk("A 0", "B 0")
		r := d.reader(Options{Wait: time.Second})
		source := card.FromReader(r)
		mustRead := func(step, number string) {
			t.Helper()
			began := time.Now()
			c, err := source.Read(t.Context())
			if err != nil || c.Number != number || time.Since(began) > 100*time.Millisecond {
				t.Errorf("%s: %v, %v after %v", step, c, err, time.Since(began))
			}
		}
		d.put(0, bankCard())
		for range 2 {
			if _, err := source.Read(t.Context()); !errors.Is(err, ErrNotFound) || r.remembered() != "" {
				t.Errorf("nobody: %v, remembers %q", err, r.remembered())
			}
		}
		d.put(1, ofLin())
		mustRead("beside a bank card", lin.Number)
		before := d.slots[0].connect
		d.put(1, ofChen())
		mustRead("in the same slot", che.Number)
		if d.slots[0].connect != before {
			t.Error("the bank card was looked at again")
		}
		d.put(1, bankCard())
		d.put(0, ofLin())
		mustRead("in the other slot", lin.Number)
		d.put(0, nil)
		d.put(1, ofChen())
		mustRead("back again", che.Number)
		d.unplug(1)
		d.put(0, ofLin())
		mustRead("without the other reader", lin.Number)
		d.hold(0, "exclusive")
		if _, err := source.Read(t.Context()); !errors.Is(err, ErrBusy) {
			t.Errorf("held by another program: %v", err)
		}
		d.letGo(0)
		mustRead("let go", lin.Number)
	})
}

// TestHangingCard has a card that never answers beside the patients' slot: it costs
// one patient its time, and keeps no other one waiting.
func TestHangingCard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk("A 0", "B 0")
		d.put(0, deadCard())
		r := d.reader(Options{Wait: time.Second, Busy: 2 * time.Second})
		source := card.FromReader(r)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := source.Read(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("the call's time is over: %v", err)
		}
		d.put(1, ofLin())
		began := time.Now()
		if c, err := source.Read(t.Context()); err != nil || c.Number != lin.Number || time.Since(began) > 0 {
			t.Errorf("%v, %v after %v", c, err, time.Since(began))
		}
		d.put(1, nil)
		_, err := source.Read(t.Context())
		if !errors.Is(err, ErrBusy) || !strings.Contains(err.Error(), "上一次操作还没有结束") {
			t.Errorf("nobody: %v", err)
		}
		d.put(0, ofChen()) // which ends the call that was left behind
		time.Sleep(time.Second)
		if c, err := source.Read(t.Context()); err != nil || c.Number != che.Number {
			t.Errorf("in its slot: %v, %v", c, err)
		}
	})
}

// TestCancelledSearch ends a search wherever it is, and leaves the slots fit for use.
func TestCancelledSearch(t *testing.T) {
	for after := time.Millisecond; after < 4*time.Second; after += 70 * time.Millisecond {
		synctest.Test(t, func(t *testing.T) {
			d := newDesk("A 0", "B 0", "C 0", "D 0")
			d.put(0, bankCard())
			d.put(1, ofChen())
			d.hold(1, "transaction")
			d.put(2, deadCard())
			r := d.reader(Options{Wait: time.Minute, Busy: time.Second})
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(after, cancel)
			began := time.Now()
			_, err := card.FromReaderWithin(r, time.Second).Read(ctx)
			if !errors.Is(err, context.Canceled) || time.Since(began) > after {
				t.Errorf("cancelled after %v: %v after %v", after, err, time.Since(began))
			}
			d.put(2, nil)
			d.letGo(1)
			d.put(1, bankCard())
			d.put(3, ofLin())
			if c, err := card.FromReader(r).Read(t.Context()); err != nil || c.Number != lin.Number {
				t.Errorf("cancelled after %v: then %v, %v", after, c, err)
			}
			settle()
			if d.open != 0 {
				t.Errorf("%d contexts and cards are left open", d.open)
			}
		})
	}
}

// TestSearchesTogether has several callers search one desk at once.
func TestSearchesTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk("A 0", "B 0")
		d.put(0, bankCard())
		time.AfterFunc(2*time.Second, func() { d.put(1, ofLin()) })
		r := d.reader(Options{Wait: 4 * time.Second})
		var callers sync.WaitGroup
		for range 5 {
			callers.Go(func() {
				if c, err := card.FromReader(r).Read(t.Context()); err != nil || c.Number != lin.Number {
					t.Errorf("%v, %v", c, err)
				}
			})
		}
		callers.Wait()
	})
}

// TestAnyDesk searches desks with all kinds of things on them: the patient's card is
// found wherever it lies, unless somebody else has it for good.
func TestAnyDesk(t *testing.T) {
	for seed := range uint64(300) {
		synctest.Test(t, func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 8))
			d := new(desk)
			for i := range 1 + random.IntN(5) {
				d.slots = append(d.slots, &deskSlot{name: fmt.Sprintf("Reader %d", i)})
			}
			var lies []string
			for i, s := range d.slots {
				kind := []string{"nothing", "bank", "dead", "mute", "exclusive", "transaction", "broken"}[random.IntN(7)]
				lies = append(lies, kind)
				switch kind {
				case "nothing":
				case "dead":
					d.put(i, deadCard())
				default:
					d.put(i, bankCard())
				}
				s.mute = kind == "mute"
				if kind == "broken" {
					s.refusal = Code(random.Uint32())
				}
				if kind == "exclusive" || kind == "transaction" {
					d.hold(i, kind)
				}
			}
			at := random.IntN(len(d.slots))
			comes := time.Duration(random.IntN(3)) * 700 * time.Millisecond
			time.AfterFunc(comes, func() {
				d.mu.Lock()
				s := d.slots[at]
				s.mute, s.refusal = false, ok
				held := s.held != ""
				d.mu.Unlock()
				if held {
					d.letGo(at)
				}
				d.put(at, ofLin())
			})
			r := d.reader(Options{Wait: 5 * time.Second})
			// What lies where the card is to go counts as its own until then: so there
			// must be room.
			if lies[at] != "nothing" {
				time.Sleep(comes + time.Millisecond)
			}
			c, err := card.FromReaderWithin(r, time.Second).Read(t.Context())
			if err != nil || c.Number != lin.Number || r.remembered() != d.slots[at].name {
				t.Errorf("desk %d with %v, the card in %d after %v: %v, %v", seed, lies, at, comes, c, err)
			}
			for i, s := range d.slots {
				d.put(i, nil)
				if s.held != "" {
					d.letGo(i)
				}
			}
			settle()
			if d.open != 0 {
				t.Errorf("desk %d with %v: %d contexts and cards are left open", seed, lies, d.open)
			}
		})
	}
}
