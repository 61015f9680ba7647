package nationec

import "mps/failure"

// Queries without an answer. The first value is always the function of the
// library.
var (
	driverFailed = failure.Terse("nationec_driver", "接口%s 失败:%s", "按冒号后的原因处理，见厂商驱动！") // the wall's own text
	callFailed   = failure.New("nationec_call", "接口%s 失败:调用电子凭证动态库失败，", "请重试！")
	noVoucher    = failure.New("nationec_no_voucher", "接口%s 失败:没有等到电子凭证，", "请患者出示医保电子凭证后重试，仍不成功请检查扫码设备！")
	refused      = failure.New("nationec_refused", "接口%s 失败:扫码查询失败%s，", "请患者重新出示医保电子凭证后重试！")
)

// Configuration.
var (
	badBuffer    = failure.New("nationec_bad_buffer", "电子凭证动态库的缓冲区应为1至%d字节，", "请联系信息科更正配置！")
	badCodeField = failure.New("nationec_bad_code_field", "电子凭证动态库的code_field与固定参数%s重名，", "请联系信息科更正配置！")
)
