package server

import "mps/failure"

// Failures that go out under their own code.
var (
	unauthorized = failure.New("unauthorized", "机构凭证无效或已停用，", "请联系信息科核对本机配置的机构凭证！")
	method       = failure.New("method", "请求方法不受支持，", "请联系信息科核对服务器地址和客户端版本！")
	notFound     = failure.New("not_found", "服务器没有这个地址，", "请联系信息科核对配置的服务器地址！")
	tooLarge     = failure.New("too_large", "请求超过 %d 字节，服务器不予处理，", "请检查传入的参数！")

	unknownFunction = failure.New("unknown_function", "服务器不支持功能 %s，", "请核对功能编号或联系信息科升级服务器！")

	requestIDReused  = failure.New("request_id_reused", "请求编号已用于另一个电子凭证二维码，", "请用新的请求编号重新发起！")
	requestIDExpired = failure.New("request_id_expired", "该请求的应答已超过保存时间，", "请让患者刷新电子凭证二维码后重新扫码！")

	busy     = failure.New("busy", "服务器正忙，", "请稍后重试！")
	internal = failure.New("internal", "服务器内部错误，", "请稍后重试，仍不成功请联系信息科查看服务器日志！")
)

// The centre gave no answer, and the querier's error was not written for a
// person.
var (
	centreTimeout     = failure.New("centre_timeout", "等待电子凭证中心应答超时，", "请稍后重试！")
	centreUnreachable = failure.New("centre_unreachable", "服务器无法连接电子凭证中心，", "请稍后重试，仍不成功请联系信息科！")
	centreMalformed   = failure.New("centre_malformed", "电子凭证中心的应答无法识别，", "请稍后重试，仍不成功请联系信息科！")
)

// Requests that go out as bad_request, like those that the request's own check
// refuses.
var (
	badContentType = failure.New("bad_request_content_type", "请求的 Content-Type 应为 application/json，", "请检查客户端！")
	cutOff         = failure.New("bad_request_cut_off", "请求没有完整到达，", "请检查网络后重试！")
	notUTF8        = failure.New("bad_request_not_utf8", "请求不是 UTF-8 编码，", "请检查客户端！")
	notJSON        = failure.New("bad_request_not_json", "请求不是约定格式的 JSON，", "请检查客户端的版本！")
	otherOrgID     = failure.New("bad_request_other_org_id", "参数 orgId 与机构凭证所属的机构不一致，", "请联系信息科核对本机配置！")
)
