package windows_test

import (
	"bytes"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"mps/gbk"
	"mps/protocol"
)

// TestCalls has programs of many kinds call one agent, which lives through all
// of it.
func TestCalls(t *testing.T) {
	h := newHouse(t)
	for _, s := range []struct {
		name string
		run  func(*house, *testing.T)
	}{
		{"card", (*house).readsCard},
		{"voucher", (*house).readsVoucher},
		{"expired voucher", (*house).readsExpired},
		{"agent not running", (*house).missesAgent},
		{"answer larger than the buffer", (*house).hasSmallBuffer},
		{"mps call", (*house).callsByHand},
		{"stdcall and cdecl", (*house).checksConvention},
		{"stack of 64 KB", (*house).hasSmallStack},
		{"read-only buffer", (*house).cannotBeWritten},
		{"buffer smaller than it is said to be", (*house).boasts},
		{"blanks before a guard page", (*house).passesBlanks},
		{"UTF-16 blanks before a guard page", (*house).passesWideBlanks},
		{"requests before a guard page", (*house).passesShortRequests},
		{"32 threads", (*house).callsFromThreads},
		{"1000 loads", (*house).reloads},
		{"10000 calls", (*house).staysSteady},
	} {
		t.Run(s.name, func(t *testing.T) { s.run(h, t) })
	}
}

func (h *house) readsCard(t *testing.T) {
	readCard(t, h.run(t, h.user, "spec.exe", h.card))
}

func (h *house) readsVoucher(t *testing.T) {
	r := succeeded(t, h.run(t, h.user, "spec.exe", h.voucher))
	if body := r.Value("out_put"); !strings.Contains(body, patient(t, "p01").IDNumber) {
		t.Fatalf("the answer does not know the patient: %s", body)
	}
}

func (h *house) readsExpired(t *testing.T) {
	failed(t, h.run(t, h.user, "spec.exe", h.expired), "电子凭证解析错误[code=40004,msg=结算支付码已过期")
}

func (h *house) missesAgent(t *testing.T) {
	alone := newUser(t).with("MPS_CLIENT_PORT=" + nobody(t))
	failed(t, h.run(t, alone, "spec.exe", h.card), "读卡服务未启动")
}

func (h *house) hasSmallBuffer(t *testing.T) {
	const capacity = 300
	answer := h.run(t, h.user.with("MPS_CLIENT_CAPACITY="+strconv.Itoa(capacity)), "spec.exe", h.voucher)
	failed(t, answer, "返回报文需要")
	if len(answer) >= capacity {
		t.Fatalf("%d bytes for a buffer of %d", len(answer), capacity)
	}
}

func (h *house) callsByHand(t *testing.T) {
	for _, args := range [][]string{
		{"call", "--card"},
		{"call", "--card", "--library", h.programs + `\mps_client.dll`},
	} {
		if out := h.run(t, h.user, "mps.exe", args...); !bytes.Contains(out, []byte("<name>林小测</name>")) {
			t.Errorf("mps %q says\n%s", args, out)
		}
	}
}

func (h *house) checksConvention(t *testing.T) {
	readCard(t, h.run(t, h.user, "convention.exe", h.card))
}

func (h *house) hasSmallStack(t *testing.T) {
	readCard(t, h.run(t, h.user, "stack.exe", h.card))
}

func (h *house) cannotBeWritten(t *testing.T) {
	h.run(t, h.user, "readonly.exe", h.card)
}

func (h *house) boasts(t *testing.T) {
	failed(t, h.run(t, h.user, "boast.exe", h.card), "")
}

func (h *house) callsFromThreads(t *testing.T) {
	readCard(t, h.run(t, h.user, "threads.exe", h.card, "32", "5"))
}

func (h *house) reloads(t *testing.T) {
	readCard(t, h.run(t, h.user, "reload.exe", h.card, "1000"))
}

// The emulated machine needs a minute for 4000 answers of the agent. There, most
// of the calls find nobody, which takes as many handles and less time.
func (h *house) staysSteady(t *testing.T) {
	answered, unanswered := 10000, 0
	if strconv.IntSize == 32 {
		answered, unanswered = 2000, 8000
	}
	readCard(t, h.run(t, h.user, "steady.exe", h.card, strconv.Itoa(answered)))
	if unanswered > 0 {
		alone := newUser(t).with("MPS_CLIENT_PORT=" + nobody(t))
		failed(t, h.run(t, alone, "steady.exe", h.card, strconv.Itoa(unanswered)), "读卡服务未启动")
	}
}

