package card

import (
	"context"
	"errors"
	"fmt"
)

// What went wrong, for errors.Is. Transports and readers return the first
// four; the others come from what a card says.
var (
	ErrNoReader       = errors.New("card: no reader is open")
	ErrNoCard         = errors.New("card: no card in the reader")
	ErrRemoved        = errors.New("card: card was removed")
	ErrMute           = errors.New("card: card does not answer")
	ErrOtherCard      = errors.New("card: not a social security card")
	ErrAuthentication = errors.New("card: personal data needs authentication")
	ErrBlank          = errors.New("card: card holds no personal data")
	ErrMalformed      = errors.New("card: malformed data from the card")
)

// The functions that error texts name. SSC_Open stands in the specification's
// own example (2.4); the two others follow its pattern and are ours.
const (
	opening   = "SSC_Open"      // reader, slot, power
	selecting = "SSC_SelectApp" // finding the social security application
	reading   = "SSC_ReadCard"  // reading its files
)

// An Error is a failed read as the caller is told about it, in the form of
// specification 2.4: 「接口<Function> 失败:<Text>」. Text is Chinese, says what
// failed and what to do, ends in ！ and holds no personal data. Err is the
// reason, for errors.Is and errors.As.
type Error struct {
	Function string
	Text     string
	Err      error
}

func (e *Error) Error() string { return "接口" + e.Function + " 失败:" + e.Text }

func (e *Error) Unwrap() error { return e.Err }

// A StatusError is a status word of ISO 7816-4 with which a card refused a
// command.
type StatusError uint16

func (s StatusError) Error() string { return fmt.Sprintf("card: status %04X", uint16(s)) }

// transportError words an error of the way to the card. An *Error from below
// knows better and stays as it is. Once ctx is done, the way's own complaint is
// only the echo of that.
func transportError(ctx context.Context, function string, err error) error {
	var worded *Error
	if errors.As(err, &worded) {
		return worded
	}
	if ended := ctx.Err(); ended != nil && !errors.Is(err, ended) {
		err = fmt.Errorf("%w: %w", ended, err)
	}
	var text string
	switch {
	case errors.Is(err, ErrNoReader) && function == opening:
		text = "设备未打开！"
	case errors.Is(err, ErrNoReader):
		text = "读卡器已断开，请检查读卡器连接后重试！"
	case errors.Is(err, ErrNoCard) && function == opening:
		text = "未检测到卡片，请插入社会保障卡后重试！"
	case errors.Is(err, ErrRemoved), errors.Is(err, ErrNoCard):
		text = "卡片已被拔出，请重新插卡，读卡完成前不要拔卡！"
	case errors.Is(err, context.Canceled):
		text = "读卡已取消，请重新读卡！"
	case errors.Is(err, context.DeadlineExceeded) && function == opening:
		text = "打开读卡器超时，请检查读卡器连接后重试！"
	case errors.Is(err, context.DeadlineExceeded):
		text = "卡片无应答，读卡超时，请重新插卡后重试！"
	case errors.Is(err, ErrMute):
		text = "卡片无应答，请检查卡片是否插反或未插到位，重新插卡后重试！"
	default:
		text = "读卡器通讯失败，请检查读卡器连接后重试！"
	}
	return &Error{function, text, err}
}

// statusError words a status word that means failure; doing says what was
// tried, in Chinese.
func statusError(function, doing string, status StatusError) error {
	if status == statusNeedsKey {
		return &Error{function, authenticationText(""), fmt.Errorf("%w: %w", ErrAuthentication, status)}
	}
	text := fmt.Sprintf("%s失败，卡片返回状态码%04X，请重新插卡后重试！", doing, uint16(status))
	return &Error{function, text, status}
}

// authenticationText says why a card with protected personal data cannot be
// read and what helps. version is the card's specification version, "3.0" as a
// rule, or empty when the card does not tell.
func authenticationText(version string) string {
	which := "该卡"
	if version != "" {
		which = "该卡为" + version + "规范卡，"
	}
	return which + "需要PSAM或厂商驱动才能读取个人信息，请配置读卡器厂商驱动，或改用医保电子凭证！"
}

// damaged reports data that the card delivered but that cannot be right; what
// names the field, in Chinese.
func damaged(what string) error {
	return &Error{reading, "卡内" + what + "数据损坏，无法识别，请持卡人到发卡机构处理！", ErrMalformed}
}
