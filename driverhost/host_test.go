package driverhost_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"mps/driverhost"
	"mps/gbk"
	"mps/test/standin/drivers"
)

func TestMain(m *testing.M) { drivers.Main(m) }

// card is what the stand-in returns when all is well.
const card = "350000|35058219720630061X|D12345678|350000D15600000512345678ABCDEF01|林小满|00814A444686603500005700AB|2.00|20150612|20250612|"

func call(export string, iType int32) driverhost.Call {
	return driverhost.Call{Export: export, Args: []driverhost.Arg{driverhost.Int(iType), driverhost.Buffer(1024)}}
}

// reads checks that the host works.
func reads(t *testing.T, h *driverhost.Host) {
	t.Helper()
	r, err := h.Call(t.Context(), call("read8", 1))
	if err != nil {
		t.Fatalf("the next call fails: %v", err)
	}
	if got, err := gbk.Decode(r.Output(0)); got != card || err != nil || r.Int != 0 {
		t.Fatalf("the next call: %d %q %v", r.Int, got, err)
	}
}

func TestCall(t *testing.T) {
	defer goleak.VerifyNone(t)
	h := drivers.Host(t, "sscard")
	defer h.Close()
	reads(t, h)

	r, err := h.Call(t.Context(), call("fail", -27010))
	if err != nil || r.Int != -27010 || len(r.Output(0)) != 0 || r.Output(1) != nil {
		t.Errorf("%+v, %v", r, err)
	}
	r, err = h.Call(t.Context(), call("garbage", 1))
	if err != nil || len(r.Output(0)) != 1000 {
		t.Errorf("garbage: %d bytes, %v", len(r.Output(0)), err)
	}
}

// Whatever a library does, the caller gets a worded error in time, and the next
// call works.
func TestTheWallHolds(t *testing.T) {
	const gone = "厂商驱动运行中崩溃或自行退出，请重试，仍不成功请重新插拔设备，并联系设备厂商！"
	const late = "秒没有反应，已强行结束，请检查设备连接后重试！"
	tests := []struct {
		export string
		want   string
		is     error
	}{
		{"crash", gone, driverhost.ErrCrashed},
		{"crash_stack", gone, driverhost.ErrCrashed},
		{"quit", gone, driverhost.ErrCrashed},
		{"quit_aborting", gone, driverhost.ErrCrashed},
		{"print_and_crash", gone, driverhost.ErrCrashed},
		{"hang", late, context.DeadlineExceeded},
		{"spin", late, context.DeadlineExceeded},
		{"overrun", "厂商驱动写出的数据超过了1024字节的缓冲区，请在配置中加大缓冲区后重试！", driverhost.ErrOverrun},
		{"overrun_megabyte", "厂商驱动写出的数据超过了1024字节的缓冲区，请在配置中加大缓冲区后重试！", driverhost.ErrOverrun},
		{"overrun_endless", gone, driverhost.ErrCrashed},
		{"underrun", gone, driverhost.ErrCrashed},
		{"fill", "厂商驱动写满了1024字节的缓冲区而没有写结束符，数据可能不完整，请在配置中加大缓冲区后重试！", driverhost.ErrOverrun},
	}
	for _, tt := range tests {
		t.Run(tt.export, func(t *testing.T) {
			defer goleak.VerifyNone(t)
			var log bytes.Buffer
			h := driverhost.New(driverhost.Options{Library: drivers.Library(t, "sscard"), Log: slog.New(slog.NewTextHandler(&log, nil))})
			defer h.Close()
			reads(t, h)
			ctx := t.Context()
			if tt.is == context.DeadlineExceeded {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, 300*time.Millisecond)
				defer cancel()
			}
			_, err := h.Call(ctx, call(tt.export, 1))
			if err == nil || !strings.HasSuffix(err.Error(), tt.want) || !errors.Is(err, tt.is) {
				t.Errorf("%v (%v), want %s", err, errors.Unwrap(err), tt.want)
			}
			if _, worded := errors.AsType[*driverhost.Error](err); !worded {
				t.Errorf("%T is no *driverhost.Error", err)
			}
			reads(t, h)
			t.Logf("%s%v", log.String(), errors.Unwrap(err))
			for _, personal := range []string{"19720630", "D12345678", "\xC1\xD6", "林"} {
				if strings.Contains(log.String(), personal) || strings.Contains(errors.Unwrap(err).Error(), personal) {
					t.Errorf("personal data is logged: %s", log.String())
				}
			}
		})
	}
}

// What a library does to its process touches neither the frames nor later calls.
func TestManners(t *testing.T) {
	for _, export := range []string{"print", "ask", "change_directory", "read_beside"} {
		t.Run(export, func(t *testing.T) {
			h := drivers.Host(t, "sscard")
			for range 2 {
				r, err := h.Call(t.Context(), call(export, 1))
				if err != nil || r.Int != 0 {
					t.Fatalf("%d, %v", r.Int, err)
				}
			}
			if r, err := h.Call(t.Context(), call("read_beside", 1)); err != nil || r.Int != 0 {
				t.Fatalf("the library's folder is not the current one: %d, %v", r.Int, err)
			}
			reads(t, h)
		})
	}
}

