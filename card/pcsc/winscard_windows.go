package pcsc

import (
	"time"
	"unicode/utf16"
	"unsafe"

	"golang.org/x/sys/windows"

	"mps/failure"
)

var (
	noLibrary = failure.New("reader_no_winscard", "设备未打开，本机没有PC/SC组件（winscard.dll），", "请安装Windows智能卡组件后重试！")
	noService = failure.New("reader_no_scardsvr", "设备未打开，Windows智能卡服务（SCardSvr）没有运行，", "请接好读卡器，仍不行时在“服务”中启动Smart Card后重试！")
)

var (
	library = windows.NewLazySystemDLL("winscard.dll")

	procEstablishContext = library.NewProc("SCardEstablishContext")
	procReleaseContext   = library.NewProc("SCardReleaseContext")
	procCancel           = library.NewProc("SCardCancel")
	procListReaders      = library.NewProc("SCardListReadersW")
	procGetStatusChange  = library.NewProc("SCardGetStatusChangeW")
	procConnect          = library.NewProc("SCardConnectW")
	procBeginTransaction = library.NewProc("SCardBeginTransaction")
	procEndTransaction   = library.NewProc("SCardEndTransaction")
	procTransmit         = library.NewProc("SCardTransmit")
	procDisconnect       = library.NewProc("SCardDisconnect")
)

// readerState is SCARD_READERSTATEW (Microsoft, winscard.h).
type readerState struct {
	reader  *uint16
	_       uintptr // pvUserData
	current uint32
	event   uint32
	atrLen  uint32
	atr     [36]byte
}

// ioRequest is SCARD_IO_REQUEST.
type ioRequest struct {
	protocol uint32
	length   uint32
}

type winscardDLL struct{}

// openWinscard loads winscard.dll from the system's folder.
func openWinscard() (winscard, error) {
	for _, proc := range []*windows.LazyProc{
		procEstablishContext, procReleaseContext, procCancel, procListReaders, procGetStatusChange,
		procConnect, procBeginTransaction, procEndTransaction, procTransmit, procDisconnect,
	} {
		if err := proc.Find(); err != nil {
			return nil, err
		}
	}
	return winscardDLL{}, nil
}

func call(proc *windows.LazyProc, args ...uintptr) Code {
	r, _, _ := proc.Call(args...)
	return Code(r)
}

func (winscardDLL) establish() (context handle, code Code) {
	r, _, _ := procEstablishContext.Call(scopeUser, 0, 0, uintptr(unsafe.Pointer(&context)))
	return context, Code(r)
}

func (winscardDLL) release(context handle) Code { return call(procReleaseContext, uintptr(context)) }

func (winscardDLL) cancel(context handle) Code { return call(procCancel, uintptr(context)) }

func (winscardDLL) readers(context handle) ([]string, Code) {
	names := make([]uint16, enoughForNames)
	for {
		length := uint32(len(names))
		r, _, _ := procListReaders.Call(uintptr(context), 0, uintptr(unsafe.Pointer(&names[0])), uintptr(unsafe.Pointer(&length)))
		switch code := Code(r); {
		case code == ok:
			return splitNames(string(utf16.Decode(names[:min(int(length), len(names))]))), ok
		case code == codeNoReaders:
			return nil, ok
		case code != codeInsufficientBuffer || len(names) >= mostForNames:
			return nil, code
		}
		names = make([]uint16, 4*len(names))
	}
}

func (winscardDLL) statusChange(context handle, timeout time.Duration, states []state) Code {
	raw := make([]readerState, len(states))
	for i, s := range states {
		name, err := windows.UTF16PtrFromString(s.reader)
		if err != nil {
			return codeUnknownReader
		}
		raw[i] = readerState{reader: name, current: s.flags &^ stateChanged}
	}
	r, _, _ := procGetStatusChange.Call(uintptr(context), uintptr(milliseconds(timeout)), uintptr(unsafe.Pointer(&raw[0])), uintptr(len(raw)))
	if code := Code(r); code != ok {
		return code
	}
	for i := range raw {
		states[i].flags = raw[i].event
		states[i].atr = append([]byte(nil), raw[i].atr[:min(int(raw[i].atrLen), len(raw[i].atr))]...)
	}
	return ok
}

func (winscardDLL) connect(context handle, reader string, share uint32) (card handle, protocol uint32, code Code) {
	name, err := windows.UTF16PtrFromString(reader)
	if err != nil {
		return 0, 0, codeUnknownReader
	}
	r, _, _ := procConnect.Call(uintptr(context), uintptr(unsafe.Pointer(name)), uintptr(share), protocolT0|protocolT1,
		uintptr(unsafe.Pointer(&card)), uintptr(unsafe.Pointer(&protocol)))
	return card, protocol, Code(r)
}

func (winscardDLL) begin(card handle) Code { return call(procBeginTransaction, uintptr(card)) }

func (winscardDLL) transmit(card handle, protocol uint32, command, response []byte) (int, Code) {
	pci := ioRequest{protocol: protocol, length: uint32(unsafe.Sizeof(ioRequest{}))}
	length := uint32(len(response))
	r, _, _ := procTransmit.Call(uintptr(card), uintptr(unsafe.Pointer(&pci)),
		uintptr(unsafe.Pointer(unsafe.SliceData(command))), uintptr(len(command)),
		0, uintptr(unsafe.Pointer(&response[0])), uintptr(unsafe.Pointer(&length)))
	return min(int(length), len(response)), Code(r)
}

func (winscardDLL) end(card handle, reset bool) Code {
	return call(procEndTransaction, uintptr(card), uintptr(disposition(reset)))
}

func (winscardDLL) disconnect(card handle, reset bool) Code {
	return call(procDisconnect, uintptr(card), uintptr(disposition(reset)))
}
