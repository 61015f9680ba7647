package pcsc_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"mps/card"
	"mps/card/pcsc"
	"mps/card/virtual"
	"mps/test/rig/pcscd"
)

// wanted is what the card of holder says.
var wanted = card.Card{
	IDNumber:           holder.IDNumber,
	Number:             holder.Number,
	Name:               holder.Name,
	IdentificationCode: holder.IdentificationCode,
	IDNumberValid:      true,
}

// patient is the options that await a card for longer than inserting it takes.
var patient = pcsc.Options{Wait: patience / 2}

func read(t *testing.T, r card.Reader) (*card.Card, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	return card.FromReader(r).Read(ctx)
}

func mustRead(t *testing.T, r *pcsc.Reader, want card.Card) {
	t.Helper()
	got, err := read(t, r)
	if err != nil {
		t.Error(err)
	} else if *got != want {
		t.Errorf("read %#v, want %#v", *got, want)
	}
}

// mustReadSoon is mustRead for when PC/SC may still be at what an earlier read has
// left behind, or a card is coming to rest: it tries again.
func mustReadSoon(t *testing.T, r *pcsc.Reader, want card.Card) {
	t.Helper()
	for began := time.Now(); time.Since(began) < patience; {
		if _, err := read(t, r); err == nil {
			break
		}
	}
	mustRead(t, r, want)
}

// mustFail checks the text and the kind of the error with which a read fails.
func mustFail(t *testing.T, r card.Reader, text string, is error) {
	t.Helper()
	c, err := read(t, r)
	if err == nil {
		t.Errorf("read %v", c)
		return
	}
	if err.Error() != text {
		t.Errorf("error %q\nwant  %q", err, text)
	}
	if !errors.Is(err, is) {
		t.Errorf("%v is no %v", err, is)
	}
}

// TestKinds reads every kind of card that can be read, and counts its commands.
func TestKinds(t *testing.T) {
	long := holder
	long.Name = "阿卜杜拉·热合曼·买买提·吐尔逊·艾力"
	longer := wanted
	longer.Name = long.Name
	tests := []struct {
		name  string
		card  *virtual.Card
		want  card.Card
		apdus int
	}{
		{"1.0", virtual.New(holder, virtual.V1), wanted, 7},
		{"2.0", virtual.New(holder, virtual.V2), wanted, 7},
		{"2.0, long name", virtual.New(long, virtual.V2), longer, 8},
		{"2.0, blanks", virtual.New(holder, virtual.V2, virtual.Padding(virtual.PadBlank)), wanted, 7},
		{"2.0, T=0", virtual.New(holder, virtual.V2, virtual.T0()), wanted, 7},
		{"2.0, T=0, 61xx", virtual.New(holder, virtual.V2, virtual.FetchReads()), wanted, 11},
		// It refuses the first SELECT by identifier with 6A86.
		{"2.0, P1=00", virtual.New(holder, virtual.V2, virtual.SelectP1(0)), wanted, 8},
		{"2.0, by number", virtual.New(holder, virtual.V2, virtual.ByNumber(0x6A86)), wanted, 8},
		{"2.0, by short identifier", virtual.New(holder, virtual.V2, virtual.ShortOnly(0x6A82)), wanted, 7},
		{"2.0, T=0, insisting on GET RESPONSE", virtual.New(holder, virtual.V2, virtual.InsistOnFetch(0x6985)), wanted, 12},
		// It is confused twice: the master file does not help, a reset does.
		{"2.0, to be reset", virtual.New(holder, virtual.V2, virtual.Stumble(1, 0x6F00), virtual.Stumble(3, 0x6F00)), wanted, 10},
		// Its card number is shorter than asked for: 6Cxx, and the same again.
		{"2.0, T=0, 6Cxx", virtual.New(holder, virtual.V2, virtual.T0(), virtual.Record(0x07, []byte("D1234567"))),
			card.Card{IDNumber: wanted.IDNumber, Number: "D1234567", Name: wanted.Name,
				IdentificationCode: wanted.IdentificationCode, IDNumberValid: true}, 8},
	}
	d := start(t, theReader)
	r := pcsc.New(patient)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			remove := insert(t, d.Slot(0), tt.card)
			mustRead(t, r, tt.want)
			if n := tt.card.APDUs(); n != tt.apdus {
				t.Errorf("%d APDUs, want %d", n, tt.apdus)
			}
			if n := tt.card.TriesLeft(); n != 3 {
				t.Errorf("%d tries of the PIN left", n)
			}
			remove()
			awaitCard(t, theReader+" 00 00", false)
		})
	}
}

