package pcsc

import (
	"context"
	"fmt"
	"sync"
	"time"

	"mps/card/virtual"
)

// A fake is a PC/SC library with one reader, for what the real one cannot be made
// to do. Its functions do what the fields say, once for each element, and then
// what a library does with a card in the reader.
type fake struct {
	card *virtual.Card

	mu    sync.Mutex
	calls [][]string // what was called in each context, without establish, readers and statusChange

	listed      []string // the readers; nil: one
	states      []uint32 // of the readers, at each statusChange in turn; the last one stays
	establishes []Code
	connects    []Code
	begins      []Code
	transmits   []func() Code // ok: the card answers
	changes     int           // statusChanges so far
	lists       int           // and listings of the readers

	waiting chan struct{} // closed to end a statusChange
	hang    chan struct{} // what release waits for, if not nil
	outTill time.Time     // the card is out of the reader until then
	held    chan struct{} // what begin waits for, if not nil
	hear    func(reset bool)
}

const fakeReader = "ACS ACR38U 0"

func newFake() *fake {
	holder := virtual.Holder{IDNumber: "35058219720630061X", Name: "林小满", Number: "D12345678"}
	return &fake{card: virtual.New(holder, virtual.V2), waiting: make(chan struct{})}
}

// reader is a Reader over the fake.
func (f *fake) reader(o Options) *Reader {
	return newReader(o, func() (winscard, error) { return f, nil })
}

// next takes the first of what is left to do.
func next[T any](f *fake, left *[]T, otherwise T) T {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(*left) == 0 {
		return otherwise
	}
	first := (*left)[0]
	*left = (*left)[1:]
	return first
}

// note notes a call in a context, which is also the handle of the card in it.
func (f *fake) note(context handle, format string, args ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls[context-1] = append(f.calls[context-1], fmt.Sprintf(format, args...))
}

// noted are the calls, context by context, without the contexts in which nothing
// was done if there are others: their order is that of the goroutines.
func (f *fake) noted() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var calls, idle []string
	for _, c := range f.calls {
		if len(c) > 1 {
			calls = append(calls, c...)
		} else {
			idle = c
		}
	}
	if calls == nil {
		return idle
	}
	return calls
}

func (f *fake) establish() (handle, Code) {
	if code := next(f, &f.establishes, ok); code != ok {
		return 0, code
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, nil)
	return handle(len(f.calls)), ok
}

func (f *fake) release(context handle) Code {
	if f.hang != nil {
		<-f.hang
	}
	f.note(context, "release")
	return ok
}

func (f *fake) cancel(context handle) Code {
	f.note(context, "cancel")
	f.mu.Lock()
	defer f.mu.Unlock()
	close(f.waiting)
	f.waiting = make(chan struct{})
	return ok
}

func (f *fake) readers(handle) ([]string, Code) {
	f.mu.Lock()
	f.lists++
	f.mu.Unlock()
	if f.listed == nil {
		return []string{fakeReader}, ok
	}
	return f.listed, ok
}

func (f *fake) statusChange(_ handle, timeout time.Duration, states []state) Code {
	f.mu.Lock()
	f.changes++
	now := uint32(statePresent)
	if len(f.states) > 0 {
		now = f.states[0]
	}
	if len(f.states) > 1 {
		f.states = f.states[1:]
	}
	cancelled := f.waiting
	f.mu.Unlock()
	if timeout > 0 && states[0].flags == now|stateChanged {
		select {
		case <-time.After(timeout):
			return codeTimeout
		case <-cancelled:
			return codeCancelled
		}
	}
	for i := range states {
		states[i].flags = now | stateChanged
	}
	return ok
}

func (f *fake) connect(context handle, reader string, share uint32) (handle, uint32, Code) {
	if time.Now().Before(f.outTill) {
		return 0, 0, codeNoCard
	}
	if code := next(f, &f.connects, ok); code != ok {
		return 0, 0, code
	}
	f.note(context, "connect")
	if share == shareShared {
		f.note(context, "shared")
	}
	return context, protocolT1, ok
}

func (f *fake) begin(handle) Code {
	if f.held != nil {
		<-f.held
	}
	return next(f, &f.begins, ok)
}

func (f *fake) transmit(card handle, _ uint32, command, response []byte) (int, Code) {
	answer := next(f, &f.transmits, func() Code { return ok })
	if code := answer(); code != ok {
		return 0, code
	}
	r, err := f.card.Transmit(context.Background(), command)
	if err != nil {
		return 0, codeRemoved
	}
	f.note(card, "%02X", command[1])
	return copy(response, r), ok
}

func (f *fake) end(card handle, reset bool) Code {
	f.note(card, "end reset=%t", reset)
	return ok
}

func (f *fake) disconnect(card handle, reset bool) Code {
	f.note(card, "disconnect reset=%t", reset)
	if reset {
		f.card.Reset()
	}
	if f.hear != nil {
		f.hear(reset)
	}
	return ok
}
