package config

import "mps/failure"

// What is wrong with a configuration file as a whole.
var (
	cannotOpen  = failure.Terse("config_open", "打不开配置文件%s：%s%s", "核对路径和权限，路径由 --config 给出，不给则是本程序旁边的 mps.toml")
	isFolder    = failure.Terse("config_folder", "配置文件%s是文件夹，应是文件", "把文件夹改名，或用 --config 给出文件")
	cannotRead  = failure.Terse("config_read", "读不了配置文件%s：%s", "重新保存配置文件，仍不行检查磁盘")
	tooLong     = failure.Terse("config_too_long", "超过%d字节", "换成正确的配置文件")
	badEncoding = failure.New("config_encoding", "既不是UTF-8也不是GBK编码，", "请用记事本另存为UTF-8")
	unknownKey  = failure.New("config_unknown_key", "第%d行：没有[%s]这个配置项%s，", "请对照mps.example.toml")
	badLine     = failure.Terse("config_line", "第%d行：%v", "改正该行，文字的值要有引号，Windows 路径用单引号")
	badFile     = failure.Terse("config_syntax", "%v", "对照 mps.example.toml 改正")
)

// What is wrong with a line as TOML. They stand in badLine.
var (
	wideMark     = failure.Terse("config_wide_mark", "「%s」是中文或全角符号，请用英文输入法写成「%s」", "按提示改正")
	unquoted     = failure.Terse("config_unquoted", "%s的值是文字，要放在英文引号里：一般用双引号，例如\"60s\"，Windows路径用单引号，例如'C:\\mps\\data'", "按提示改正")
	badEscape    = failure.Terse("config_backslash", "双引号里不能直接写反斜杠，Windows路径请改用单引号，例如'C:\\mps\\data'", "按提示改正")
	openQuote    = failure.Terse("config_open_quote", "文字没有写完：开头和结尾的引号应相同，并在同一行", "按提示改正")
	badCharacter = failure.Terse("config_character", "含有看不见的控制字符，请删去后重新输入", "重新输入该行")
	noEquals     = failure.Terse("config_no_equals", "配置项的名称之后应为“=”和它的值", "按提示改正")
	noValue      = failure.Terse("config_no_value", "“=”之后没有值", "写上值，或删去该行")
	badValue     = failure.Terse("config_value", "“=”之后应为数字，或引号里的文字", "按提示改正")
	badKeyName   = failure.Terse("config_key_name", "名称不能以%s开头：应为英文字母、数字、下划线，小节写成[agent]", "按提示改正")
	openSection  = failure.Terse("config_open_section", "小节的名称之后应为“]”，例如[agent]", "按提示改正")
	restOfLine   = failure.Terse("config_rest", "从%s起是多余的内容：一行只写一项，注释以“#”开头", "按提示改正")
	badArray     = failure.Terse("config_array", "方括号里的各项之间应为“,”，最后应为“]”，例如[\"pcsc\", \"driver:sscard\"]", "按提示改正")
	badBraces    = failure.Terse("config_braces", "花括号里应为名称、“=”和值，各项之间应为“,”，最后应为“}”，例如{ channel = \"01\" }", "按提示改正")
	badNumber    = failure.Terse("config_number", "数字写得不对或过大：应为整数，例如8，不用单位，不以0开头", "按提示改正")
	badDate      = failure.Terse("config_date", "日期或时间写得不对；如果是文字，要放在英文双引号里", "按提示改正")
	repeated     = failure.Terse("config_repeated", "%s前面已经写过，只能写一次", "把两处合并成一处")
	badKind      = failure.Terse("config_kind", "%s应为%s", "按提示改正")
	noSection    = failure.Terse("config_not_section", "%s是一个配置项，不是小节：应写成“名称 = 值”", "按提示改正")
	noList       = failure.Terse("config_not_list", "%s只有一个，应写成[…]，不写成[[…]]", "按提示改正")
	badForm      = failure.Terse("config_form", "写法不对", "对照 mps.example.toml 改正")
)

// What is wrong with a value that is written as a text. They stand in badLine,
// behind the key.
var (
	badDuration = failure.Terse("config_duration", "%s不是带单位的时长，请写成%q", "按提示改正，引号和单位都要有：ms 毫秒、s 秒、m 分、h 小时")
	badFallback = failure.Terse("config_outside_gbk", "%s：应为\"reference\"、\"gb18030\"或\"question-mark\"", "按提示改正")
	badPattern  = failure.Terse("config_pattern", "%s不是正则表达式", "按提示改正，正则表达式放在单引号里")
	badLevel    = failure.Terse("config_level", "%s：应为\"DEBUG\"、\"INFO\"、\"WARN\"或\"ERROR\"", "按提示改正")
)

// What no part of mps could work with.
var (
	badListen       = failure.Terse("config_listen", "%s：%v", "按提示改正")
	notLoopback     = failure.Terse("config_not_loopback", "agent.listen=%q：读卡服务只为本机服务，地址应为127.0.0.1", "按提示改正")
	noDriver        = failure.Terse("config_via_driver", "voucher.via=%q：没有[driver.%s]", "加上这一节，或改正 voucher.via")
	badVia          = failure.Terse("config_via", "voucher.via=%q：应为%s、%s或%s<名字>", "按提示改正")
	badCharset      = failure.Terse("config_charset", "%s=%q：应为gbk、utf-8或auto", "按提示改正")
	strayKey        = failure.Terse("config_driver_key", "[driver.%s]：kind=%q用不到%s", "去掉这一项，或改正 kind")
	badURL          = failure.Terse("config_url", "%s：应为http://或https://开头的地址", "按提示改正")
	notInSpan       = failure.Terse("config_span", "%s=%q：应在%v到%v之间", "按提示改正，单位是 ms 毫秒、s 秒、m 分、h 小时")
	notInSpanOrZero = failure.Terse("config_span_zero", "%s=%q：应在%v到%v之间，或为\"0s\"", "按提示改正，单位是 ms 毫秒、s 秒、m 分、h 小时")
	badPath         = failure.Terse("config_path", "%s：路径中有控制字符，双引号里的反斜杠另有含义，Windows路径请改用单引号，例如'C:\\mps\\data'", "按提示改正")
	badQueue        = failure.Terse("config_queue", "agent.queue：应不小于1", "按提示改正")
)

// What a start and the doctor point out, although everything works.
var (
	disorder = failure.Terse("config_order", "%s（%v）应短于%s（%v）：否则%s", "改短前者，或加长后者")
	stray    = failure.Terse("config_stray", "没有读取%s：读的是%s", "要用它就改成那个名称、放到那个文件夹；Windows 的资源管理器会隐藏扩展名，在“查看”中勾选“文件扩展名”")
	strayed  = failure.Terse("config_stray_only", "没有读取%s：要读的是%s，它不存在，现在用的是默认值", "改成那个名称、放到那个文件夹；Windows 的资源管理器会隐藏扩展名，在“查看”中勾选“文件扩展名”")
)