// TestRefusals reads cards that cannot be read.
func TestRefusals(t *testing.T) {
	const needs = "接口SSC_ReadCard 失败:该卡为3.0规范卡，需要PSAM或厂商驱动才能读取个人信息，请配置读卡器厂商驱动，或改用医保电子凭证！"
	const pulled = " 失败:卡片已被拔出，请重新插卡，读卡完成前不要拔卡！"
	tests := []struct {
		name string
		card *virtual.Card
		text string
		is   error
	}{
		{"another application", virtual.New(holder, virtual.Other), "接口SSC_Open 失败:没有读到社会保障卡（Test Reader 00 00：不是社会保障卡；其余没有卡），请插好社会保障卡后重试！", card.ErrOtherCard},
		{"3.0", virtual.New(holder, virtual.V3), needs, card.ErrAuthentication},
		{"3.0, T=0", virtual.New(holder, virtual.V3, virtual.FetchReads()), needs, card.StatusError(0x6982)},
		{"blank card", virtual.New(virtual.Holder{}, virtual.V2), "接口SSC_ReadCard 失败:卡内无个人信息，该卡可能尚未启用，请持卡人到发卡机构处理！", card.ErrBlank},
		{"pulled out at once", virtual.New(holder, virtual.V2, virtual.PullOutAfter(0)), "接口SSC_SelectApp" + pulled, card.ErrRemoved},
		{"pulled out between two commands", virtual.New(holder, virtual.V2, virtual.PullOutAfter(3)), "接口SSC_ReadCard" + pulled, card.ErrRemoved},
		{"pulled out at the end", virtual.New(holder, virtual.V2, virtual.PullOutAfter(6)), "接口SSC_ReadCard" + pulled, card.ErrRemoved},
	}
	d := start(t, theReader)
	r := pcsc.New(pcsc.Options{}) // who waits hopes for another card
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			remove := insert(t, d.Slot(0), tt.card)
			awaitCard(t, theReader+" 00 00", true)
			mustFail(t, r, tt.text, tt.is)
			if n := tt.card.TriesLeft(); n != 3 {
				t.Errorf("%d tries of the PIN left", n)
			}
			remove()
			awaitCard(t, theReader+" 00 00", false)
		})
	}
	insert(t, d.Slot(0), virtual.New(holder, virtual.V2))
	awaitCard(t, theReader+" 00 00", true)
	mustRead(t, r, wanted) // as if nothing had happened
}

// TestDeadCard reads a card that never answers a command: the read ends with its
// context, later ones are told why they cannot begin, and when the card is out,
// everything is as before.
func TestDeadCard(t *testing.T) {
	d := start(t, theReader)
	remove := insert(t, d.Slot(0), virtual.New(holder, virtual.Dead))
	awaitCard(t, theReader+" 00 00", true)
	r := pcsc.New(pcsc.Options{Busy: time.Second})
	conn, err := r.Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	_, err = card.Read(ctx, conn)
	_ = conn.Close() // says that a call was left behind
	if want := "接口SSC_SelectApp 失败:卡片无应答，读卡超时，请重新插卡后重试！"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
	mustFail(t, r, "接口SSC_Open 失败:读卡器的上一次操作还没有结束，请拔出卡片后重试！", pcsc.ErrBusy)
	remove()
	awaitCard(t, theReader+" 00 00", false)
	insert(t, d.Slot(0), virtual.New(holder, virtual.V2))
	awaitCard(t, theReader+" 00 00", true)
	mustReadSoon(t, r, wanted)
}

// TestInsertedLate reads a card that comes while the read waits for it.
func TestInsertedLate(t *testing.T) {
	d := start(t, theReader)
	r := pcsc.New(pcsc.Options{})
	mustFail(t, r, "接口SSC_Open 失败:未检测到卡片，请插入社会保障卡后重试！", card.ErrNoCard)

	result := make(chan error, 1)
	go func() {
		_, err := card.FromReader(pcsc.New(patient)).Read(t.Context())
		result <- err
	}()
	// While that one waits, another read gives up, after longer than PC/SC is asked
	// to wait at a time.
	r = pcsc.New(pcsc.Options{Wait: 1200 * time.Millisecond})
	mustFail(t, r, "接口SSC_Open 失败:未检测到卡片，请插入社会保障卡后重试！", card.ErrNoCard)
	select {
	case err := <-result:
		t.Fatalf("read without a card: %v", err)
	default:
	}
	insert(t, d.Slot(0), virtual.New(holder, virtual.V2))
	if err := <-result; err != nil {
		t.Error(err)
	}
}

