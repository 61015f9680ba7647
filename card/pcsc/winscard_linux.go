package pcsc

import (
	"errors"
	"time"
	"unsafe"

	"github.com/ebitengine/purego"

	"mps/failure"
)

// The library's name is its binary interface's version, the same in every
// distribution.
const libraryName = "libpcsclite.so.1"

var (
	noLibrary = failure.New("reader_no_pcsclite", "设备未打开，本机没有安装PC/SC组件，", "请安装pcscd和libpcsclite1后重试！")
	noService = failure.New("reader_no_pcscd", "设备未打开，智能卡服务pcscd没有运行，", "请启动该服务后重试！")
)

// In pcsc-lite on Linux a DWORD is an unsigned long and a LONG a long: as wide as
// a pointer (pcsc-lite, wintypes.h).
type (
	dword = uintptr
	long  = int
)

// readerState is SCARD_READERSTATE (pcsc-lite, pcsclite.h).
type readerState struct {
	reader  *byte
	_       uintptr // pvUserData
	current dword
	event   dword
	atrLen  dword
	atr     [33]byte
}

// ioRequest is SCARD_IO_REQUEST.
type ioRequest struct {
	protocol dword
	length   dword
}

// pcsclite holds the functions of libpcsclite.
type pcsclite struct {
	scardEstablishContext func(scope dword, reserved1, reserved2 uintptr, context *handle) long
	scardReleaseContext   func(context handle) long
	scardCancel           func(context handle) long
	scardListReaders      func(context handle, groups uintptr, readers *byte, length *dword) long
	scardGetStatusChange  func(context handle, timeout dword, states *readerState, n dword) long
	scardConnect          func(context handle, reader string, share, protocols dword, card *handle, protocol *dword) long
	scardBeginTransaction func(card handle) long
	scardEndTransaction   func(card handle, disposition dword) long
	scardTransmit         func(card handle, pci *ioRequest, command *byte, n dword, received uintptr, response *byte, length *dword) long
	scardDisconnect       func(card handle, disposition dword) long
}

// openWinscard loads libpcsclite. The library stays loaded.
func openWinscard() (winscard, error) {
	library, err := purego.Dlopen(libraryName, purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		return nil, err
	}
	var p pcsclite
	for _, f := range []struct {
		name string
		to   any
	}{
		{"SCardEstablishContext", &p.scardEstablishContext},
		{"SCardReleaseContext", &p.scardReleaseContext},
		{"SCardCancel", &p.scardCancel},
		{"SCardListReaders", &p.scardListReaders},
		{"SCardGetStatusChange", &p.scardGetStatusChange},
		{"SCardConnect", &p.scardConnect},
		{"SCardBeginTransaction", &p.scardBeginTransaction},
		{"SCardEndTransaction", &p.scardEndTransaction},
		{"SCardTransmit", &p.scardTransmit},
		{"SCardDisconnect", &p.scardDisconnect},
	} {
		symbol, err := purego.Dlsym(library, f.name)
		if err != nil {
			return nil, errors.Join(err, purego.Dlclose(library))
		}
		purego.RegisterFunc(f.to, symbol)
	}
	return &p, nil
}

func (p *pcsclite) establish() (context handle, code Code) {
	code = Code(p.scardEstablishContext(scopeSystem, 0, 0, &context))
	return context, code
}

func (p *pcsclite) release(context handle) Code { return Code(p.scardReleaseContext(context)) }

func (p *pcsclite) cancel(context handle) Code { return Code(p.scardCancel(context)) }

func (p *pcsclite) readers(context handle) ([]string, Code) {
	names := make([]byte, enoughForNames)
	for {
		length := dword(len(names))
		code := Code(p.scardListReaders(context, 0, &names[0], &length))
		switch {
		case code == ok:
			return splitNames(string(names[:min(int(length), len(names))])), ok
		case code == codeNoReaders:
			return nil, ok
		case code != codeInsufficientBuffer || len(names) >= mostForNames:
			return nil, code
		}
		names = make([]byte, 4*len(names))
	}
}

func (p *pcsclite) statusChange(context handle, timeout time.Duration, states []state) Code {
	raw := make([]readerState, len(states))
	for i, s := range states {
		name := append([]byte(s.reader), 0)
		raw[i] = readerState{reader: &name[0], current: dword(s.flags &^ stateChanged)}
	}
	code := Code(p.scardGetStatusChange(context, dword(milliseconds(timeout)), &raw[0], dword(len(raw))))
	if code != ok {
		return code
	}
	for i := range raw {
		states[i].flags = uint32(raw[i].event)
		states[i].atr = append([]byte(nil), raw[i].atr[:min(int(raw[i].atrLen), len(raw[i].atr))]...)
	}
	return ok
}

func (p *pcsclite) connect(context handle, reader string, share uint32) (card handle, protocol uint32, code Code) {
	var active dword
	code = Code(p.scardConnect(context, reader, dword(share), protocolT0|protocolT1, &card, &active))
	return card, uint32(active), code
}

func (p *pcsclite) begin(card handle) Code { return Code(p.scardBeginTransaction(card)) }

func (p *pcsclite) transmit(card handle, protocol uint32, command, response []byte) (int, Code) {
	pci := ioRequest{protocol: dword(protocol), length: dword(unsafe.Sizeof(ioRequest{}))}
	length := dword(len(response))
	code := Code(p.scardTransmit(card, &pci, unsafe.SliceData(command), dword(len(command)), 0, &response[0], &length))
	return min(int(length), len(response)), code
}

func (p *pcsclite) end(card handle, reset bool) Code {
	return Code(p.scardEndTransaction(card, dword(disposition(reset))))
}

func (p *pcsclite) disconnect(card handle, reset bool) Code {
	return Code(p.scardDisconnect(card, dword(disposition(reset))))
}
