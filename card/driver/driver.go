// Package driver reads social security cards through vendors' drivers: what
// iReadCardBas of SSCardDriver.dll, business_handle of sieafstandard.dll and
// their relatives are told, and what they answer.
//
// Every source of this package has a method Read(ctx) (*card.Card, error). The
// libraries themselves run behind the wall of mps/driverhost. Errors are
// *card.Error; their function is the driver's own, their text is Chinese and
// says what to do. Those that wrap card.ErrNoReader or card.ErrNoCard tell that
// this source has nothing to read from.
//
// The interfaces are not public. What is assumed here was observed in the
// field; what differs between vendors is a field of the source.
package driver

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"mps/card"
	"mps/driverhost"
	"mps/gbk"
	"mps/mask"
)

// A Caller calls a function of the driver's library. *driverhost.Host is one.
type Caller interface {
	Call(ctx context.Context, c driverhost.Call) (driverhost.Result, error)
}

// A CodeError is the code with which a driver refused, as it is in logs.
type CodeError int32

func (c CodeError) Error() string { return fmt.Sprintf("driver: code %d", int32(c)) }

// failed words a call that was not made or did not come back.
func failed(function string, err error) *card.Error {
	text := "调用厂商驱动失败，请检查读卡器连接后重试！"
	if e, ok := errors.AsType[*driverhost.Error](err); ok {
		text = e.Text
	}
	for _, unusable := range []error{driverhost.ErrCall, driverhost.ErrHost, driverhost.ErrLibrary, driverhost.ErrExport} {
		if errors.Is(err, unusable) {
			err = fmt.Errorf("%w: %w", card.ErrNoReader, err)
			break
		}
	}
	return &card.Error{Function: function, Text: text, Err: err}
}

// refused words an answer that says no in a way that only the vendor knows.
// code is empty when there is none, as is the driver's own text.
func refused(function, code, text string, err error) *card.Error {
	said := "读卡失败，驱动没有说明原因"
	switch text = reason(text); {
	case code != "" && text != "":
		said = "读卡失败，驱动返回错误码" + code + "：" + text
	case code != "":
		said = "读卡失败，驱动返回错误码" + code
	case text != "":
		said = "读卡失败，驱动返回：" + text
	}
	return &card.Error{Function: function, Text: said + "，请检查读卡器与卡片后重试，仍不成功请联系读卡器厂商！", Err: err}
}

// unreadable words an answer that is not what was agreed.
func unreadable(function, what string) *card.Error {
	return &card.Error{Function: function, Text: "驱动返回的数据无法识别（" + what + "），请核对配置中的驱动接口，或联系读卡器厂商！", Err: card.ErrMalformed}
}

// reason makes a driver's own text fit to be shown: one short line, with
// whatever looks like an identifier of a person masked. What looks like the
// fields of a card is not shown at all.
func reason(text string) string {
	const longest = 100 // characters
	text = strings.TrimRight(strings.TrimSpace(text), "!！.。")
	if strings.Contains(text, "|") || strings.ContainsFunc(text, illegible) {
		return ""
	}
	if r := []rune(text); len(r) > longest {
		text = string(r[:longest]) + "…"
	}
	return mask.Text(text)
}

// illegible reports characters that no text holds and that no XML may carry.
func illegible(r rune) bool {
	return unicode.IsControl(r) || r&0xFFFE == 0xFFFE || r == unicode.ReplacementChar
}

// texts decodes what a library wrote into its buffers.
func texts(function string, outputs [][]byte) ([]string, error) {
	var all []string
	for _, output := range outputs {
		text, err := gbk.Decode(output)
		if err != nil {
			return nil, unreadable(function, "不是GBK文字")
		}
		all = append(all, text)
	}
	return all, nil
}

// readable is what a library wrote into a buffer if that is text, otherwise "".
func readable(output []byte) string {
	text, err := gbk.Decode(output)
	if err != nil {
		return ""
	}
	return text
}