// TestCancel cancels a read that waits for a card. What becomes of one whose time
// is over, TestCancelledWait of the package knows.
func TestCancel(t *testing.T) {
	d := start(t, theReader)
	r := pcsc.New(pcsc.Options{Wait: time.Hour, Busy: patience})
	ctx, cancel := context.WithCancel(t.Context())
	result := make(chan error, 1)
	go func() {
		_, err := card.FromReader(r).Read(ctx)
		result <- err
	}()
	// While that one waits, another read gives up.
	mustFail(t, pcsc.New(pcsc.Options{Wait: 300 * time.Millisecond}), "接口SSC_Open 失败:未检测到卡片，请插入社会保障卡后重试！", card.ErrNoCard)
	cancel()
	err := <-result
	if want := "接口SSC_Open 失败:读卡已取消，请重新读卡！"; err == nil || err.Error() != want || !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want %s", err, want)
	}
	// The call that was left behind has ended, long before its hour is over: the
	// reader is free.
	insert(t, d.Slot(0), virtual.New(holder, virtual.V2))
	mustRead(t, r, wanted)
}

// TestCardSlips takes the card out in the middle of a read and puts it, or
// another, in again: at once, and when pcscd may have noticed. TestSlip of the
// package knows how long it may be gone; here, a busy machine may take longer to
// notice it than that. Then the read fails, but only then, and the card in the
// reader is fit to be read.
func TestCardSlips(t *testing.T) {
	const window = 1500 * time.Millisecond // maxSlip of the package
	other, others := holder, wanted
	other.IdentificationCode = "350000D15600000512345678ABCDEF02"
	others.IdentificationCode = other.IdentificationCode
	for _, tt := range []struct {
		name   string
		second virtual.Holder
		want   card.Card
		gone   time.Duration
	}{
		{"the same", holder, wanted, 0},
		{"the same, shortly", holder, wanted, 30 * time.Millisecond},
		{"the same, longer", holder, wanted, 300 * time.Millisecond},
		{"the same, noticed", holder, wanted, 600 * time.Millisecond},
		{"another", other, others, 0},
		{"another, noticed", other, others, 600 * time.Millisecond},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := start(t, theReader)
			var cards sync.WaitGroup
			ctx, cancel := context.WithCancel(t.Context())
			defer cards.Wait()
			defer cancel()
			out := make(chan time.Time, 1)
			cards.Go(func() {
				_ = virtual.New(holder, virtual.V2, virtual.PullOutAfter(5)).ServeVPCD(ctx, d.Slot(0))
				out <- time.Now()
				time.Sleep(tt.gone)
				_ = virtual.New(tt.second, virtual.V2).ServeVPCD(ctx, d.Slot(0))
			})
			r := pcsc.New(patient)
			c, err := read(t, r)
			took := time.Since(<-out)
			const pulled = "接口SSC_ReadCard 失败:卡片已被拔出，请重新插卡，读卡完成前不要拔卡！"
			switch {
			case err == nil && tt.second == holder && *c == wanted:
			case err != nil && errors.Is(err, card.ErrRemoved) && err.Error() == pulled && (tt.second != holder || took > window):
			default:
				t.Errorf("read %v, %v, %v after the card was out", c, err, took)
			}
			mustReadSoon(t, r, tt.want)
		})
	}
}

// TestNoReader has no reader at all, then only such as are not used unasked.
func TestNoReader(t *testing.T) {
	t.Run("none", func(t *testing.T) {
		start(t)
		mustFail(t, pcsc.New(patient), "接口SSC_Open 失败:设备未打开，未检测到读卡器，请检查读卡器连接和驱动程序后重试！", card.ErrNoReader)
		if slots, err := pcsc.List(t.Context()); err != nil || len(slots) != 0 {
			t.Errorf("List = %v, %v", slots, err)
		}
	})
	t.Run("virtual", func(t *testing.T) {
		const hello = "Windows Hello for Business 1"
		d := start(t, hello)
		insert(t, d.Slot(0), virtual.New(holder, virtual.V2))
		awaitCard(t, hello+" 00 00", true)
		mustFail(t, pcsc.New(patient), "接口SSC_Open 失败:设备未打开，只有虚拟读卡器，请检查读卡器连接，确要使用虚拟读卡器时在配置中写明其名称！", card.ErrNoReader)
		mustFail(t, pcsc.New(pcsc.Options{Name: "acs"}), "接口SSC_Open 失败:设备未打开，没有名称符合“acs”的读卡器，请检查读卡器连接和配置的读卡器名称后重试！", card.ErrNoReader)
		mustRead(t, pcsc.New(pcsc.Options{Name: "hello"}), wanted)
	})
}

