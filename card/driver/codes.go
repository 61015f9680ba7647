package driver

import (
	"mps/card"
	"mps/failure"
)

// codes are the codes of iReadCardBas as three and more vendors use them.
var codes = map[int32]struct {
	kind *failure.Kind
	is   error
}{
	-1:  {failure.New("driver_card_other", "卡类型不对，", "请确认放入的是社会保障卡后重试！"), card.ErrOtherCard},
	-2:  {card.Absent, card.ErrNoCard},
	-3:  {failure.New("driver_card_unpowered", "卡片没有上电，", "请重新插卡后重试！"), card.ErrMute},
	-4:  {card.Mute, card.ErrMute},
	-5:  {failure.New("driver_reader_library", "读卡器的动态库装载失败，", "请重新安装读卡器厂商的驱动！"), card.ErrNoReader},
	-11: {failure.New("driver_reader_connection", "读卡器连接错误，", "请检查读卡器连接后重试！"), card.ErrNoReader},
	-12: {failure.New("driver_reader_closed", "设备未打开，", "请检查读卡器连接后重试！"), card.ErrNoReader},
	-13: {failure.New("driver_reader_unable", "读卡器不支持该操作，", "请联系读卡器厂商升级驱动！"), nil},
	-14: {failure.New("driver_argument", "参数错误，", "请核对配置中的读卡方式（iType）！"), nil},
	-15: {failure.New("driver_checksum", "数据校验和错误，", "请重新插卡后重试！"), nil},
	-20: {failure.New("driver_card_code", "卡识别码错误，", "请确认放入的是社会保障卡，仍不成功请持卡人到发卡机构处理！"), nil},
	-21: {failure.New("driver_card_internal", "卡片内部认证失败，", "请重新插卡后重试，仍不成功请持卡人到发卡机构处理！"), nil},
	-22: {failure.New("driver_card_exchanged", "传入的数据与卡片不符，", "请确认没有换卡，重新插卡后重试！"), nil},
	-24: {failure.New("driver_psam_level", "PSAM卡的密钥级别过低，", "请联系发卡机构更换PSAM卡！"), card.ErrAuthentication},
	-31: {failure.New("driver_pin_cancelled", "输入密码被取消，", "请重新读卡并输入密码！"), card.ErrPIN},
	-32: {failure.New("driver_pin_timeout", "输入密码超时，", "请重新读卡并及时输入密码！"), card.ErrPIN},
	-51: {failure.New("driver_pin_wrong", "密码错误，", "请持卡人核对密码后再试，连续输错会锁卡！"), card.ErrPIN},
	-52: {failure.New("driver_pin_locked", "密码已被锁定，", "请持卡人到发卡机构解锁！"), card.ErrPIN},

	-2201: {failure.New("driver_psam_missing", "没有PSAM卡，", "请检查读卡器中是否插好PSAM卡！"), card.ErrAuthentication},
	-2202: {failure.New("driver_psam_algorithm", "PSAM卡不支持该卡的算法，", "请联系发卡机构更换PSAM卡！"), card.ErrAuthentication},
	-2203: {failure.New("driver_psam_key", "PSAM卡中没有读取个人信息的密钥（RKssse），读3.0规范卡需要它，", "请联系发卡机构更换PSAM卡！"), card.ErrAuthentication},
}

// Status words of ISO 7816-4 that came through a driver.
var (
	statusNeedsKey    = failure.New("driver_status_protected", "卡片需要认证才能读取个人信息，", "请检查读卡器的PSAM卡，或改用医保电子凭证！")
	statusPINLocked   = failure.New("driver_status_pin_locked", "卡片密码已被锁定，", "请持卡人到发卡机构解锁！")
	statusPINWrong    = failure.New("driver_status_pin_wrong", "卡片密码错误，还可以试%d次，", "请持卡人核对密码，不要再试！")
	statusOtherCard   = failure.New("driver_status_card_other", "不是社会保障卡（卡片返回状态码%04X），", "请插入社会保障卡后重试！")
	statusLocked      = failure.New("driver_status_locked", "社会保障应用已被锁定（卡片返回状态码%04X），", "请持卡人到发卡机构处理！")
	statusNoRecord    = failure.New("driver_status_no_record", "卡内没有所要的记录（卡片返回状态码6A83），", "请持卡人到发卡机构处理！")
	statusUnspecified = failure.New("driver_status", "读卡失败，卡片返回状态码%04X，", "请重新插卡后重试！")
)

// statusFailure is what a status word means.
func statusFailure(status card.StatusError) (f *failure.Error, is error) {
	switch {
	case status == 0x6982, status == 0x6A88: // 6A88: it does not know the key that the PSAM has
		return statusNeedsKey.With(), card.ErrAuthentication
	case status == 0x6983:
		return statusPINLocked.With(), card.ErrPIN
	case status&0xFFF0 == 0x63C0:
		return statusPINWrong.With(uint16(status & 0x0F)), card.ErrPIN
	case status == 0x6A82, status == 0x6D00, status == 0x6E00:
		return statusOtherCard.With(uint16(status)), card.ErrOtherCard
	case status == 0x6A81, status == 0x6283, status == 0x9303:
		return statusLocked.With(uint16(status)), nil
	case status == 0x6A83:
		return statusNoRecord.With(), nil
	}
	return statusUnspecified.With(uint16(status)), nil
}
