package card_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"mps/card"
	"mps/card/virtual"
	"mps/failure"
)

// slot is a reader that answers with one error or one card.
type slot struct {
	card card.Transport
	err  error
}

func (s slot) Connect(context.Context) (card.Conn, error) {
	if s.err != nil {
		return nil, s.err
	}
	return conn{s.card}, nil
}

type conn struct{ card.Transport }

func (conn) Close() error { return errors.New("closing failed") }

// broken is a way to a card that does not work.
type broken struct{ err error }

func (x broken) Transmit(context.Context, []byte) ([]byte, error) { return nil, x.err }

// refusing is a card that answers one instruction with a status.
func refusing(ins byte, sw1, sw2 byte) tampered {
	return tampered{virtual.New(holder, virtual.V2), func(command, response []byte) []byte {
		if command[1] == ins {
			return []byte{sw1, sw2}
		}
		return response
	}}
}

func TestErrors(t *testing.T) {
	driver := &card.Error{Function: "iReadCardBas", Failure: card.Blank.With(), Err: card.StatusError(0x6985)}
	inside := func(k virtual.Kind, o ...virtual.Option) slot { return slot{card: virtual.New(holder, k, o...)} }
	odd := func(tag byte, response string) slot { return slot{card: answering(tag, response)} }
	tests := []struct {
		name   string
		reader card.Reader
		want   string
		is     error
	}{
		{"no reader configured", nil, "接口SSC_Open 失败:设备未打开！", card.ErrNoReader},
		{"no reader", slot{err: fmt.Errorf("listing: %w", card.ErrNoReader)}, "接口SSC_Open 失败:设备未打开！", card.ErrNoReader},
		{"no card", &virtual.Reader{}, "接口SSC_Open 失败:未检测到卡片，请插入社会保障卡后重试！", card.ErrNoCard},
		{"mute card", slot{err: card.ErrMute}, "接口SSC_Open 失败:卡片无应答，请检查卡片是否插反或未插到位，重新插卡后重试！", card.ErrMute},
		{"removed at once", slot{err: card.ErrRemoved}, "接口SSC_Open 失败:卡片已被拔出，请重新插卡，读卡完成前不要拔卡！", card.ErrRemoved},
		{"slow reader", slot{err: context.DeadlineExceeded}, "接口SSC_Open 失败:打开读卡器超时，请检查读卡器连接后重试！", context.DeadlineExceeded},
		{"broken reader", slot{err: errors.ErrUnsupported}, "接口SSC_Open 失败:读卡器通讯失败，请检查读卡器连接后重试！", errors.ErrUnsupported},
		{"worded below", slot{err: fmt.Errorf("driver: %w", driver)}, "接口iReadCardBas 失败:卡内无个人信息，该卡可能尚未启用，请持卡人到发卡机构处理！", driver},

		{"reader unplugged", slot{card: broken{card.ErrNoReader}}, "接口SSC_SelectApp 失败:读卡器已断开，请检查读卡器连接后重试！", card.ErrNoReader},
		{"card gone", slot{card: broken{card.ErrNoCard}}, "接口SSC_SelectApp 失败:卡片已被拔出，请重新插卡，读卡完成前不要拔卡！", card.ErrNoCard},
		{"card falls mute", slot{card: broken{card.ErrMute}}, "接口SSC_SelectApp 失败:卡片无应答，请检查卡片是否插反或未插到位，重新插卡后重试！", card.ErrMute},
		{"pulled out at once", inside(virtual.V2, virtual.PullOutAfter(0)), "接口SSC_SelectApp 失败:卡片已被拔出，请重新插卡，读卡完成前不要拔卡！", card.ErrRemoved},
		{"pulled out midway", inside(virtual.V2, virtual.PullOutAfter(5)), "接口SSC_ReadCard 失败:卡片已被拔出，请重新插卡，读卡完成前不要拔卡！", card.ErrRemoved},

		{"other card", inside(virtual.Other), "接口SSC_SelectApp 失败:不是社会保障卡，请插入社会保障卡后重试！", card.ErrOtherCard},
		{"memory card", slot{card: refusing(0xA4, 0x6E, 0x00)}, "接口SSC_SelectApp 失败:不是社会保障卡，请插入社会保障卡后重试！", card.ErrOtherCard},
		{"no SELECT", slot{card: refusing(0xA4, 0x6D, 0x00)}, "接口SSC_SelectApp 失败:不是社会保障卡，请插入社会保障卡后重试！", card.StatusError(0x6D00)},
		{"locked card", slot{card: refusing(0xA4, 0x6A, 0x81)}, "接口SSC_SelectApp 失败:社会保障应用已被锁定，请持卡人到发卡机构处理！", card.StatusError(0x6A81)},
		{"faulty SELECT", slot{card: refusing(0xA4, 0x65, 0x81)}, "接口SSC_SelectApp 失败:选择社会保障应用失败，卡片返回状态码6581，请重新插卡后重试！", card.StatusError(0x6581)},
		{"faulty READ", slot{card: refusing(0xB2, 0x69, 0x81)}, "接口SSC_ReadCard 失败:读取卡识别码失败，卡片返回状态码6981，请重新插卡后重试！", card.StatusError(0x6981)},
		{"no files", inside(virtual.V2, virtual.SelectP1(0x01), virtual.NoShort(0x6A86)), "接口SSC_ReadCard 失败:选择数据文件失败，卡片返回状态码6A86，请重新插卡后重试！", card.StatusError(0x6A86)},
		{"missing file", slot{card: virtual.New(holder, virtual.V2, virtual.ShortOnly(0x6A82), virtual.NoShort(0x6A82))}, "接口SSC_ReadCard 失败:卡内没有社会保障数据，请持卡人到发卡机构处理！", card.ErrOtherCard},

		{"version 3.0", inside(virtual.V3), "接口SSC_ReadCard 失败:该卡为3.0规范卡，需要PSAM或厂商驱动才能读取个人信息，请配置读卡器厂商驱动，或改用医保电子凭证！", card.ErrAuthentication},
		{"version 3.0, T=0", inside(virtual.V3, virtual.T0()), "接口SSC_ReadCard 失败:该卡为3.0规范卡，需要PSAM或厂商驱动才能读取个人信息，请配置读卡器厂商驱动，或改用医保电子凭证！", card.StatusError(0x6982)},
		{"protected, odd version", inside(virtual.V3, virtual.Record(0x03, []byte("三点"))), "接口SSC_ReadCard 失败:该卡需要PSAM或厂商驱动才能读取个人信息，请配置读卡器厂商驱动，或改用医保电子凭证！", card.ErrAuthentication},
		{"protected, pulled out then", inside(virtual.V3, virtual.PullOutAfter(6)), "接口SSC_ReadCard 失败:该卡需要PSAM或厂商驱动才能读取个人信息，请配置读卡器厂商驱动，或改用医保电子凭证！", card.ErrAuthentication},
		{"all protected", slot{card: refusing(0xB2, 0x69, 0x82)}, "接口SSC_ReadCard 失败:该卡需要PSAM或厂商驱动才能读取个人信息，请配置读卡器厂商驱动，或改用医保电子凭证！", card.ErrAuthentication},

		{"blank card", slot{card: virtual.New(virtual.Holder{}, virtual.V2)}, "接口SSC_ReadCard 失败:卡内无个人信息，该卡可能尚未启用，请持卡人到发卡机构处理！", card.ErrBlank},
		{"card without records", slot{card: refusing(0xB2, 0x6A, 0x83)}, "接口SSC_ReadCard 失败:卡内无个人信息，该卡可能尚未启用，请持卡人到发卡机构处理！", card.ErrBlank},

		{"short identification code", inside(virtual.V2, virtual.Record(0x01, []byte("123"))), damagedText("卡识别码"), card.ErrMalformed},
		{"card number not ASCII", inside(virtual.V2, virtual.Record(0x07, []byte("闽A12345"))), damagedText("卡号"), card.ErrMalformed},
		{"blank within the identity number", inside(virtual.V2, virtual.Record(0x08, []byte("350582 19720630061"))), damagedText("身份证号"), card.ErrMalformed},
		{"other tag", odd(0x08, "\x09\x00\x90\x00"), damagedText("身份证号"), card.ErrMalformed},
		{"no length", odd(0x08, "\x08\x90\x00"), damagedText("身份证号"), card.ErrMalformed},
		{"no record", odd(0x08, "\x90\x00"), damagedText("身份证号"), card.ErrMalformed},
		{"value cut off", odd(0x08, "\x08\x12350582\x90\x00"), damagedText("身份证号"), card.ErrMalformed},
		{"value too long", odd(0x08, "\x08\x1335058219720630061X0\x90\x00"), damagedText("身份证号"), card.ErrMalformed},
		{"data behind the value", odd(0x08, "\x08\x1235058219720630061X0\x90\x00"), damagedText("身份证号"), card.ErrMalformed},
		{"name that is no GB18030", inside(virtual.V2, virtual.Record(0x09, []byte("\xC1\xD6\xD0"))), damagedText("姓名"), card.ErrMalformed},
		{"name with a control character", inside(virtual.V2, virtual.Record(0x09, []byte("\xC1\xD6\x00\xD0\xA1"))), damagedText("姓名"), card.ErrMalformed},
		{"name of replacement characters", inside(virtual.V2, virtual.Record(0x09, []byte("\x84\x31\xA4\x37"))), damagedText("姓名"), card.ErrMalformed},
		{"name with no character", inside(virtual.V2, virtual.Record(0x09, []byte("\x84\x31\xA4\x38"))), damagedText("姓名"), card.ErrMalformed}, // U+FFFE
		{"half a character and no extension", slot{card: virtual.New(named("B"+strings.Repeat("满", 15)), virtual.V1)}, damagedText("姓名"), card.ErrMalformed},

		{"no status", odd(0x08, "\x90"), "接口SSC_ReadCard 失败:卡片应答长度错误，请重新插卡后重试！", card.ErrMalformed},
		{"nothing", odd(0x08, ""), "接口SSC_ReadCard 失败:卡片应答长度错误，请重新插卡后重试！", card.ErrMalformed},
		{"far too much", odd(0x08, strings.Repeat("\x90", 259)), "接口SSC_ReadCard 失败:卡片应答长度错误，请重新插卡后重试！", card.ErrMalformed},
		{"endless 6Cxx", odd(0x08, "\x6C\x14"), "接口SSC_ReadCard 失败:卡片反复要求重发命令，请重新插卡后重试！", card.ErrMalformed},
		{"61xx and nothing there", odd(0x08, "\x61\x14"), "接口SSC_ReadCard 失败:读取身份证号失败，卡片返回状态码6D00，请重新插卡后重试！", card.StatusError(0x6D00)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := card.FromReader(tt.reader).Read(t.Context())
			if err == nil {
				t.Fatalf("Read = %v", c)
			}
			if err.Error() != tt.want {
				t.Errorf("error %q\nwant  %q", err, tt.want)
			}
			if !errors.Is(err, tt.is) {
				t.Errorf("%v is no %v", err, tt.is)
			}
			if _, worded := err.(*card.Error); !worded {
				t.Errorf("%T is no *card.Error", err)
			}
			if f, is := errors.AsType[failure.Failure](err); !is || f.Code() == "" || f.Next() == "" {
				t.Errorf("%v has no code, or does not say what to do", err)
			}
			for reason := err; reason != nil; reason = errors.Unwrap(reason) {
				if s := fmt.Sprintf("%+v", reason); strings.Contains(s, "350582") || strings.Contains(s, "林") {
					t.Errorf("%q gives personal data away", s)
				}
			}
		})
	}
}

