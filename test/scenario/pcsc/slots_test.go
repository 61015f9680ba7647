package pcsc_test

import (
	"errors"
	"testing"
	"time"

	"mps/card"
	"mps/card/pcsc"
	"mps/card/virtual"
)

// TestSlots has a counter with a security module and a bank card that lie there for
// good, and patients who put their cards into the readers that are left.
func TestSlots(t *testing.T) {
	const left, right = "Left CL", "Right ICC"
	d := start(t, "TestPSAM", theReader, left, right)
	module := virtual.New(holder, virtual.V2) // which must not be taken for a patient's card
	bank := virtual.New(virtual.Holder{}, virtual.Other)
	insert(t, d.Slot(0), module)
	insert(t, d.Slot(1), bank)
	awaitCard(t, "TestPSAM 00 00", true)
	awaitCard(t, theReader+" 00 00", true)

	second := holder
	second.IDNumber, second.Name, second.Number = "350203198511214024", "陈晓", "A00000001"
	seconds := wanted
	seconds.IDNumber, seconds.Name, seconds.Number = second.IDNumber, second.Name, second.Number

	r := pcsc.New(patient)
	const nobody = "接口SSC_Open 失败:没有读到社会保障卡（Test Reader 00 00：不是社会保障卡；其余没有卡），请插好社会保障卡后重试！"
	brief := pcsc.New(pcsc.Options{Wait: 500 * time.Millisecond})
	mustFail(t, brief, nobody, pcsc.ErrNotFound)

	// The patient's card comes while the read waits.
	result := make(chan error, 1)
	go func() {
		c, err := card.FromReader(r).Read(t.Context())
		if err == nil && *c != wanted {
			err = errors.New("read " + c.String())
		}
		result <- err
	}()
	mustFail(t, brief, nobody, card.ErrOtherCard) // meanwhile
	select {
	case err := <-result:
		t.Fatalf("read without a card: %v", err)
	default:
	}
	remove := insert(t, d.Slot(2), virtual.New(holder, virtual.V2))
	if err := <-result; err != nil {
		t.Error(err)
	}

	// The next one puts it into another reader, and the same card is read again.
	remove()
	awaitCard(t, left+" 00 00", false)
	remove = insert(t, d.Slot(3), virtual.New(second, virtual.V2))
	mustRead(t, r, seconds)
	before := bank.APDUs()
	mustRead(t, r, seconds)
	if after := bank.APDUs(); after != before {
		t.Errorf("the bank card was asked %d times more", after-before)
	}

	// A contact card goes before a contactless one, for who remembers nothing.
	removeLeft := insert(t, d.Slot(2), virtual.New(holder, virtual.V2))
	awaitCard(t, left+" 00 00", true)
	mustRead(t, pcsc.New(patient), seconds)
	removeLeft()
	awaitCard(t, left+" 00 00", false)

	// The bank card is held by another program: the patient's is read all the same.
	for _, how := range []string{"exclusive", "transaction"} {
		letGo := hold(t, how)
		mustRead(t, pcsc.New(pcsc.Options{}), seconds)
		letGo()
	}

	// What was remembered is gone, and only the bank card is left.
	remove()
	awaitCard(t, right+" 00 00", false)
	mustFail(t, brief, nobody, pcsc.ErrNotFound)
	insert(t, d.Slot(2), virtual.New(holder, virtual.V2))
	mustRead(t, r, wanted)

	if n := module.APDUs(); n != 0 {
		t.Errorf("the security module was asked %d times", n)
	}
}

// TestHangingCard has a card that never answers beside the patient's: each card has a
// time of its own.
func TestHangingCard(t *testing.T) {
	const right = "Right ICC"
	d := start(t, theReader, right)
	remove := insert(t, d.Slot(0), virtual.New(holder, virtual.Dead))
	awaitCard(t, theReader+" 00 00", true)
	r := pcsc.New(pcsc.Options{Busy: time.Second})
	source := card.FromReaderWithin(r, time.Second)
	const slow = "接口SSC_SelectApp 失败:卡片无应答，1秒内没有读完，请检查卡片是否插反或未插到位，重新插卡后重试！"
	if _, err := source.Read(t.Context()); err == nil || err.Error() != slow || !errors.Is(err, card.ErrMute) {
		t.Errorf("alone: %v", err)
	}
	removeRight := insert(t, d.Slot(1), virtual.New(holder, virtual.V2))
	awaitCard(t, right+" 00 00", true)
	if c, err := source.Read(t.Context()); err != nil || *c != wanted {
		t.Errorf("beside the patient's: %v, %v", c, err)
	}
	// When it is out, its slot is as good as any other.
	remove()
	removeRight()
	awaitCard(t, theReader+" 00 00", false)
	awaitCard(t, right+" 00 00", false)
	insert(t, d.Slot(0), virtual.New(holder, virtual.V2))
	awaitCard(t, theReader+" 00 00", true)
	mustReadSoon(t, r, wanted)
}
