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
	"mps/failure"
	"mps/test/standin/drivers"
)

func TestMain(m *testing.M) { drivers.Main(m) }

// The invented person whom the stand-ins read.
var whole = card.Card{
	IDNumber:           "35058219720630061X",
	Number:             "D12345678",
	Name:               "林小满",
	IdentificationCode: "350000D15600000512345678ABCDEF01",
	IDNumberValid:      true,
}

// named returns the card with another name.
func named(name string) card.Card {
	c := whole
	c.Name = name
	return c
}

// fails checks an error's text and reason, and that nothing personal is in it.
func fails(t *testing.T, s card.Source, want string, is error) {
	t.Helper()
	c, err := s.Read(t.Context())
	if err == nil {
		t.Fatalf("Read = %v", c)
	}
	if err.Error() != want {
		t.Errorf("error %q\nwant  %q", err, want)
	}
	if is != nil && !errors.Is(err, is) {
		t.Errorf("%v (%v) is no %v", err, errors.Unwrap(err), is)
	}
	if _, worded := err.(*card.Error); !worded {
		t.Errorf("%T is no *card.Error", err)
	}
	if f, is := errors.AsType[failure.Failure](err); !is || f.Code() == "" || f.Next() == "" {
		t.Errorf("%v has no code, or does not say what to do", err)
	}
	for reason := err; reason != nil; reason = errors.Unwrap(reason) {
		if s := reason.Error(); strings.Contains(s, "19720630") || strings.Contains(s, "林") || strings.Contains(s, "D12345678") {
			t.Errorf("%q gives personal data away", s)
		}
	}
}

