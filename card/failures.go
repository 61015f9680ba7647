package card

import (
	"context"
	"errors"
	"fmt"
	"time"

	"mps/failure"
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
	ErrIncomplete     = errors.New("card: card does not say whose it is")
	ErrMalformed      = errors.New("card: malformed data from the card")
	ErrPIN            = errors.New("card: no right PIN was entered")
)

// The failures that a read through a vendor's driver may have as well.
var (
	Absent    = failure.New("card_absent", "未检测到卡片，", "请插入社会保障卡后重试！")
	Mute      = failure.New("card_mute", "卡片无应答，", "请检查卡片是否插反或未插到位，重新插卡后重试！")
	Blank     = failure.New("card_blank", "卡内无个人信息，该卡可能尚未启用，", "请持卡人到发卡机构处理！")
	Cancelled = failure.New("card_cancelled", "读卡已取消，", "请重新读卡！")
)

// Failures of the way to the card.
var (
	notOpen     = failure.Terse("card_not_open", "设备未打开！", "接好读卡器，检查card.sources")
	readerGone  = failure.New("card_reader_gone", "读卡器已断开，", "请检查读卡器连接后重试！")
	readerFault = failure.New("card_reader_fault", "读卡器通讯失败，", "请检查读卡器连接后重试！")
	removed     = failure.New("card_removed", "卡片已被拔出，", "请重新插卡，读卡完成前不要拔卡！")
	openLate    = failure.New("card_open_timeout", "打开读卡器超时，", "请检查读卡器连接后重试！")
	tooSlow     = failure.New("card_too_slow", "卡片无应答，%v秒内没有读完，", "请检查卡片是否插反或未插到位，重新插卡后重试！")
	readLate    = failure.New("card_read_timeout", "卡片无应答，读卡超时，", "请重新插卡后重试！")
)

// Failures of what the card answers.
var (
	otherCard        = failure.New("card_other", "不是社会保障卡，", "请插入社会保障卡后重试！")
	locked           = failure.New("card_locked", "社会保障应用已被锁定，", "请持卡人到发卡机构处理！")
	noFiles          = failure.New("card_no_files", "卡内没有社会保障数据，", "请持卡人到发卡机构处理！")
	noName           = failure.New("card_no_name", "卡内没有姓名，", "请持卡人到发卡机构处理！")
	noNumber         = failure.New("card_no_number", "卡内没有身份证号和卡号，", "请持卡人到发卡机构处理！")
	damaged          = failure.New("card_damaged", "卡内%s数据损坏，无法识别，", "请持卡人到发卡机构处理！")
	protected        = failure.New("card_protected", "该卡需要PSAM或厂商驱动才能读取个人信息，", "请配置读卡器厂商驱动，或改用医保电子凭证！")
	protectedVersion = failure.New("card_protected_version", "该卡为%s规范卡，需要PSAM或厂商驱动才能读取个人信息，", "请配置读卡器厂商驱动，或改用医保电子凭证！")
	protectedTried   = failure.New("card_protected_tried", "该卡需要PSAM或厂商驱动才能读取个人信息，配置的其他来源也没有读到（%s），", "请按括号内的提示处理，或改用医保电子凭证！")
	refused          = failure.New("card_refused", "%s失败，卡片返回状态码%04X，", "请重新插卡后重试！")
	responseLength   = failure.New("card_response_length", "卡片应答长度错误，", "请重新插卡后重试！")
	responseEndless  = failure.New("card_response_endless", "卡片反复要求重发命令，", "请重新插卡后重试！")
)

// The functions that error texts name. SSC_Open stands in the specification's
// own example (2.4); the two others follow its pattern and are ours.
const (
	Opening   = "SSC_Open"      // reader, slot, power
	selecting = "SSC_SelectApp" // finding the social security application
	reading   = "SSC_ReadCard"  // reading its files
)

// An Error is a failed read as the caller is told about it, in the form of
// specification 2.4: 「接口<Function> 失败:」 and the text of the failure, which
// ends in ！ and holds no personal data. Err is the reason, for errors.Is,
// errors.As and logs.
type Error struct {
	Function string
	failure.Failure
	Err error
}

// Error is what the caller reads.
func (e *Error) Error() string { return "接口" + e.Function + " 失败:" + e.Failure.Error() }

// Unwrap returns the reason.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is the kind of the failure.
func (e *Error) Is(target error) bool { return errors.Is(e.Failure, target) }

// A StatusError is a status word of ISO 7816-4 with which a card refused a
// command.
type StatusError uint16

func (s StatusError) Error() string { return fmt.Sprintf("card: status %04X", uint16(s)) }

// A tooSlowError is the cause with which the context of one card ends when the card
// has had its time. It is an ErrMute.
type tooSlowError time.Duration

func (e tooSlowError) Error() string {
	return fmt.Sprintf("card: not read within %v", time.Duration(e))
}

func (tooSlowError) Is(target error) bool { return target == ErrMute }

// OpeningError is a failure before the first APDU as an *Error.
func OpeningError(err error) *Error { return transportError(context.Background(), Opening, err) }

// transportError makes an *Error of an error of the way to the card. An *Error
// from below knows better and stays as it is. Once ctx is done, the way's own
// complaint is only the echo of that.
func transportError(ctx context.Context, function string, err error) *Error {
	if known, is := errors.AsType[*Error](err); is {
		return known
	}
	if slow, is := errors.AsType[tooSlowError](context.Cause(ctx)); is {
		return &Error{function, tooSlow.With(time.Duration(slow).Seconds()), fmt.Errorf("%w: %w", slow, err)}
	}
	if ended := ctx.Err(); ended != nil && !errors.Is(err, ended) {
		err = fmt.Errorf("%w: %w", ended, err)
	}
	return &Error{function, transportFailure(function == Opening, err).With(), err}
}

func transportFailure(opening bool, err error) *failure.Kind {
	switch {
	case errors.Is(err, ErrNoReader) && opening:
		return notOpen
	case errors.Is(err, ErrNoReader):
		return readerGone
	case errors.Is(err, ErrNoCard) && opening:
		return Absent
	case errors.Is(err, ErrRemoved), errors.Is(err, ErrNoCard):
		return removed
	case errors.Is(err, context.Canceled):
		return Cancelled
	case errors.Is(err, context.DeadlineExceeded) && opening:
		return openLate
	case errors.Is(err, context.DeadlineExceeded):
		return readLate
	case errors.Is(err, ErrMute):
		return Mute
	}
	return readerFault
}

// statusError is a status word that means failure; doing says what was tried, in
// Chinese.
func statusError(function, doing string, status StatusError) *Error {
	if status == statusNeedsKey {
		return &Error{function, protected.With(), fmt.Errorf("%w: %w", ErrAuthentication, status)}
	}
	return &Error{function, refused.With(doing, uint16(status)), status}
}

// damagedError reports data that the card delivered but that cannot be right;
// what names the field, in Chinese.
func damagedError(what string) *Error {
	return &Error{reading, damaged.With(what), ErrMalformed}
}
