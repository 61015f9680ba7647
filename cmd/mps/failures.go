package main

import "mps/failure"

// What is wrong with a command, and what it could not do.
var (
	noCentre       = failure.New("config_no_centre", "未配置电子凭证中心：", "请在配置文件的[centre]中填写url")
	twoRequests    = failure.Terse("call_two_requests", "请求文件与 --card、--voucher 只能用一种", "去掉其中一种")
	noRequestFile  = failure.Terse("call_file", "读不了请求文件%s：%s", "核对路径")
	noRequest      = failure.New("call_no_request", "", "请给出请求文件，或用 --card、--voucher")
	badCapacity    = failure.Terse("call_bad_capacity", "--capacity 应在 1 到 %d 之间", "改正 --capacity")
	badAnswer      = failure.Terse("call_bad_answer", "应答无法解析：%v", "核对地址，端口可能被另一个程序占用")
	callFailed     = failure.Terse("call_failed", "调用失败：%s", "按冒号之后的信息处理")
	libraryFailed  = failure.New("call_library", "动态库%s加载不了：文件不存在、已损坏，或不是%d位的，", "请核对路径，动态库应与本程序同样位数")
	libraryForeign = failure.New("call_library_foreign", "动态库%s中没有函数MPS_CallEx，", "请核对路径，它不是本产品的动态库")
	libraryLost    = failure.New("call_library_lost", "动态库%s没有正常返回，", "请重试，仍不成功请重新安装动态库")
	libraryRefused = failure.Terse("call_library_refused", "MPS_CallEx返回%d：参数不对", "请求应是不含 0 字节的文字")
	notReadable    = failure.New("doctor_not_readable", "现在读不了卡，", "请按上面的“下一步”处理")
	noDemoFile     = failure.Terse("demo_no_file", "演示需要%s（make demo 会先生成它）：%s", "运行 make demo，或用选项指出文件")
	demoDiffers    = failure.Terse("demo_differs", "演示第%d步：结果应为%s，实际为%s：%s", "按冒号之后的信息处理")
	demoHostFailed = failure.Terse("demo_host", "医院程序失败：%v", "按冒号之后的信息处理")
)

// What is wrong with a command line.
var (
	unknownFlag    = failure.Terse("command_flag", "没有选项%s%s", "用 --help 查看用法")
	extraArgument  = failure.Terse("command_argument", "多了“%s”%s", "去掉它，或用 --help 查看用法")
	noSubcommand   = failure.Terse("command_missing", "还应写明做什么：%s", "加上其中一个，或用 --help 查看用法")
	noArgument     = failure.Terse("command_argument_missing", "缺少%s", "补上，或用 --help 查看用法")
	exclusiveFlags = failure.Terse("command_exclusive", "--%s 与 --%s 不能同时使用", "去掉其中一个")
	noFlagValue    = failure.Terse("command_value_missing", "选项 %s 之后缺少它的值", "补上")
	noNumber       = failure.Terse("command_number", "选项 %s 的值应为整数", "改正")
	flagWithValue  = failure.Terse("command_value", "选项 %s 不带值", "去掉“=”和它之后的内容")
	noChoice       = failure.Terse("command_choice", "选项 %s 的值应为%s", "改正")
	foreignFlag    = failure.Terse("command_flag_place", "选项 %s 属于命令%s", "放到该命令之后，或去掉")
	wideDash       = failure.Terse("command_dash", "“%s”开头的横线不是英文的，应为 %s", "用英文输入法输入")
	badUsage       = failure.Terse("command_form", "写法不对", "用 --help 查看用法")
)

// What a start points out, and the doctor.
var (
	logLost       = failure.Terse("log_file", "日志文件%s写不了（%s），改写到标准错误输出或地址文件旁的agent.log", "核对 [log] 的 file：文件夹、权限和磁盘")
	brokenRunning = failure.New("config_broken_running", "%v；本用户的读卡服务已在运行，仍用它启动时的配置，", "请改正后重新启动它")
)
