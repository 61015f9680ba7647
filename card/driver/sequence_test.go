package driver_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"mps/card"
	"mps/card/driver"
	"mps/driverhost"
	"mps/test/standin/drivers"
)

// read is what a sequence has read: the reads of a process are counted in the
// card number.
func read(name, number string) card.Card {
	c := named(name)
	c.Number = number
	return c
}

// configured makes the source that a configuration describes.
func configured(t *testing.T, kind, library string, o driver.Options) card.Source {
	t.Helper()
	s, err := driver.New("x", kind, o, driverhost.Options{Library: drivers.Library(t, library), Timeout: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func heasec(t *testing.T, ip string) card.Source {
	return configured(t, driver.KindHeasec, "sequence", driver.Options{
		Data: map[string]any{"IP": ip, "PORT": 7020, "TIMEOUT": 6, "LOG_PATH": "日志"},
	})
}

// Init comes once in each process, however many cards are read, and again when it
// has failed.
func TestHeasec(t *testing.T) {
	s := heasec(t, "10.1.2.3")
	for _, number := range []string{"D1", "D2", "D3"} {
		if got, err := s.Read(t.Context()); err != nil || *got != read("林小满", number) {
			t.Fatalf("%#v, %v", got, err)
		}
	}
	later := heasec(t, "refuse-once")
	fails(t, later, "接口Init 失败:读卡失败，驱动返回错误码1：前置机连接失败，请检查读卡器与卡片后重试，仍不成功请联系读卡器厂商！", driver.CodeError(1))
	if got, err := later.Read(t.Context()); err != nil || *got != read("林小满", "D1") {
		t.Errorf("%#v, %v", got, err)
	}
	fails(t, heasec(t, "no-card"), "接口ReadCardBas 失败:读卡失败，驱动返回错误码-2：未放卡，请检查读卡器与卡片后重试，仍不成功请联系读卡器厂商！", driver.CodeError(-2))
	dying := heasec(t, "die")
	for range 2 {
		fails(t, dying, "接口Init 失败:厂商驱动运行中崩溃或自行退出，请重试，仍不成功请重新插拔设备，并联系设备厂商！", driverhost.ErrCrashed)
	}
}

// opening are the calls of a library that wants Open before and Close after.
func opening(how string) driver.Options {
	return driver.Options{
		Calls: []driver.WrittenCall{
			{Export: "Open", Args: []string{"text:" + how}, Success: []string{">0"}},
			{Export: "Signal", Returns: "none"},
			{Export: "Read", Args: []string{"result:Open", "buffer:512:card", "buffer:64:error"}},
			{Export: "Close", Args: []string{"result:Open"}, Success: []string{"0"}, When: "end"},
		},
		Layout: driver.Layout{Separator: "|", IDNumber: "card:1", Number: "card:2", IdentificationCode: "card:3", Name: "card:4"},
	}
}

// What was opened is closed, whatever happened between: the library opens nothing
// twice. In no case is anything of the card before answered.
func TestSequence(t *testing.T) {
	const gone = "厂商驱动运行中崩溃或自行退出，请重试，仍不成功请重新插拔设备，并联系设备厂商！"
	for _, tt := range []struct {
		how  string
		want string
		is   error
	}{
		{"", "", nil},
		{"fail-open", "接口Open 失败:读卡失败，驱动返回错误码-11，请检查读卡器与卡片后重试，仍不成功请联系读卡器厂商！", driver.CodeError(-11)},
		{"crash-open", "接口Open 失败:" + gone, driverhost.ErrCrashed},
		{"fail-read", "接口Read 失败:读卡失败，驱动返回错误码-2：no card，请检查读卡器与卡片后重试，仍不成功请联系读卡器厂商！", driver.CodeError(-2)},
		{"crash-read", "接口Read 失败:" + gone, driverhost.ErrCrashed},
		{"fail-close", "接口Close 失败:读卡失败，驱动返回错误码-3，请检查读卡器与卡片后重试，仍不成功请联系读卡器厂商！", driver.CodeError(-3)},
		{"crash-close", "接口Close 失败:" + gone, driverhost.ErrCrashed},
		{"empty", unreadable("Read", "身份证号"), card.ErrMalformed},
		{"past", "接口Read 失败:厂商驱动写出的数据超过了512字节的缓冲区，请在配置中加大缓冲区后重试！", driverhost.ErrOverrun},
		{"megabyte", "接口Read 失败:厂商驱动写出的数据超过了512字节的缓冲区，请在配置中加大缓冲区后重试！", driverhost.ErrOverrun},
		{"full", "接口Read 失败:厂商驱动写满了512字节的缓冲区而没有写结束符，数据可能不完整，请在配置中加大缓冲区后重试！", driverhost.ErrOverrun},
		{"half", unreadable("Read", "不是GBK文字"), card.ErrMalformed},
	} {
		t.Run(tt.how, func(t *testing.T) {
			t.Parallel() // crashes are followed by a pause
			o := opening(tt.how)
			host := drivers.Host(t, "sequence")
			good := sequence(t, host, opening("good"))
			if got, err := good.Read(t.Context()); err != nil || *got != read("LIN", "D1") {
				t.Fatalf("%#v, %v", got, err)
			}
			for range 2 {
				s := sequence(t, host, o)
				if tt.want != "" {
					fails(t, s, tt.want, tt.is)
				} else if got, err := s.Read(t.Context()); err != nil || got.Name != "LIN" {
					t.Errorf("%#v, %v", got, err)
				}
			}
			if got, err := good.Read(t.Context()); err != nil || got.Name != "LIN" {
				t.Errorf("the next read: %#v, %v", got, err)
			}
		})
	}
}

// sequence is a configured sequence over a library that others use, too.
func sequence(t *testing.T, l driver.Library, o driver.Options) driver.Generic {
	t.Helper()
	s, err := driver.New("x", driver.KindGeneric, o, driverhost.Options{Library: "unused"})
	if err != nil {
		t.Fatal(err)
	}
	g := s.(driver.Generic)
	g.Library = l
	return g
}

// A library that hangs costs no more than the time for a call, and where it hangs at
// the end only the time for that.
func TestSequenceHangs(t *testing.T) {
	for _, tt := range []struct{ how, export string }{{"hang-read", "Read"}, {"hang-close", "Close"}} {
		t.Run(tt.how, func(t *testing.T) {
			t.Parallel()
			host := drivers.Host(t, "sequence")
			hurried := watched{host, func(ctx context.Context, s driverhost.Session, c driverhost.Call) (driverhost.Result, error) {
				if c.Export == "Read" && tt.export == "Read" {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, 100*time.Millisecond)
					defer cancel()
				}
				return s.Call(ctx, c)
			}}
			_, err := sequence(t, hurried, opening(tt.how)).Read(t.Context())
			if !errors.Is(err, context.DeadlineExceeded) || !strings.HasPrefix(err.Error(), "接口"+tt.export+" 失败:厂商驱动") ||
				!strings.HasSuffix(err.Error(), "秒没有反应，已强行结束，请检查设备连接后重试！") {
				t.Error(err)
			}
			if got, err := sequence(t, host, opening("")).Read(t.Context()); err != nil || got.Name != "LIN" {
				t.Errorf("the next read: %#v, %v", got, err)
			}
		})
	}
}

// Close is called, too, when nobody waits any more.
func TestSequenceEndsLate(t *testing.T) {
	host := drivers.Host(t, "sequence")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	left := watched{host, func(ctx context.Context, s driverhost.Session, c driverhost.Call) (driverhost.Result, error) {
		if c.Export != "Read" {
			return s.Call(ctx, c)
		}
		cancel()
		return driverhost.Result{}, ctx.Err()
	}}
	if _, err := sequence(t, left, opening("")).Read(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	for _, number := range []string{"D1", "D2"} { // in the same process, which opens nothing twice
		if got, err := sequence(t, host, opening("")).Read(t.Context()); err != nil || *got != read("LIN", number) {
			t.Errorf("%#v, %v", got, err)
		}
	}
}

// watched is a library whose calls somebody else makes.
type watched struct {
	driver.Library
	call func(context.Context, driverhost.Session, driverhost.Call) (driverhost.Result, error)
}

func (w watched) Session(ctx context.Context, use func(context.Context, driverhost.Session) error) error {
	return w.Library.Session(ctx, func(ctx context.Context, s driverhost.Session) error {
		return use(ctx, watchedSession{s, w})
	})
}

type watchedSession struct {
	driverhost.Session
	by watched
}

func (s watchedSession) Call(ctx context.Context, c driverhost.Call) (driverhost.Result, error) {
	return s.by.call(ctx, s.Session, c)
}

// Fields may come from a function each, as termb.dll gives them.
func TestSequenceOfFields(t *testing.T) {
	s := configured(t, driver.KindGeneric, "sequence", driver.Options{
		Calls: []driver.WrittenCall{
			{Export: "GetName", Args: []string{"buffer:64:name", "int*:64"}, Success: []string{"1"}},
			{Export: "GetNumber", Args: []string{"buffer:64:id", "int*:64"}, Success: []string{"1"}},
		},
		Layout: driver.Layout{Separator: "|", IDNumber: "id:0", Name: "name:0"},
	})
	want := card.Card{IDNumber: whole.IDNumber, Name: "LIN", IDNumberValid: true}
	if got, err := s.Read(t.Context()); err != nil || *got != want {
		t.Errorf("%#v, %v", got, err)
	}
}

// What cannot work is refused before anything is called, with the function that it
// is about.
func TestMisconfiguredSequences(t *testing.T) {
	buffer := []string{"buffer:64:card"}
	for _, tt := range []struct {
		calls []driver.WrittenCall
		want  string
	}{
		{[]driver.WrittenCall{{Export: "A", Args: buffer, When: "always"}}, `when="always"：应为each、once或end`},
		{[]driver.WrittenCall{{Export: "A", Args: buffer, Returns: "long"}}, `returns="long"：应为int、text或none`},
		{[]driver.WrittenCall{{Export: "A", Args: buffer, Success: []string{"OK"}}}, `success="OK"：返回整数的函数应写整数、">0"或">=0"`},
		{[]driver.WrittenCall{{Export: "A", Args: buffer, Success: []string{"0"}, Returns: "none"}}, `returns="none"时不能写success`},
		{[]driver.WrittenCall{{Export: "A", Args: []string{"buffer:64:读"}}}, `参数"buffer:64:读"：缓冲区的名字应为1至32个英文字母、数字或下划线，不以数字开头`},
		{[]driver.WrittenCall{{Export: "A", Args: []string{"buffer:0:card"}}}, `参数"buffer:0"：缓冲区应为1至65536字节`},
		{[]driver.WrittenCall{{Export: "A", Args: buffer}, {Export: "B", Args: buffer}}, `calls中的B：有两个缓冲区名为"card"`},
		{[]driver.WrittenCall{{Export: "A", Args: []string{"result:Open", "buffer:64"}}}, `calls中的A：result:Open：前面没有每次都调用的这个函数`},
		{[]driver.WrittenCall{{Export: "A", When: "once"}, {Export: "B", Args: []string{"result:A", "buffer:64"}}}, `calls中的B：result:A：前面没有每次都调用的这个函数`},
		{[]driver.WrittenCall{{Export: "A", Args: buffer, When: "once"}}, `应有函数名和至少一个buffer参数`},
		{[]driver.WrittenCall{{Export: "A", Args: []string{"buffer:64:error"}}}, `应有函数名和至少一个buffer参数`},
		{[]driver.WrittenCall{{Args: buffer}}, `应有函数名和至少一个buffer参数`},
		{[]driver.WrittenCall{{Export: "A", Args: []string{"buffer:64:other"}}}, `layout：没有名为"card"的缓冲区`},
		{make([]driver.WrittenCall, 17), `calls：不能超过16个`},
	} {
		o := driver.Options{Calls: tt.calls, Layout: driver.Layout{Separator: "|", IDNumber: "card:0"}}
		if s, err := driver.New("x", driver.KindGeneric, o, driverhost.Options{Library: "x.dll"}); err == nil || err.Error() != "[driver.x]："+tt.want {
			t.Errorf("%v, %v, want %s", s, err, tt.want)
		}
	}
	o := opening("")
	o.Success = []string{"0"}
	if _, err := driver.New("x", driver.KindGeneric, o, driverhost.Options{Library: "x.dll"}); err == nil || err.Error() != "[driver.x]：有calls时不能再写export、args、returns或success" {
		t.Error(err)
	}
}

func FuzzSequence(f *testing.F) {
	f.Add("buffer:64:card", "result:Open", ">0", "end", "card:1")
	f.Add("int*:5", "text:a", "OK", "once", "0")
	f.Fuzz(func(t *testing.T, first, second, success, when, place string) {
		o := driver.Options{
			Calls: []driver.WrittenCall{
				{Export: "Open", Args: []string{first}, Success: []string{success}, When: when},
				{Export: "Read", Args: []string{second, "buffer:64:card"}},
			},
			Layout: driver.Layout{Separator: "|", IDNumber: place, Name: "card:1"},
		}
		s, err := driver.New("x", driver.KindGeneric, o, driverhost.Options{Library: "x.dll"})
		if err != nil {
			return
		}
		g := s.(driver.Generic)
		g.Library = library{driverhost.Result{Int: 1, Outputs: [][]byte{[]byte("35058219720630061X|L|"), []byte("|")}}}
		sound(t, g)
	})
}
