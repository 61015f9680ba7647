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
	sieafUnreachable = failure.New("driver_sieaf_unreachable", "无法连接厂商读卡服务（%s），", "请检查它是否已启动！")
	sieafLate        = failure.New("driver_sieaf_timeout", "等待厂商读卡服务（%s）应答超时，", "请检查读卡器连接后重试！")
)

// Failures of the way to a security module.
var (
	hsmUnreachable = failure.New("driver_hsm_unreachable", "该卡需要加密机认证，无法连接加密机服务（%s），", "请检查网络后重试，仍不成功请联系信息科，或改用医保电子凭证！")
	hsmLate        = failure.New("driver_hsm_timeout", "该卡需要加密机认证，等待加密机服务（%s）应答超时，", "请重新插卡后重试，仍不成功请联系信息科，或改用医保电子凭证！")
	hsmStatus      = failure.New("driver_hsm_status", "该卡需要加密机认证，加密机服务（%s）应答HTTP状态%d，", "请联系信息科核对hsm的配置，或改用医保电子凭证！")
	hsmAnswer      = failure.New("driver_hsm_answer", "该卡需要加密机认证，加密机服务（%s）的应答中没有认证结果，", "请联系信息科核对hsm的配置，或改用医保电子凭证！")
	hsmRefused     = failure.New("driver_hsm_refused", "该卡需要加密机认证，加密机服务拒绝：%s，", "请按提示处理后重试，或改用医保电子凭证！")
	hsmSilent      = failure.New("driver_hsm_refused_silently", "该卡需要加密机认证，加密机服务拒绝，没有说明原因，", "请重试，仍不成功请联系信息科，或改用医保电子凭证！")
	hsmExchanged   = failure.New("driver_hsm_exchanged", "读卡过程中换了卡，", "请重新插卡后重试，读卡完成前不要拔卡！")
)

// What is wrong with the configuration of a driver. The first three name it.
var (
	noLibrary     = failure.Terse("driver_config_library", "[driver.%s]：没有填写library", "填写动态库的路径")
	noCardKind    = failure.Terse("driver_config_kind", "[driver.%s]：kind=%q不能读卡，应为%s", "改正kind")
	misconfigured = failure.Terse("driver_config", "[driver.%s]：%v", "按冒号后的说明改正")

	genericCall  = failure.Terse("driver_config_call", "应有函数名和至少一个buffer参数", "改正export和args，或calls")
	layoutEmpty  = failure.Terse("driver_layout_empty", "应至少指明身份证号或卡号的位置", "填写layout.id_number或layout.number")
	layoutPlace  = failure.Terse("driver_layout_place", "位置%q：有分隔符时应为0至%d的整数", "改正layout中的位置")
	layoutBuffer = failure.Terse("driver_layout_buffer", "layout：没有名为%q的缓冲区", "改正layout中冒号前的名字，或在args中给缓冲区取名，例如buffer:2048:card")
	badURL       = failure.Terse("driver_config_url", "%s：应为http://或https://开头的地址", "改正地址")
	heasecData   = failure.Terse("driver_config_heasec", "data：应填写Init的参数，例如{ IP = \"10.1.2.3\", PORT = 7020 }", "填写data")

	callsTooMany  = failure.Terse("driver_calls_many", "calls：不能超过%d个", "减少calls")
	callsAndCall  = failure.Terse("driver_calls_both", "有calls时不能再写export、args、returns或success", "把它们写进calls")
	callNth       = failure.Terse("driver_calls", "calls中的%s：%v", "改正calls中的这一项")
	callWhen      = failure.Terse("driver_calls_when", "when=%q：应为each、once或end", "改正when")
	callReturns   = failure.Terse("driver_calls_returns", "returns=%q：应为int、text或none", "改正returns")
	callSuccess   = failure.Terse("driver_calls_success", "success=%q：返回整数的函数应写整数、\">0\"或\">=0\"", "改正success，返回文字的函数要写returns = \"text\"")
	callVoid      = failure.Terse("driver_calls_void", "returns=\"none\"时不能写success", "去掉success")
	callName      = failure.Terse("driver_calls_name", "参数%q：缓冲区的名字应为1至32个英文字母、数字或下划线，不以数字开头", "改正名字")
	callNameTwice = failure.Terse("driver_calls_name_twice", "有两个缓冲区名为%q", "改正名字")
	callNoResult  = failure.Terse("driver_calls_result", "result:%s：前面没有每次都调用的这个函数", "改正result:之后的函数名")

	hsmFormat      = failure.Terse("driver_hsm_format", "hsm.format=%q：应为json或form", "改正hsm.format")
	hsmFields      = failure.Terse("driver_hsm_fields", "hsm.fields：应填写请求的字段", "填写hsm.fields")
	hsmPlaceholder = failure.Terse("driver_hsm_placeholder", "hsm.fields：没有%s，可以写%s", "改正花括号中的名字")
	hsmPath        = failure.Terse("driver_hsm_path", "hsm.fields：%q与另一个字段冲突", "改正hsm.fields")
	hsmLists       = failure.Terse("driver_hsm_lists", "hsm：result应为一个或两个位置，steps应为两个函数名", "改正hsm.result或hsm.steps")
	hsmNoCode      = failure.Terse("driver_hsm_code", "hsm：写了success或message就要写code", "填写hsm.code")
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
	words = strings.TrimRight(strings.Join(strings.Fields(trimField(words)), " "), "!！.。")
	if strings.Contains(words, "|") || strings.ContainsFunc(words, card.Illegible) {
		return ""
	}
	if r := []rune(words); len(r) > longest {
		words = string(r[:longest]) + "…"
	}
	return mask.Text(words)
}

// decode decodes what a library wrote into its buffers, all of them in the same
// charset: what one of them is in tells about the others.
func decode(function string, c charset.Charset, outputs []output) (answer, error) {
	var all [][]byte
	for _, o := range outputs {
		all = append(all, o.text)
	}
	// No buffer holds a NUL, which ends it, and no character of either charset.
	text, err := c.Decode(bytes.Join(all, []byte{0}))
	if err != nil {
		return nil, charsetError(function, c, err)
	}
	var a answer
	for i, text := range strings.Split(text, "\x00") {
		if i < len(outputs) {
			a = append(a, answered{outputs[i].name, text})
		}
	}
	return a, nil
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
