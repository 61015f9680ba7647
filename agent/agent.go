// Package agent answers the calls of one workstation's hospital programs. It
// owns the devices of the workstation and joins what protocol, card and
// voucher know apart from each other.
//
// A surface takes calls in the form of its callers and gives them to
// [Agent.Answer]. The one there is, [Agent.Handler], serves the client library:
// a call comes in as POST /v1/call with the bytes of a request, and is always
// answered with the bytes of an answer that fits the caller's buffer. Whatever
// goes wrong on the way becomes an answer with result -1 and a text for the
// person at the counter.
package agent

import (
	"cmp"
	"context"
	"log/slog"
	"time"

	"mps/card"
	"mps/mask"
	"mps/protocol"
	"mps/voucher"
)

// A CodeSource waits until a patient shows an e-voucher and returns the text
// scanned. It stops soon after ctx ends.
type CodeSource interface {
	Code(ctx context.Context) (string, error)
}

// Defaults of Options.
const (
	DefaultTimeout   = 60 * time.Second // the client library waits 65 s
	DefaultQueueWait = 20 * time.Second
	DefaultQueue     = 8
)

// Options are what an Agent works with. Only Log must be set.
type Options struct {
	Cards    card.Source   // nil: calls for a card are answered 设备未打开
	Vouchers VoucherLookup // nil: calls for an e-voucher say that none is configured
	Query    voucher.Query // the hospital's part of every query: orgId, operator and so on

	Codec protocol.Codec // of the client library's GBK callers; its UTF-16 callers share the key

	Timeout   time.Duration // of one call, in all
	Queue     int           // how many callers may wait for each device
	QueueWait time.Duration // how long each may wait

	Secret  string // what callers of the client library must send along; "" asks for none
	Version string
	Log     *slog.Logger // what is logged is masked first
}

// An Agent answers calls. It has no state of its own but the turns at the
// devices: card reader and scanner are used independently of each other, each
// by one call at a time.
type Agent struct {
	options   Options
	cards     *turn // at the card readers, which may share one slot
	scanner   *turn
	functions map[string]function
}

// A function answers the requests of one funid with the values of its fields.
type function func(ctx context.Context, r *protocol.Request) (map[string]string, error)

// New returns an agent. Zero values of o mean the defaults.
func New(o Options) *Agent {
	if o.Cards == nil {
		o.Cards = card.Sources{}
	}
	o.Timeout = cmp.Or(max(o.Timeout, 0), DefaultTimeout)
	o.QueueWait = cmp.Or(max(o.QueueWait, 0), DefaultQueueWait)
	o.Queue = cmp.Or(max(o.Queue, 0), DefaultQueue)
	o.Log = slog.New(mask.NewHandler(o.Log.Handler()))
	a := &Agent{
		options: o,
		cards:   newTurn(o.Queue, o.QueueWait, cardQueueFull, cardBusy),
		scanner: newTurn(o.Queue, o.QueueWait, scannerQueueFull, scannerBusy),
	}
	a.functions = map[string]function{
		protocol.PatientInfo: a.patientInfo,
	}
	return a
}