// TestVersion checks what a protected card says about its version.
func TestVersion(t *testing.T) {
	tests := map[string]string{
		"3.00": "该卡为3.0规范卡，需要", "3.01": "该卡为3.01规范卡，需要", "2.00": "该卡为2.0规范卡，需要",
		"30.0": "该卡需要", "3.0x": "该卡需要", "3.0": "该卡需要", "": "该卡需要",
	}
	for version, want := range tests {
		c := virtual.New(holder, virtual.V3, virtual.Record(0x03, []byte(version)))
		if _, err := card.Read(t.Context(), c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("version %q: %v", version, err)
		}
	}
}

func damagedText(field string) string {
	return "接口SSC_ReadCard 失败:卡内" + field + "数据损坏，无法识别，请持卡人到发卡机构处理！"
}

// TestPulledOutAnywhere pulls the card out before each of the 8 APDUs that a long
// name takes.
func TestPulledOutAnywhere(t *testing.T) {
	const apdus = 8
	for n := range apdus + 1 {
		c := virtual.New(named(strings.Repeat("满", 15)), virtual.V2, virtual.PullOutAfter(n))
		got, err := card.Read(t.Context(), c)
		if n == apdus {
			if err != nil {
				t.Errorf("after %d APDUs: %v", n, err)
			}
			continue
		}
		if got != nil || !errors.Is(err, card.ErrRemoved) {
			t.Errorf("after %d APDUs: Read = %v, %v", n, got, err)
		}
	}
}

