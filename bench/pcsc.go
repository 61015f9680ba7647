package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"mps/card"
	"mps/card/pcsc"
	"mps/card/virtual"
	"mps/test/rig/pcscd"
)

// measureCard compares a whole read of a card, from nothing to the four fields,
// with a C program that sends the same commands. Both go through pcscd and vpcd to
// the same card in software.
func measureCard(ctx context.Context) (figures []figure, err error) {
	const (
		rounds = 41
		each   = 60 * time.Millisecond // of one contestant in one round
		reader = "Bench Reader"
	)
	dir, err := os.MkdirTemp("", "mps-bench") // the path of a socket is short
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	if err := os.Setenv(pcscd.SocketVariable, pcscd.Socket(dir)); err != nil {
		return nil, err
	}
	daemon, err := pcscd.Start(dir, reader)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, daemon.Stop()) }()
	taken, takeOut := context.WithCancel(ctx)
	out := make(chan struct{})
	go func() {
		defer close(out)
		_ = inserted.ServeVPCD(taken, daemon.Slot(0)) // how it ends shows in the reads
	}()
	defer func() {
		takeOut()
		<-out
	}()

	ours := card.FromReader(pcsc.New(pcsc.Options{Wait: 5 * time.Second}))
	if c, err := ours.Read(ctx); err != nil || c.IDNumber != testCard.IDNumber || c.Name != testCard.Name {
		return nil, fmt.Errorf("read %v, %w", c, err)
	}
	c, err := newCReader(ctx, reader+" 00 00", each)
	if err != nil {
		return nil, err
	}
	medians, err := inTurns(rounds, func() (float64, error) { return repeatRead(ctx, ours, each) }, c)
	if err != nil {
		return nil, err
	}
	return []figure{
		compared("card read through pcscd and vpcd, 7 APDUs; other: C with libpcsclite", medians[0], medians[1],
			microseconds, "<= 1.10", func(ratio float64) bool { return ratio <= 1.1 }),
	}, nil
}

// inserted is the card of the person of testCard.
var inserted = virtual.New(virtual.Holder{
	IDNumber: testCard.IDNumber,
	Number:   testCard.Number,
	Name:     testCard.Name,
}, virtual.V2)

// repeatRead returns the nanoseconds of one read.
func repeatRead(ctx context.Context, source card.Source, long time.Duration) (float64, error) {
	began := time.Now()
	for n := 1; ; n++ {
		if _, err := source.Read(ctx); err != nil {
			return 0, err
		}
		if took := time.Since(began); took >= long {
			return float64(took) / float64(n), nil
		}
	}
}

// newCReader builds the C program and checks what it reads.
func newCReader(ctx context.Context, reader string, each time.Duration) (side, error) {
	o, err := buildOpponent(ctx, "bench/pcsc/read.c", "libpcsclite", reader)
	if err != nil {
		return nil, err
	}
	return o.side(ctx, each, func(records []byte) error {
		if want := fmt.Sprintf("0812%X9000\n", testCard.IDNumber); !strings.Contains(string(records), want) {
			return fmt.Errorf("it read %q, which lacks %q", records, want)
		}
		return nil
	})
}
