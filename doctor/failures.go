package doctor

import "mps/failure"

// What can be wrong with a machine, apart from what reading a card says.
var (
	noSources  = failure.Terse("config_no_card_source", "card.sources 为空，没有可读卡的来源", "在 mps.toml 的 [card] 中写 sources = [\"pcsc\"]，或配置厂商驱动")
	noReaders  = failure.Terse("doctor_no_pcsc", "%v", "安装读卡器的驱动并启动智能卡服务（Windows 为 SCardSvr，Linux 为 pcscd）")
	noReader   = failure.Terse("doctor_no_reader", "没有找到读卡器", "接好读卡器；若已接好，安装它的 PC/SC 驱动")
	badLibrary = failure.Terse("doctor_library", "用不了驱动的文件%s：%s", "核对 [driver.%s] 的 library")
	otherWidth = failure.Terse("doctor_library_width", "驱动是 %d 位，本程序是 %d 位，装载不了", "在 [driver.%s] 的 host 中填 %d 位 mps 程序的路径")
	noHost     = failure.Terse("doctor_library_host", "找不到宿主程序%s：%s", "核对 host 的路径")
	noExport   = failure.Terse("doctor_library_export", "没有函数 %s", "核对 export，或换用与该驱动相符的 kind")
)
