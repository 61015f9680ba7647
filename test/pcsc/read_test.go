package pcsc_test

import (
	"testing"
	"time"

	"mps/card"
	"mps/card/pcsc"
	"mps/card/virtual"
)

func TestRead(t *testing.T) {
	d := start(t, theReader)
	c := virtual.New(holder, virtual.V2)
	insert(t, d.Slot(0), c)
	r := pcsc.New(pcsc.Options{Wait: 5 * time.Second})
	b := time.Now()
	got, err := card.Source{Reader: r}.Read(t.Context())
	t.Log(got, err, time.Since(b), c.APDUs())
	b = time.Now()
	got, err = card.Source{Reader: r}.Read(t.Context())
	t.Log(got, err, time.Since(b), c.APDUs())
	s, err := pcsc.List(t.Context())
	t.Log(s, err)
}
