package config

import "mps/failure"

// What is wrong with a configuration file.
var (
	cannotOpen      = failure.Terse("config_open", "打不开配置文件：%v", "核对路径和权限，路径由 --config 给出，不给则是本程序旁边的 mps.toml")
	cannotRead      = failure.Terse("config_read", "读不了配置文件：%v", "重新保存配置文件，仍不行检查磁盘")
	tooLong         = failure.Terse("config_too_long", "超过%d字节", "换成正确的配置文件")
	badEncoding     = failure.New("config_encoding", "既不是UTF-8也不是GBK编码，", "请用记事本另存为UTF-8")
	unknownKey      = failure.New("config_unknown_key", "第%d行：没有[%s]这个配置项，", "请对照mps.example.toml")
	badLine         = failure.Terse("config_line", "第%d行：%v", "改正该行，文字的值要有引号，Windows 路径用单引号")
	badFile         = failure.Terse("config_syntax", "%v", "对照 mps.example.toml 改正")
	badDuration     = failure.Terse("config_duration", "%q不是时长：应写成\"10s\"、\"1m30s\"", "按提示改正")
	badFallback     = failure.Terse("config_outside_gbk", "%q：应为reference、gb18030或question-mark", "按提示改正")
	badPattern      = failure.Terse("config_pattern", "%q不是正则表达式：%v", "按提示改正")
	badListen       = failure.Terse("config_listen", "agent.listen=%q：应为“地址:端口”", "按提示改正")
	notLoopback     = failure.Terse("config_not_loopback", "agent.listen=%q：读卡服务只为本机服务，地址应为127.0.0.1", "按提示改正")
	noDriver        = failure.Terse("config_via_driver", "voucher.via=%q：没有[driver.%s]", "加上这一节，或改正 voucher.via")
	badVia          = failure.Terse("config_via", "voucher.via=%q：应为%s、%s或%s<名字>", "按提示改正")
	badCharset      = failure.Terse("config_charset", "%s=%q：应为gbk、utf-8或auto", "按提示改正")
	strayKey        = failure.Terse("config_driver_key", "[driver.%s]：kind=%q用不到%s", "去掉这一项，或改正 kind")
	negativeTimeout = failure.Terse("config_driver_timeout", "driver.%s.%s：应不小于0", "按提示改正")
	badURL          = failure.Terse("config_url", "%s：应为http://或https://开头的地址", "按提示改正")
	notPositive     = failure.Terse("config_not_positive", "%s：应大于0", "按提示改正")
	negativeWait    = failure.Terse("config_card_wait", "card.wait：应不小于0", "按提示改正")
	badQueue        = failure.Terse("config_queue", "agent.queue：应不小于1", "按提示改正")
)