func TestLibraries(t *testing.T) {
	// Windows survives a library that crashes while it is loaded.
	loadingCrash := struct {
		text string
		is   error
	}{"厂商驱动运行中崩溃", driverhost.ErrCrashed}
	if runtime.GOOS == "windows" {
		loadingCrash.text, loadingCrash.is = "装载不了（", driverhost.ErrLibrary
	}
	unreadable := filepath.Join(drivers.TempDir(t), "text.dll")
	if err := os.WriteFile(unreadable, []byte("MZ, but not really"), 0o644); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		library string
		want    string // part of the text
		is      error
	}{
		{drivers.Library(t, "no/such"), "，请核对配置中的路径，或重新安装设备厂商的驱动！", driverhost.ErrLibrary},
		{filepath.Dir(drivers.Library(t, "sscard")), "找不到驱动程序库", driverhost.ErrLibrary},
		{unreadable, "text.dll不是动态库，或文件已损坏，请重新安装设备厂商的驱动！", driverhost.ErrLibrary},
		{drivers.Library(t, "other/sibling"), otherWidth(), driverhost.ErrLibrary},
		{drivers.Library(t, "orphan/needs"), "装载不了：缺少它依赖的sibling.", driverhost.ErrLibrary},
		{drivers.Library(t, "loading-crash"), loadingCrash.text, loadingCrash.is},
		{drivers.Library(t, "loading-hang"), "没有反应，已强行结束", context.DeadlineExceeded},
		{drivers.Library(t, "sieaf"), "中没有函数needs，请核对配置中的函数名（有：", driverhost.ErrExport},
	}
	for _, tt := range tests {
		t.Run(filepath.Base(tt.library), func(t *testing.T) {
			defer goleak.VerifyNone(t)
			h := driverhost.New(driverhost.Options{Library: tt.library, Timeout: patience(tt.is)})
			defer h.Close()
			_, err := h.Call(t.Context(), call("needs", 1))
			if err == nil || !strings.Contains(err.Error(), tt.want) || !errors.Is(err, tt.is) {
				t.Errorf("%v\nwant %s", err, tt.want)
			}
			t.Log(err)
		})
	}
	h := drivers.Host(t, "needs")
	if r, err := h.Call(t.Context(), call("needs", 1)); err != nil || r.Int != -2 {
		t.Errorf("library beside the library: %d, %v", r.Int, err)
	}
}

// patience is the time for a call: little when it must be over.
func patience(is error) time.Duration {
	if is == context.DeadlineExceeded {
		return time.Second
	}
	return time.Minute
}

// otherWidth is the text about a library of the other width.
func otherWidth() string {
	const text = "驱动程序库sibling%s是%s的，而装载它的mps程序是%s的，请在配置中为它指定%[2]s的mps程序！"
	switch runtime.GOOS + "/" + runtime.GOARCH {
	case "windows/386":
		return fmt.Sprintf(text, ".dll", "64位", "32位")
	case "windows/amd64":
		return fmt.Sprintf(text, ".dll", "32位", "64位")
	}
	return fmt.Sprintf(text, ".so", "linux/386", "linux/"+runtime.GOARCH)
}