// TestChoice has cards in three readers.
func TestChoice(t *testing.T) {
	const hello, first, second = "Windows Hello 1", "ACS ACR38U", "Feitian R502"
	d := start(t, hello, first, second)
	number := func(n string) virtual.Holder {
		h := holder
		h.Number = n
		return h
	}
	insert(t, d.Slot(0), virtual.New(number("HELLO"), virtual.V2))
	removeFirst := insert(t, d.Slot(1), virtual.New(number("FIRST"), virtual.V2))
	insert(t, d.Slot(2), virtual.New(number("SECOND"), virtual.V2))
	for _, reader := range []string{hello, first, second} {
		awaitCard(t, reader+" 00 00", true)
	}
	check := func(r *pcsc.Reader, want string) {
		t.Helper()
		if c, err := read(t, r); err != nil || c.Number != want {
			t.Errorf("read %v, %v; want %s", c, err, want)
		}
	}
	check(pcsc.New(pcsc.Options{Name: "feitian"}), "SECOND")
	check(pcsc.New(pcsc.Options{Name: "win*1 00 00"}), "HELLO")
	r := pcsc.New(patient)
	check(r, "FIRST")
	removeFirst()
	awaitCard(t, first+" 00 00", false)
	check(r, "SECOND")
	insert(t, d.Slot(1), virtual.New(number("FIRST"), virtual.V2))
	awaitCard(t, first+" 00 00", true)
	check(r, "SECOND") // the last good one
	check(pcsc.New(patient), "FIRST")

	slots, err := pcsc.List(t.Context())
	if err != nil || len(slots) != 6 {
		t.Fatalf("List = %v, %v", slots, err)
	}
	atr := "3B8D8131FE45805B4D5053205649525455414C72"
	for i, want := range map[int]pcsc.Slot{
		0: {Name: hello + " 00 00", Unlikely: true, Card: true, ATR: atr},
		3: {Name: first + " 00 01"},
		4: {Name: second + " 00 00", Card: true, ATR: atr},
	} {
		if slots[i] != want {
			t.Errorf("slot %d is %+v, want %+v", i, slots[i], want)
		}
	}
}

// TestServiceRestarts stops the service and starts it again while a Reader lives,
// between two reads and within one.
func TestServiceRestarts(t *testing.T) {
	const notRunning = "接口SSC_Open 失败:设备未打开，智能卡服务pcscd没有运行，请启动该服务后重试！"
	r := pcsc.New(patient)
	mustFail(t, r, notRunning, card.ErrNoReader) // not started yet
	if _, err := pcsc.List(t.Context()); err == nil || err.Error() != notRunning {
		t.Errorf("List: %v", err)
	}
	for range 3 {
		d, err := pcscd.Start(folder, theReader)
		if err != nil {
			t.Fatal(err)
		}
		remove := insert(t, d.Slot(0), virtual.New(holder, virtual.V2))
		mustRead(t, r, wanted)
		conn, err := r.Connect(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Stop(); err != nil {
			t.Fatal(err)
		}
		remove()
		_, err = conn.Transmit(t.Context(), []byte{0x00, 0xA4, 0x00, 0x00, 0x02, 0x3F, 0x00})
		if !errors.Is(err, card.ErrNoReader) {
			t.Errorf("in a connection, without the service: %v", err)
		}
		_ = conn.Close() // nobody is there any more to say that it went well
		mustFail(t, r, notRunning, card.ErrNoReader)
	}
}

// TestTogether has callers compete for one card, and looks for what they leave
// behind.
func TestTogether(t *testing.T) {
	d := start(t, theReader)
	insert(t, d.Slot(0), virtual.New(holder, virtual.V2))
	r := pcsc.New(patient)
	mustRead(t, r, wanted)
	before := descriptors(t)
	var callers sync.WaitGroup
	for range 8 {
		callers.Go(func() {
			for range 10 {
				mustRead(t, r, wanted)
			}
		})
	}
	callers.Wait()
	if after := descriptors(t); after > before {
		t.Errorf("%d descriptors after 80 reads, %d before", after, before)
	}
}

func descriptors(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

// TestTrace traces a read through the whole stack.
func TestTrace(t *testing.T) {
	d := start(t, theReader)
	insert(t, d.Slot(0), virtual.New(holder, virtual.V2, virtual.T0()))
	conn, err := pcsc.New(patient).Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	var trace strings.Builder
	if _, err := card.Read(t.Context(), card.Trace(conn, &trace)); err != nil {
		t.Error(err)
	}
	if !strings.Contains(trace.String(), "\n> 00 B2 07 00 0B\n< 07 09 ** ** ** ** ** ** ** ** ** 90 00\n") {
		t.Errorf("trace\n%s", trace.String())
	}
}
