package voucher

import "mps/failure"

// The scanned text. Their kind is [ErrCode].
var (
	noCode  = failure.New("voucher_no_code", "没有读到电子凭证二维码，", "请让患者打开医保电子凭证后重新扫码！")
	badCode = failure.New("voucher_bad_code", "扫到的内容不是医保电子凭证二维码，", "请让患者打开医保电子凭证后重新扫码！")
)

// refused is the centre's own refusal, passed on as it came. The centre is
// always behind a server, so the text always ends with {SERVER} (specification
// 2.4, the e-voucher's error answer).
var refused = failure.Terse("voucher_refused", "电子凭证解析错误[code=%s,msg=%s]{SERVER}",
	"40004请患者刷新二维码后重新扫码，其他代码按msg处理！")

// Exchanges that gave no reply. Their values are the peer's name and host; the
// kind of all below notListening is [ErrUnreachable].
var (
	timedOut  = failure.New("voucher_timeout", "等待%s（%s）应答超时，已等待%.1f秒，", "请稍后重试！") // ErrTimeout
	cancelled = failure.Terse("voucher_cancelled", "查询已取消，没有得到%s的应答！", "请重新查询！")

	notListening   = failure.New("voucher_not_listening", "无法连接%s（%s）：对方没有开启服务，", "请检查网络和%[1]s的地址后重试！")
	hostUnknown    = failure.New("voucher_host_unknown", "无法连接%s（%s）：找不到该主机名，", "请检查网络和%[1]s的地址后重试！")
	untrusted      = failure.New("voucher_untrusted", "无法连接%s（%s）：对方的证书不可信，", "请检查网络和%[1]s的地址后重试！")
	notHTTPS       = failure.New("voucher_not_https", "无法连接%s（%s）：对方不是HTTPS服务，", "请检查网络和%[1]s的地址后重试！")
	connectTimeout = failure.New("voucher_connect_timeout", "无法连接%s（%s）：连接超时，", "请检查网络和%[1]s的地址后重试！")
	connectionLost = failure.New("voucher_connection_lost", "无法连接%s（%s）：连接中断，", "请检查网络和%[1]s的地址后重试！")
)

// Replies that are none. Their kind is [ErrMalformed].
var (
	otherStatus = failure.New("voucher_http_status", "%s（%s）返回HTTP状态%d，", "请稍后重试，仍不成功请联系信息科核对%[1]s的地址！")

	answerTooLarge = failure.New("voucher_answer_too_large", "电子凭证中心的应答无法识别（应答过大），",
		"请稍后重试，仍不成功请联系信息科核对电子凭证中心的地址！")
	answerEncoding = failure.New("voucher_answer_encoding", "电子凭证中心的应答无法识别（应答的字符编码既不是UTF-8也不是GBK），",
		"请稍后重试，仍不成功请联系信息科核对电子凭证中心的地址！")
	answerCharset = failure.New("voucher_answer_charset", "电子凭证中心的应答无法识别（应答声明或配置的字符集是%s，内容不是），",
		"请联系信息科核对charset的配置，或请中心更正应答的Content-Type！")
	answerUnknownCharset = failure.New("voucher_answer_charset_unknown", "电子凭证中心的应答无法识别（不支持应答声明的字符集%s），",
		"请联系信息科，请中心改用UTF-8或GBK！")
	answerAmbiguous = failure.New("voucher_answer_ambiguous", "电子凭证中心的应答无法识别（没有声明字符集，内容可能是UTF-8，也可能是GBK），",
		"请联系信息科在配置中填写charset！")
	answerTooDeep = failure.New("voucher_answer_too_deep", "电子凭证中心的应答无法识别（应答的层次过深），",
		"请稍后重试，仍不成功请联系信息科核对电子凭证中心的地址！")
	answerNotJSON = failure.New("voucher_answer_not_json", "电子凭证中心的应答无法识别（应答不是JSON对象），",
		"请稍后重试，仍不成功请联系信息科核对电子凭证中心的地址！")
	answerNoCode = failure.New("voucher_answer_no_code", "电子凭证中心的应答无法识别（应答中没有可用的code），",
		"请稍后重试，仍不成功请联系信息科核对电子凭证中心的地址！")
)

// Configuration. The kind is [ErrConfig].
var (
	badAddress    = failure.New("voucher_bad_address", "%s的地址配置有误，应以http://或https://开头并写明主机，", "请联系信息科更正！")
	extraRepeated = failure.New("voucher_extra_repeated", "电子凭证中心的附加参数%s与固定参数重名，", "请联系信息科更正配置！")
	extraNotJSON  = failure.New("voucher_extra_not_json", "电子凭证中心的附加参数无法表示为JSON，", "请联系信息科更正配置！")
)
