package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"time"

	"mps/protocol"
)

// An exchange is the specification's e-voucher call as the wire sees it: a
// request comes in, an answer is made from the centre's JSON. Every contestant
// reads the request from its GBK bytes, learns funid and certificate type, and
// writes the answer with the same elements, values and indent as GBK bytes.
type exchange struct {
	request []byte
	answer  []byte // as the specification prints it
	json    string // the centre's
}

func loadExchange() (*exchange, error) {
	x := &exchange{}
	var err error
	if x.request, err = os.ReadFile("protocol/testdata/request-evoucher.xml"); err != nil {
		return nil, err
	}
	if x.answer, err = os.ReadFile("protocol/testdata/response-evoucher-ok.xml"); err != nil {
		return nil, err
	}
	r, err := protocol.DecodeResponse(x.answer)
	if err != nil {
		return nil, err
	}
	x.json = r.Value(protocol.OutPut)
	return x, nil
}

// byProtocol is our own contestant.
func (x *exchange) byProtocol() ([]byte, error) {
	var c protocol.Codec
	r, err := c.Decode(x.request)
	if err != nil {
		return nil, err
	}
	f, err := r.Function()
	if err != nil {
		return nil, err
	}
	if err := f.Check(r); err != nil {
		return nil, err
	}
	if certType, _ := r.Param(protocol.CertType); certType != protocol.CertVoucher {
		return nil, errors.New("not an e-voucher request")
	}
	return c.EncodeResponse(f.Success(r, map[string]string{protocol.OutPut: x.json})), nil
}

// check refuses an answer that does not say what the specification's says. A
// declaration without its last blank and quotes as references are other
// spellings of the same.
func (x *exchange) check(answer []byte) error {
	want, err := protocol.DecodeResponse(x.answer)
	if err != nil {
		return err
	}
	got, err := protocol.DecodeResponse(answer)
	if err != nil {
		return fmt.Errorf("%w, in %q", err, answer)
	}
	if !reflect.DeepEqual(got, want) {
		return fmt.Errorf("the answer says %v instead of %v", *got, *want)
	}
	if !bytes.Contains(answer, []byte("\n    <Header>\n        <funid>")) {
		return fmt.Errorf("the answer is not indented: %q", answer)
	}
	return nil
}

func measureExchange(ctx context.Context) ([]figure, error) {
	const (
		rounds = 15
		each   = 100 * time.Millisecond // of one contestant in one round
	)
	x, err := loadExchange()
	if err != nil {
		return nil, err
	}
	answer, err := x.byProtocol()
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(answer, x.answer) {
		return nil, errors.New("protocol's answer differs from the specification's")
	}
	if answer, err = x.byEncodingXML(); err != nil {
		return nil, fmt.Errorf("encoding/xml: %w", err)
	}
	if err := x.check(answer); err != nil {
		return nil, fmt.Errorf("encoding/xml: %w", err)
	}
	libxml2, err := newLibxml2(ctx, x, each)
	if err != nil {
		return nil, fmt.Errorf("libxml2: %w", err)
	}

	// One thread each, as libxml2 has: the garbage collector's work counts too.
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	medians, err := inTurns(rounds,
		func() (float64, error) { return repeat(each, x.byProtocol) },
		func() (float64, error) { return repeat(each, x.byEncodingXML) },
		libxml2,
	)
	if err != nil {
		return nil, err
	}
	return []figure{
		compared("e-voucher exchange, decode and encode; other: encoding/xml and x/text", medians[0], medians[1],
			microseconds, "<= 0.20 (5 times faster)", func(ratio float64) bool { return ratio <= 0.2 }),
		compared("e-voucher exchange, decode and encode; other: libxml2", medians[0], medians[2],
			microseconds, "<= 1.00", func(ratio float64) bool { return ratio <= 1 }),
	}, nil
}

// repeat returns the nanoseconds that one do takes.
func repeat(long time.Duration, do func() ([]byte, error)) (float64, error) {
	const batch = 16 // between two looks at the clock
	began := time.Now()
	for n := 1; ; n++ {
		for range batch {
			if _, err := do(); err != nil {
				return 0, err
			}
		}
		if took := time.Since(began); took >= long {
			return float64(took) / float64(n*batch), nil
		}
	}
}

// newLibxml2 builds libxml2.c and checks its answer.
func newLibxml2(ctx context.Context, x *exchange, each time.Duration) (side, error) {
	json := filepath.Join(scratch, "answer.json")
	if err := os.WriteFile(json, []byte(x.json), 0o644); err != nil {
		return nil, err
	}
	o, err := buildOpponent(ctx, "bench/libxml2/libxml2.c", "libxml-2.0", "protocol/testdata/request-evoucher.xml", json)
	if err != nil {
		return nil, err
	}
	return o.side(ctx, each, x.check)
}
