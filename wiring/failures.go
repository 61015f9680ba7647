package wiring

import "mps/failure"

// What a configuration asks for and cannot be had.
var (
	unknownPatient = failure.Terse("config_card_patient", "card.sources：没有测试病人%q，见 mps sandbox patients", "把 virtual: 之后改成 mps sandbox patients 列出的病人")
	unknownDriver  = failure.Terse("config_card_driver", "card.sources：没有[driver.%s]", "在配置文件中加上这一节，或从 card.sources 中去掉它")
	unknownSource  = failure.Terse("config_card_source", "card.sources：不认识的来源%q，应为\"pcsc\"、\"driver:<名字>\"或\"virtual:<病人>\"", "按提示改正 card.sources")

	noVoucherKind    = failure.Terse("config_voucher_kind", "[driver.%s]：kind=%q不能查询电子凭证，应为%s", "改正 kind，或让 voucher.via 指向另一个驱动")
	noVoucherLibrary = failure.Terse("config_voucher_library", "[driver.%s]：没有填写library", "填写厂商动态库的路径，Windows 路径用单引号")
)

// What of a server's data is missing.
var noJournalKey = failure.New("journal_key_absent", "没有密钥文件 %s，", "从未启动过服务端时没有台账可看；启动过则请从备份恢复密钥文件")
