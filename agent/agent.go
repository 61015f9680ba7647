// Package agent answers the calls of one workstation's hospital programs. It
// owns the devices of the workstation and joins what protocol, card and
// voucher know apart from each other.
//
// A call comes in as POST /v1/call, usually from the client library, with the
// bytes of a request, and is always answered with the bytes of an answer that
// fits the caller's buffer. Whatever goes wrong on the way, a panic included,
// becomes an answer with result -1 and a text for the person at the counter.
package agent

import (
	"context"
	"log/slog"
	"net/http"
	"regexp"
	"time"

	"mps/card"
	"mps/protocol"
	"mps/voucher"
)

// A CodeSource waits until a patient shows an e-voucher and returns the text
// scanned. It stops soon after ctx ends.
type CodeSource interface {
	Code(ctx context.Context) (string, error)
}

// A VoucherQuerier asks who the holder of an e-voucher is.
type VoucherQuerier interface {
	Query(ctx context.Context, q voucher.Query) (*voucher.Answer, error)
}

// Defaults of Options.
const (
	DefaultTimeout   = 60 * time.Second // the client library waits 65 s
	DefaultQueueWait = 20 * time.Second
	DefaultQueue     = 8
)

// Options are what an Agent works with. Only Log must be set.
type Options struct {
	Cards    card.Source    // nil: calls for a card are answered 设备未打开
	Codes    CodeSource     // nil: only codes that callers bring are used
	Vouchers VoucherQuerier // nil: calls for an e-voucher say that none is configured

	// VouchersScan says that Vouchers scans by itself when a query brings no
	// code, and therefore takes its turn at the devices.
	VouchersScan bool

	CodePattern *regexp.Regexp // what a scanned code looks like; nil: voucher.DefaultCodePattern
	Query       voucher.Query  // the hospital's part of every query: orgId, operator and so on

	Encoder protocol.Encoder

	Timeout   time.Duration // of one call, in all
	Queue     int           // how many callers may wait for the devices
	QueueWait time.Duration // how long each may wait

	Secret  string // what callers must send along; "" asks for none
	Version string
	Log     *slog.Logger
}

// An Agent serves calls. It has no state of its own but the turn for the
// devices.
type Agent struct {
	options   Options
	devices   *turn
	functions map[string]function
}

// A function answers the requests of one funid with the values of its fields.
type function func(ctx context.Context, r *protocol.Request) (map[string]string, error)

// New returns an agent. Zero values of o mean the defaults.
func New(o Options) *Agent {
	if o.Cards == nil {
		o.Cards = card.Sources{}
	}
	if o.Timeout <= 0 {
		o.Timeout = DefaultTimeout
	}
	if o.QueueWait <= 0 {
		o.QueueWait = DefaultQueueWait
	}
	if o.Queue <= 0 {
		o.Queue = DefaultQueue
	}
	a := &Agent{options: o, devices: newTurn(o.Queue, o.QueueWait)}
	a.functions = map[string]function{
		protocol.PatientInfo: a.patientInfo,
	}
	return a
}

// Handler serves POST /v1/call and GET /healthz to programs of this machine.
func (a *Agent) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/call", a.serveCall)
	mux.HandleFunc("GET /healthz", a.serveHealth)
	return localOnly(mux)
}