func TestTimeout(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	_, err := card.Read(ctx, virtual.New(holder, virtual.Dead))
	if want := "接口SSC_SelectApp 失败:卡片无应答，读卡超时，请重新插卡后重试！"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v is no DeadlineExceeded", err)
	}
}

// TestCancel cancels the read when the card is asked for the holder's name, and
// the way to the card answers with an error of its own.
func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	c := virtual.New(holder, virtual.V2)
	_, err := card.Read(ctx, transport(func(ctx context.Context, command []byte) ([]byte, error) {
		if command[1] == 0xB2 && command[2] == 0x09 {
			cancel()
			return nil, errors.ErrUnsupported
		}
		return c.Transmit(ctx, command)
	}))
	if want := "接口SSC_ReadCard 失败:读卡已取消，请重新读卡！"; err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
	if !errors.Is(err, context.Canceled) || !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("%v lost a reason", err)
	}
	if _, err := card.Read(ctx, transport(func(context.Context, []byte) ([]byte, error) {
		t.Error("a command was sent after the end")
		return nil, nil
	})); !errors.Is(err, context.Canceled) {
		t.Errorf("Read with a context that is done = %v", err)
	}
}

type transport func(ctx context.Context, command []byte) ([]byte, error)

func (f transport) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	return f(ctx, command)
}

func TestCardMasksItself(t *testing.T) {
	want := "{IDNumber:350582**********1X Number:********* Name:林** IdentificationCode:350000************************01 IDNumberValid:true}"
	for _, s := range []string{fmt.Sprint(whole), fmt.Sprintf("%+v", &whole), whole.LogValue().String()} {
		if s != want {
			t.Errorf("%s, want %s", s, want)
		}
	}
}

// TestClose checks that the connection is closed however the read ends.
func TestClose(t *testing.T) {
	for _, kind := range []virtual.Kind{virtual.V2, virtual.Other} {
		r := &closing{card: virtual.New(holder, kind)}
		_, err := card.FromReader(r).Read(t.Context())
		if (err == nil) != (kind == virtual.V2) {
			t.Error(err)
		}
		if r.closed != 1 {
			t.Errorf("closed %d times", r.closed)
		}
	}
}

type closing struct {
	card   *virtual.Card
	closed int
}

func (r *closing) Connect(context.Context) (card.Conn, error) { return r, nil }

func (r *closing) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	return r.card.Transmit(ctx, command)
}

func (r *closing) Close() error {
	r.closed++
	return nil
}
