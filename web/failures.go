package web

import "mps/failure"

// Why nothing listens on an address.
var (
	addressForm     = failure.Terse("web_address", "监听地址%q：应为“地址:端口”，例如127.0.0.1:8936，不写http://", "改正配置中的 listen")
	addressWide     = failure.Terse("web_address_wide", "监听地址%q：有全角字符，应为%q", "改正配置中的 listen")
	addressBrackets = failure.Terse("web_address_brackets", "监听地址%q：IPv6地址要放在方括号里，例如[::1]:8936", "改正配置中的 listen")
	portAbsent      = failure.Terse("web_port_absent", "监听地址%q：没有端口，例如127.0.0.1:8936", "改正配置中的 listen")
	portNumber      = failure.Terse("web_port", "监听地址%q：端口%q应为0到65535的整数", "改正配置中的 listen")

	unknownHost    = failure.Terse("web_host_unknown", "无法监听%s：找不到主机名%s", "改正配置中的 listen，一般写本机的 IP 地址")
	foreignAddress = failure.Terse("web_address_foreign", "无法监听%s：%s不是本机的地址", "改正配置中的 listen：写本机网卡的 IP 地址，或用 0.0.0.0 表示本机的所有地址")
	noSuchFamily   = failure.Terse("web_address_family", "无法监听%s：本机没有启用这种地址（IPv4或IPv6）", "改正配置中的 listen")
	portForbidden  = failure.Terse("web_port_forbidden", "无法监听%s：没有权限使用端口%s", "换成 1024 以上的端口，或由管理员启动")
	portInUse      = failure.Terse("web_port_in_use", "无法监听%s：端口已被另一个程序占用，或被系统保留", "结束占用端口的程序，或在配置的 listen 中换一个端口")
	cannotListen   = failure.Terse("web_cannot_listen", "无法监听%s：%s", "核对配置中的 listen")
)
