package main

import "mps/failure"

// What is wrong with a command, and what it could not do.
var (
	noCentre       = failure.New("config_no_centre", "未配置电子凭证中心：", "请在配置文件的[centre]中填写url")
	twoRequests    = failure.Terse("call_two_requests", "请求文件与 --card、--voucher 只能用一种", "去掉其中一种")
	noRequest      = failure.New("call_no_request", "", "请给出请求文件，或用 --card、--voucher")
	badCapacity    = failure.Terse("call_bad_capacity", "--capacity 应在 1 到 %d 之间", "改正 --capacity")
	badAnswer      = failure.Terse("call_bad_answer", "应答无法解析：%v", "核对地址，端口可能被另一个程序占用")
	callFailed     = failure.Terse("call_failed", "调用失败：%s", "按冒号之后的信息处理")
	libraryFailed  = failure.New("call_library", "动态库%s加载不了：文件不存在、已损坏，或不是%d位的，", "请核对路径，动态库应与本程序同样位数")
	libraryForeign = failure.New("call_library_foreign", "动态库%s中没有函数MPS_CallEx，", "请核对路径，它不是本产品的动态库")
	libraryLost    = failure.New("call_library_lost", "动态库%s没有正常返回，", "请重试，仍不成功请重新安装动态库")
	libraryRefused = failure.Terse("call_library_refused", "MPS_CallEx返回%d：参数不对", "请求应是不含 0 字节的文字")
	notReadable    = failure.New("doctor_not_readable", "现在读不了卡，", "请按上面的“下一步”处理")
	noDemoFile     = failure.Terse("demo_no_file", "演示需要%s（make demo 会先生成它）：%v", "运行 make demo，或用选项指出文件")
	demoDiffers    = failure.Terse("demo_differs", "演示第%d步：结果应为%s，实际为%s：%s", "按冒号之后的信息处理")
	demoHostFailed = failure.Terse("demo_host", "医院程序失败：%v", "按冒号之后的信息处理")
)