// A library that was repaired works without a restart of the agent.
func TestLibraryIsInstalledLater(t *testing.T) {
	path := filepath.Join(drivers.TempDir(t), "later"+filepath.Ext(drivers.Library(t, "sscard")))
	h := driverhost.New(driverhost.Options{Library: path})
	t.Cleanup(func() { h.Close() })
	if _, err := h.Call(t.Context(), call("read8", 1)); !errors.Is(err, driverhost.ErrLibrary) {
		t.Fatal(err)
	}
	b, err := os.ReadFile(drivers.Library(t, "sscard"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o755); err != nil {
		t.Fatal(err)
	}
	reads(t, h)
}

func TestRecycle(t *testing.T) {
	h := driverhost.New(driverhost.Options{Library: drivers.Library(t, "sscard"), Recycle: 3})
	t.Cleanup(func() { h.Close() })
	for i, want := range []string{"1", "2", "3", "1", "2"} {
		r, err := h.Call(t.Context(), call("leak", 1))
		if err != nil || strings.Split(string(r.Output(0)), "|")[2] != want {
			t.Fatalf("call %d: %q, %v", i, r.Output(0), err)
		}
	}
}

// A library that always crashes is started again and again, but not busily.
func TestBackoff(t *testing.T) {
	h := drivers.Host(t, "sscard")
	began := time.Now()
	for range 4 {
		if _, err := h.Call(t.Context(), call("quit", 1)); !errors.Is(err, driverhost.ErrCrashed) {
			t.Fatal(err)
		}
	}
	if took := time.Since(began); took < 300*time.Millisecond { // 0 + 0 + 100 ms + 200 ms
		t.Errorf("four crashes in %v", took)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.Call(ctx, call("read8", 1)); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// Calls are made one after the other; one that hangs costs the others nothing
// but the wait.
func TestConcurrentCalls(t *testing.T) {
	defer goleak.VerifyNone(t)
	h := drivers.Host(t, "sscard")
	defer h.Close()
	var group sync.WaitGroup
	for i := range 16 {
		group.Go(func() {
			if i%8 == 5 {
				ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
				defer cancel()
				if _, err := h.Call(ctx, call("hang", 1)); !errors.Is(err, context.DeadlineExceeded) {
					t.Error(err)
				}
				return
			}
			if r, err := h.Call(t.Context(), call("read8", 1)); err != nil || r.Int != 0 {
				t.Error(r.Int, err)
			}
		})
	}
	group.Wait()
}

func TestCancel(t *testing.T) {
	h := drivers.Host(t, "sscard")
	reads(t, h)
	ctx, cancel := context.WithCancel(t.Context())
	stop := time.AfterFunc(100*time.Millisecond, cancel)
	defer stop.Stop()
	if _, err := h.Call(ctx, call("hang", 1)); !errors.Is(err, context.Canceled) || err.Error() != "操作已取消，请重试！" {
		t.Error(err)
	}
	reads(t, h)
}

func TestClose(t *testing.T) {
	defer goleak.VerifyNone(t)
	h := drivers.Host(t, "sscard")
	reads(t, h)
	for range 2 {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := h.Call(t.Context(), call("read8", 1)); !errors.Is(err, driverhost.ErrHost) {
		t.Error(err)
	}
	if err := driverhost.New(driverhost.Options{}).Close(); err != nil {
		t.Error(err)
	}
}

func TestHostPrograms(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name    string
		command []string
		is      error
	}{
		{"none", []string{filepath.Join(drivers.TempDir(t), "no-such-program")}, driverhost.ErrHost},
		{"one that does not serve", []string{self, "-test.run=^$"}, driverhost.ErrHost},
		{"one that ends", []string{self, "-no-such-flag"}, driverhost.ErrCrashed},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			defer goleak.VerifyNone(t)
			h := driverhost.New(driverhost.Options{Command: tt.command, Library: drivers.Library(t, "sscard")})
			defer h.Close()
			_, err := h.Call(t.Context(), call("read8", 1))
			if !errors.Is(err, tt.is) {
				t.Errorf("%v (%v)", err, errors.Unwrap(err))
			}
			t.Log(err)
		})
	}
}

func TestCallsAreChecked(t *testing.T) {
	many := make([]driverhost.Arg, driverhost.MaxArgs+1)
	for i := range many {
		many[i] = driverhost.Int(1)
	}
	h := driverhost.New(driverhost.Options{})
	for name, c := range map[string]driverhost.Call{
		"no name":      {},
		"long name":    {Export: strings.Repeat("x", 256)},
		"odd name":     {Export: "读卡"},
		"many":         {Export: "x", Args: many},
		"NUL":          {Export: "x", Args: []driverhost.Arg{driverhost.Text("a\x00b")}},
		"no size":      {Export: "x", Args: []driverhost.Arg{driverhost.Buffer(0)}},
		"large":        {Export: "x", Args: []driverhost.Arg{driverhost.Buffer(driverhost.MaxBuffer + 1)}},
		"large in all": {Export: "x", Args: []driverhost.Arg{driverhost.Buffer(driverhost.MaxBuffer), driverhost.Buffer(1)}},
		"long text":    {Export: "x", Args: []driverhost.Arg{driverhost.Text(strings.Repeat("x", driverhost.MaxText+1))}},
		"no kind":      {Export: "x", Args: []driverhost.Arg{{}}},
	} {
		if _, err := h.Call(t.Context(), c); !errors.Is(err, driverhost.ErrCall) || !strings.HasSuffix(err.Error(), "！") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestParseArg(t *testing.T) {
	for text, want := range map[string]driverhost.Arg{
		"int:3":        driverhost.Int(3),
		"int:-1":       driverhost.Int(-1),
		"int*:1024":    {Kind: driverhost.IntPointer, Int: 1024},
		"text:":        {Kind: driverhost.TextArg},
		"text:a:b":     driverhost.Text("a:b"),
		"text:林":       {Kind: driverhost.TextArg, Text: []byte("\xC1\xD6")},
		"buffer:20480": driverhost.Buffer(20480),
	} {
		if got, err := driverhost.ParseArg(text); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "3", "int:", "int:x", "int:4294967296", "long:3", "buffer:0", "buffer:65537", "text:\x00"} {
		if got, err := driverhost.ParseArg(text); err == nil {
			t.Errorf("%q: %+v", text, got)
		}
	}
}