func TestSSCard(t *testing.T) {
	host := drivers.Host(t, "sscard")
	for _, tt := range []struct {
		export string
		want   card.Card
	}{
		{"iReadCardBas", whole}, // 11 fields
		{"read9", whole},
		{"read8", whole},
		{"read_unended", whole},
		{"read_padded", whole},
		{"read_rare", named("林\ue000𠮷")},
		{"read_bar", named("林億")}, // the second byte of 億 is a |
		{"print", whole},
		{"change_directory", whole},
	} {
		t.Run(tt.export, func(t *testing.T) {
			got, err := driver.SSCard{Library: host, Export: tt.export}.Read(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if *got != tt.want {
				t.Errorf("%#v, want %#v", *got, tt.want)
			}
		})
	}
}

func TestSSCardErrors(t *testing.T) {
	host := drivers.Host(t, "sscard")
	read := func(export string) driver.SSCard { return driver.SSCard{Library: host, Export: export} }
	fails(t, driver.SSCard{Library: host, Export: "iReadCardBas", Type: 9}, "接口iReadCardBas 失败:参数错误，请核对配置中的读卡方式（iType）！", driver.CodeError(-14))
	fails(t, read("read_blank"), "接口read_blank 失败:卡内无个人信息，该卡可能尚未启用，请持卡人到发卡机构处理！", card.ErrBlank)
	fails(t, read("read_nothing"), unreadable("read_nothing", "身份证号"), card.ErrMalformed)
	fails(t, read("read_short"), unreadable("read_short", "姓名"), card.ErrMalformed)
	fails(t, read("read_half"), unreadable("read_half", "规范版本"), card.ErrMalformed)
	fails(t, read("read_half_noreset"), unreadable("read_half_noreset", "规范版本"), card.ErrMalformed)
	fails(t, read("garbage"), unreadable("garbage", "不是GBK文字"), card.ErrMalformed)
	fails(t, driver.SSCard{Library: host, Export: "fill", Buffer: 1023}, "接口fill 失败:厂商驱动写出的数据超过了1023字节的缓冲区，请在配置中加大缓冲区后重试！", driverhost.ErrOverrun)
	fails(t, read("crash"), "接口crash 失败:厂商驱动运行中崩溃或自行退出，请重试，仍不成功请重新插拔设备，并联系设备厂商！", driverhost.ErrCrashed)
	fails(t, driver.SSCard{Library: host, Export: "iReadCardBas", Buffer: -1}, "接口iReadCardBas 失败:驱动程序库的调用配置有误（第2个参数：缓冲区应为1至65536字节），请联系信息科更正！", card.ErrNoReader)

	fails(t, driver.SSCard{Library: host, Export: "fill", Buffer: 1024}, "接口fill 失败:厂商驱动写满了1024字节的缓冲区而没有写结束符，数据可能不完整，请在配置中加大缓冲区后重试！", driverhost.ErrOverrun)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if _, err := read("hang").Read(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	if got, err := read("iReadCardBas").Read(t.Context()); err != nil || *got != whole {
		t.Errorf("the next read: %v, %v", got, err)
	}
	missing := drivers.Library(t, "no/such")
	fails(t, driver.SSCard{Library: drivers.Host(t, "no/such"), Export: "iReadCardBas"},
		"接口iReadCardBas 失败:找不到驱动程序库"+missing+"，请核对配置中的路径，或重新安装设备厂商的驱动！", card.ErrNoReader)
}

func unreadable(function, what string) string {
	return "接口" + function + " 失败:驱动返回的数据无法识别（" + what + "），请核对配置中的驱动接口，或联系读卡器厂商！"
}

func TestSSCardCodes(t *testing.T) {
	host := drivers.Host(t, "sscard")
	for code, want := range map[int32]struct {
		text string
		is   error
	}{
		-1:     {"卡类型不对，请确认放入的是社会保障卡后重试！", card.ErrOtherCard},
		-2:     {"未检测到卡片，请插入社会保障卡后重试！", card.ErrNoCard},
		-3:     {"卡片没有上电，请重新插卡后重试！", card.ErrMute},
		-4:     {"卡片无应答，请检查卡片是否插反或未插到位，重新插卡后重试！", card.ErrMute},
		-5:     {"读卡器的动态库装载失败，请重新安装读卡器厂商的驱动！", card.ErrNoReader},
		-11:    {"读卡器连接错误，请检查读卡器连接后重试！", card.ErrNoReader},
		-12:    {"设备未打开，请检查读卡器连接后重试！", card.ErrNoReader},
		-13:    {"读卡器不支持该操作，请联系读卡器厂商升级驱动！", nil},
		-14:    {"参数错误，请核对配置中的读卡方式（iType）！", nil},
		-15:    {"数据校验和错误，请重新插卡后重试！", nil},
		-20:    {"卡识别码错误，请确认放入的是社会保障卡，仍不成功请持卡人到发卡机构处理！", nil},
		-21:    {"卡片内部认证失败，请重新插卡后重试，仍不成功请持卡人到发卡机构处理！", nil},
		-22:    {"传入的数据与卡片不符，请确认没有换卡，重新插卡后重试！", nil},
		-24:    {"PSAM卡的密钥级别过低，请联系发卡机构更换PSAM卡！", card.ErrAuthentication},
		-31:    {"输入密码被取消，请重新读卡并输入密码！", nil},
		-32:    {"输入密码超时，请重新读卡并及时输入密码！", nil},
		-51:    {"密码错误，请持卡人核对密码后再试，连续输错会锁卡！", nil},
		-52:    {"密码已被锁定，请持卡人到发卡机构解锁！", nil},
		-2201:  {"没有PSAM卡，请检查读卡器中是否插好PSAM卡！", card.ErrAuthentication},
		-2202:  {"PSAM卡不支持该卡的算法，请联系发卡机构更换PSAM卡！", card.ErrAuthentication},
		-2203:  {"PSAM卡中没有读取个人信息的密钥（RKssse），读3.0规范卡需要它，请联系发卡机构更换PSAM卡！", card.ErrAuthentication},
		-27010: {"卡片需要认证才能读取个人信息，请检查读卡器的PSAM卡，或改用医保电子凭证！", card.ErrAuthentication},
		-27011: {"卡片密码已被锁定，请持卡人到发卡机构解锁！", card.StatusError(0x6983)},
		-27272: {"卡片需要认证才能读取个人信息，请检查读卡器的PSAM卡，或改用医保电子凭证！", card.ErrAuthentication},
		-27265: {"社会保障应用已被锁定（卡片返回状态码6A81），请持卡人到发卡机构处理！", card.StatusError(0x6A81)},
		-27266: {"不是社会保障卡（卡片返回状态码6A82），请插入社会保障卡后重试！", card.ErrOtherCard},
		-27267: {"卡内没有所要的记录（卡片返回状态码6A83），请持卡人到发卡机构处理！", card.StatusError(0x6A83)},
		-25539: {"卡片密码错误，还可以试3次，请持卡人核对密码，不要再试！", card.StatusError(0x63C3)},
		-25536: {"卡片密码错误，还可以试0次，请持卡人核对密码，不要再试！", card.StatusError(0x63C0)},
		-26368: {"读卡失败，卡片返回状态码6700，请重新插卡后重试！", card.StatusError(0x6700)},
		-99:    {"读卡失败，驱动返回错误码-99，请检查读卡器与卡片后重试，仍不成功请联系读卡器厂商！", driver.CodeError(-99)},
		1:      {"读卡失败，驱动返回错误码1，请检查读卡器与卡片后重试，仍不成功请联系读卡器厂商！", driver.CodeError(1)},
		-1 << 31: {"读卡失败，驱动返回错误码-2147483648，请检查读卡器与卡片后重试，仍不成功请联系读卡器厂商！",
			driver.CodeError(-1 << 31)},
	} {
		fails(t, driver.SSCard{Library: host, Export: "fail", Type: code}, "接口fail 失败:"+want.text, want.is)
	}
	// The driver's own words count when there are no better ones.
	fails(t, driver.SSCard{Library: host, Export: "fail_reason", Type: -99},
		"接口fail_reason 失败:读卡失败，驱动返回错误码-99：卡号350582**********1X无效，请检查读卡器与卡片后重试，仍不成功请联系读卡器厂商！", driver.CodeError(-99))
	fails(t, driver.SSCard{Library: host, Export: "fail_reason", Type: -2}, "接口fail_reason 失败:未检测到卡片，请插入社会保障卡后重试！", card.ErrNoCard)
	for _, export := range []string{"fail_record", "fail_garbage"} {
		fails(t, driver.SSCard{Library: host, Export: export, Type: -99},
			"接口"+export+" 失败:读卡失败，驱动返回错误码-99，请检查读卡器与卡片后重试，仍不成功请联系读卡器厂商！", driver.CodeError(-99))
	}
}

func TestGeneric(t *testing.T) {
	host := drivers.Host(t, "generic")
	parts := driver.Generic{
		Library: host,
		Steps: once(driverhost.Call{Export: "ReadParts", Args: []driverhost.Arg{
			driverhost.Int(1001), driverhost.Buffer(32), driverhost.Buffer(64), driverhost.Buffer(32), driverhost.Buffer(64),
		}}, "1"),
		Layout: driver.Layout{Separator: "|", IDNumber: "0", Name: "1", Number: "2", IdentificationCode: "3"},
	}
	json := driver.Generic{
		Library: host,
		Steps: once(driverhost.Call{Export: "ReadJSON", TextResult: true,
			Args: []driverhost.Arg{driverhost.Text("COM1"), driverhost.Buffer(2048), {Kind: driverhost.IntPointer, Int: 2048}}}, "OK"),
		Layout: driver.Layout{IDNumber: "result.0.who.id", Name: "result.0.who.name", Number: "card"},
	}
	for _, g := range []driver.Generic{parts, json} {
		if err := g.Check(); err != nil {
			t.Error(err)
		}
	}
	if got, err := parts.Read(t.Context()); err != nil || *got != whole {
		t.Errorf("%#v, %v", got, err)
	}
	want := card.Card{IDNumber: whole.IDNumber, Number: "12345678", Name: whole.Name, IDNumberValid: true}
	if got, err := json.Read(t.Context()); err != nil || *got != want {
		t.Errorf("%#v, %v", got, err)
	}

	parts.Steps[0].Call.Args[0] = driverhost.Int(3)
	fails(t, parts, "接口ReadParts 失败:读卡失败，驱动返回错误码-3，请检查读卡器与卡片后重试，仍不成功请联系读卡器厂商！", driver.CodeError(-3))
	json.Steps[0].Call.Args[0] = driverhost.Text("COM2")
	fails(t, json, "接口ReadJSON 失败:读卡失败，驱动返回错误码E1：设备错误，请检查读卡器与卡片后重试，仍不成功请联系读卡器厂商！", nil)
	json.Steps[0].Call.Args = json.Steps[0].Call.Args[:2:2]
	json.Steps[0].Call.Export = "ReadXML"
	if _, err := json.Read(t.Context()); !errors.Is(err, card.ErrNoReader) || !strings.Contains(err.Error(), "ReadJSON") {
		t.Error(err)
	}

	arg := func(a driverhost.Arg) []driver.Step {
		return once(driverhost.Call{Export: "x", Args: []driverhost.Arg{a}})
	}
	for _, g := range []driver.Generic{
		{},
		{Steps: arg(driverhost.Int(1)), Layout: driver.SSCardLayout},
		{Steps: arg(driverhost.Buffer(1))},
		{Steps: arg(driverhost.Buffer(1)), Layout: driver.Layout{Separator: "|", IDNumber: "name"}},
		{Steps: arg(driverhost.Buffer(1)), Layout: driver.Layout{Separator: "|", IDNumber: "256"}},
		{Steps: arg(driverhost.Buffer(1)), Layout: driver.Layout{Separator: "|", IDNumber: "card:1"}},
	} {
		if err := g.Check(); err == nil {
			t.Errorf("%+v passes", g)
		}
	}
}
