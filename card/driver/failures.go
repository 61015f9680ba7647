package driver

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"mps/card"
	"mps/charset"
	"mps/driverhost"
	"mps/failure"
	"mps/mask"
)

// A CodeError is the code with which a driver refused, as it is in logs.
type CodeError int32

func (c CodeError) Error() string { return fmt.Sprintf("driver: code %d", int32(c)) }

// Failures of a call of any driver. A driver's code and its own words, where it has
// such, are in what is read about a refusal.
var (
	callFailed          = failure.New("driver_failed", "调用厂商驱动失败，", "请检查读卡器连接后重试！")
	refusedCodeAndWords = failure.New("driver_refused_code_words", "读卡失败，驱动返回错误码%s：%s，", "请检查读卡器与卡片后重试，仍不成功请联系读卡器厂商！")
	refusedCode         = failure.New("driver_refused_code", "读卡失败，驱动返回错误码%s，", "请检查读卡器与卡片后重试，仍不成功请联系读卡器厂商！")
	refusedWords        = failure.New("driver_refused_words", "读卡失败，驱动返回：%s，", "请检查读卡器与卡片后重试，仍不成功请联系读卡器厂商！")
	refusedSilently     = failure.New("driver_refused", "读卡失败，驱动没有说明原因，", "请检查读卡器与卡片后重试，仍不成功请联系读卡器厂商！")
	answerUnreadable    = failure.New("driver_answer", "驱动返回的数据无法识别（%s），", "请核对配置中的驱动接口，或联系读卡器厂商！")
)

// What is wrong with an answer, in answerUnreadable. Otherwise the name of a field
// stands there.
var (
	answerNotGBK      = failure.Terse("driver_answer_gbk", "不是GBK文字", "核对kind和charset")
	answerNotUTF8     = failure.Terse("driver_answer_utf8", "不是UTF-8文字", "核对kind和charset")
	answerAmbiguous   = failure.Terse("driver_answer_ambiguous", "可能是UTF-8，也可能是GBK", "填写charset")
	answerOtherText   = failure.Terse("driver_answer_charset_unknown", "不支持字符集%s", "让对方改用UTF-8或GBK")
	answerNotJSON     = failure.Terse("driver_answer_json", "不是JSON", "核对kind；用分隔符的驱动要写layout.separator")
	answerNoFlag      = failure.Terse("driver_answer_flag", "没有flag", "核对kind")
	answerStatus      = failure.Terse("driver_answer_status", "HTTP状态%d", "核对url")
	answerTooLong     = failure.Terse("driver_answer_length", "过大", "核对url")
	answerCharset     = failure.Terse("driver_answer_charset", "文字编码", "核对url")
	answerNoOutput    = failure.Terse("driver_answer_output", "没有outputValue", "核对url")
	answerUnrequested = failure.Terse("driver_answer_request", "请求", "程序缺陷，请联系我们")
)

// Failures of business_handle.
var (
	sieafData        = failure.New("driver_sieaf_data", "请求数据的配置有误，", "请联系信息科更正！")
	sieafURL         = failure.New("driver_sieaf_url", "厂商读卡服务的地址配置有误，应以http://开头，", "请联系信息科更正！")
	sieafUnreachable = failure.New("driver_sieaf_unreachable", "无法连接厂商读卡服务（%s），", "请检查它是否已启动！")
	sieafLate        = failure.New("driver_sieaf_timeout", "等待厂商读卡服务（%s）应答超时，", "请检查读卡器连接后重试！")
)

// What is wrong with the configuration of a driver. The first three name it.
var (
	noLibrary     = failure.Terse("driver_config_library", "[driver.%s]：没有填写library", "填写动态库的路径")
	noCardKind    = failure.Terse("driver_config_kind", "[driver.%s]：kind=%q不能读卡，应为%s", "改正kind")
	misconfigured = failure.Terse("driver_config", "[driver.%s]：%v", "按冒号后的说明改正")
	genericCall   = failure.Terse("driver_config_call", "应有函数名和至少一个buffer参数", "改正export和args")
	layoutEmpty   = failure.Terse("driver_layout_empty", "应至少指明身份证号或卡号的位置", "填写layout.id_number或layout.number")
	layoutPlace   = failure.Terse("driver_layout_place", "位置%q：有分隔符时应为0至%d的整数", "改正layout中的位置")
)

// callError is a call that was not made or did not come back. A library that cannot
// be used is as good as no reader.
func callError(function string, err error) *card.Error {
	var f failure.Failure = callFailed.With()
	if e, is := errors.AsType[*driverhost.Error](err); is {
		f = e.Failure
	}
	for _, unusable := range []error{driverhost.ErrCall, driverhost.ErrHost, driverhost.ErrLibrary, driverhost.ErrExport} {
		if errors.Is(err, unusable) {
			err = fmt.Errorf("%w: %w", card.ErrNoReader, err)
			break
		}
	}
	return &card.Error{Function: function, Failure: f, Err: err}
}

// refusalError is an answer that says no in a way that only the vendor knows.
// code is empty when there is none, as are the driver's own words.
func refusalError(function, code, words string, err error) *card.Error {
	f := refusedSilently.With()
	switch words = presentable(words); {
	case code != "" && words != "":
		f = refusedCodeAndWords.With(code, words)
	case code != "":
		f = refusedCode.With(code)
	case words != "":
		f = refusedWords.With(words)
	}
	return &card.Error{Function: function, Failure: f, Err: err}
}

// answerError is an answer that is not what was agreed; what is one of the kinds
// above, or names the field that is wrong.
func answerError(function string, what any) *card.Error {
	return &card.Error{Function: function, Failure: answerUnreadable.With(fmt.Sprint(what)), Err: card.ErrMalformed}
}

// presentable makes a driver's own words fit to be shown: one short line, with
// whatever looks like an identifier of a person masked. What looks like the
// fields of a card is not shown at all.
func presentable(words string) string {
	const longest = 100 // characters
	words = strings.TrimRight(strings.TrimSpace(words), "!！.。")
	if strings.Contains(words, "|") || strings.ContainsFunc(words, card.Illegible) {
		return ""
	}
	if r := []rune(words); len(r) > longest {
		words = string(r[:longest]) + "…"
	}
	return mask.Text(words)
}

// decodeOutputs decodes what a library wrote into its buffers, all of them in the
// same charset: what one of them is in tells about the others.
func decodeOutputs(function string, c charset.Charset, outputs [][]byte) ([]string, error) {
	// No buffer holds a NUL, which ends it, and no character of either charset.
	text, err := c.Decode(bytes.Join(outputs, []byte{0}))
	if err != nil {
		return nil, charsetError(function, c, err)
	}
	return strings.Split(text, "\x00"), nil
}

// charsetError is an answer that is no text in c.
func charsetError(function string, c charset.Charset, err error) *card.Error {
	switch {
	case errors.Is(err, charset.ErrAmbiguous):
		return answerError(function, answerAmbiguous.With())
	case errors.Is(err, charset.ErrUnknown):
		return answerError(function, answerOtherText.With(c))
	case c == charset.GBK:
		return answerError(function, answerNotGBK.With())
	case c == charset.UTF8:
		return answerError(function, answerNotUTF8.With())
	}
	return answerError(function, answerCharset.With())
}

// textOrNothing is what a library wrote into a buffer if that is text, otherwise "".
func textOrNothing(c charset.Charset, output []byte) string {
	text, err := c.Decode(output)
	if err != nil {
		return ""
	}
	return text
}