// blanks calls with a buffer of n blanks and returns the answer.
func (h *house) blanks(t *testing.T, n int) []byte {
	t.Helper()
	return h.run(t, h.user, "blanks.exe", h.voucher, strconv.Itoa(n))
}

// An e-voucher's answer arrives as it is, or compacted if that fits, or else as
// an error that says how much it needs.
func (h *house) passesBlanks(t *testing.T) {
	whole := h.blanks(t, 8192)
	succeeded(t, whole)
	compact := h.blanks(t, len(whole)-1)
	succeeded(t, compact)
	if len(compact) >= len(whole) {
		t.Fatalf("compacted from %d to %d bytes", len(whole), len(compact))
	}
	if got := h.blanks(t, len(whole)); !bytes.Equal(got, whole) {
		t.Errorf("a buffer that just fits gets %q", got)
	}
	if got := h.blanks(t, len(compact)); !bytes.Equal(got, compact) {
		t.Errorf("a buffer that just fits the compacted answer gets %q", got)
	}
	failed(t, h.blanks(t, len(compact)-1), "返回报文需要"+strconv.Itoa(len(compact)+1)+"字节")
	failed(t, h.blanks(t, 64), "")

	// The specification's PowerBuilder example has Space(1024).
	got := h.blanks(t, 1024)
	if len(compact) > 1024 {
		failed(t, got, "返回报文需要")
	} else if !bytes.Equal(got, compact) {
		t.Errorf("1024 blanks get %q", got)
	}
}

// PowerBuilder 10 and later gets the same text for the same number of blanks.
func (h *house) passesWideBlanks(t *testing.T) {
	wideRequest := wide("\uFEFF" + gbkText(t, request(protocol.CertVoucher, patient(t, "p01").Code)))
	withMark := writeFile(t, tempDir(t), "request.utf16", wideRequest)
	plain := writeFile(t, tempDir(t), "request.utf16", wideRequest[2:])
	whole := gbkText(t, h.blanks(t, 8192))
	compact := gbkText(t, h.blanks(t, len(gbk.Append(nil, whole, gbk.Reference))-1))
	units := func(s string) int { return len(wide(s)) / 2 }
	for _, c := range []struct {
		file   string
		blanks int
		want   string
	}{
		{plain, 8192, whole},
		{withMark, units(whole), whole},
		{plain, units(whole) - 1, compact},
		{withMark, units(compact), compact},
	} {
		if got := h.wideBlanks(t, h.user, c.file, c.blanks); got != c.want {
			t.Errorf("%d wide blanks get %q, want %q", c.blanks, got, c.want)
		}
	}
	for _, n := range []int{units(compact) - 1, 64} {
		got := h.wideBlanks(t, h.user, plain, n)
		if !strings.Contains(got, "<result>-1</result>") || !strings.HasSuffix(got, "</response>") {
			t.Errorf("%d wide blanks get %q", n, got)
		}
	}

	// The library's own messages are wide, too.
	alone := newUser(t).with("MPS_CLIENT_PORT=" + nobody(t))
	if got := h.wideBlanks(t, alone, plain, 1024); !strings.Contains(got, "读卡服务未启动") {
		t.Errorf("without an agent: %q", got)
	}
}

func (h *house) wideBlanks(t *testing.T, u user, file string, n int) string {
	t.Helper()
	return fromWide(h.run(t, u, "blanks.exe", file, strconv.Itoa(n), "wide"))
}

// Requests of any length end right before the guard page.
func (h *house) passesShortRequests(t *testing.T) {
	for _, wire := range []string{"", "<", "<r", "你", "<\x00", "<\x00?\x00", "\xFF\xFE", "\xFF\xFE<\x00"} {
		file := writeFile(t, tempDir(t), "request", []byte(wire))
		args := []string{file, "8192"}
		if strings.Contains(wire, "\x00") {
			args = append(args, "wide")
		}
		got := h.run(t, h.user, "blanks.exe", args...)
		if !bytes.Contains(bytes.ReplaceAll(got, []byte{0}, nil), []byte("<result>-1</result>")) {
			t.Errorf("request %q is answered %q", wire, got)
		}
	}
}

func gbkText(t *testing.T, wire []byte) string {
	text, err := gbk.Decode(wire)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func wide(text string) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune(text)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return b
}

func fromWide(b []byte) string {
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = uint16(b[2*i]) | uint16(b[2*i+1])<<8
	}
	return string(utf16.Decode(units))
}
