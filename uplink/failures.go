package uplink

import "mps/failure"

// Configuration of the agent's end. Their kind is [voucher.ErrConfig].
var (
	noToken  = failure.New("uplink_no_token", "本机没有配置机构凭证，", "请联系信息科填写！")
	badToken = failure.New("uplink_bad_token", "本机配置的机构凭证含有空白或非ASCII字符，", "请联系信息科重新填写！")
)

// What an agent reads of its server, beside the failures of any peer, which
// package voucher has.
var (
	// tokenRefused has a text of its own, because a proxy in between may have
	// sent the status.
	tokenRefused = failure.Terse("uplink_token_refused", "服务器不接受本机的机构凭证，请联系信息科核对配置中的机构凭证！{SERVER}",
		"请联系信息科核对配置中的机构凭证！")
	// reported is what the server says. Its code is the server's, too.
	reported = failure.Terse("uplink_reported", "%s{SERVER}", "请按提示处理，仍不成功请联系信息科查看服务器日志！")
	notMPS   = failure.New("uplink_not_mps", "MPS服务器（%s）的应答无法识别，", "请联系信息科核对MPS服务器的地址！")
)

// Requests that [Request.Check] refuses. A server reports them as
// [CodeBadRequest].
var (
	badRequestID = failure.New("uplink_bad_request_id", "参数 request_id 应为 1 到 64 位字母、数字或减号，", "请检查客户端！")
	badFunction  = failure.New("uplink_bad_function", "参数 funid 应为 1 到 32 位字母、数字或点，", "请检查客户端！")
	noCode       = failure.New("uplink_no_code", "没有电子凭证二维码的内容，", "请让患者打开医保电子凭证后重新扫码！")
	fieldTooLong = failure.New("uplink_field_too_long", "参数 %s 超过 %d 字节，", "请检查传入的参数！")
	fieldControl = failure.New("uplink_field_control", "参数 %s 含有控制字符，", "请检查传入的参数！")
)
