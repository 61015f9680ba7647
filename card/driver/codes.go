package driver

import (
	"fmt"

	"mps/card"
)

// codes are the codes of iReadCardBas as three and more vendors use them.
var codes = map[int32]struct {
	text string
	is   error
}{
	-1:  {"卡类型不对，请确认放入的是社会保障卡后重试！", card.ErrOtherCard},
	-2:  {"未检测到卡片，请插入社会保障卡后重试！", card.ErrNoCard},
	-3:  {"卡片没有上电，请重新插卡后重试！", card.ErrMute},
	-4:  {"卡片无应答，请检查卡片是否插反或未插到位，重新插卡后重试！", card.ErrMute},
	-5:  {"读卡器的动态库装载失败，请重新安装读卡器厂商的驱动！", card.ErrNoReader},
	-11: {"读卡器连接错误，请检查读卡器连接后重试！", card.ErrNoReader},
	-12: {"设备未打开，请检查读卡器连接后重试！", card.ErrNoReader},
	-13: {"读卡器不支持该操作，请联系读卡器厂商升级驱动！", nil},
	-14: {"参数错误，请核对配置中的读卡方式（iType）！", nil},
	-15: {"数据校验和错误，请重新插卡后重试！", nil},
	-20: {"卡识别码错误，请确认放入的是社会保障卡，仍不成功请持卡人到发卡机构处理！", nil},
	-21: {"卡片内部认证失败，请重新插卡后重试，仍不成功请持卡人到发卡机构处理！", nil},
	-22: {"传入的数据与卡片不符，请确认没有换卡，重新插卡后重试！", nil},
	-24: {"PSAM卡的密钥级别过低，请联系发卡机构更换PSAM卡！", card.ErrAuthentication},
	-31: {"输入密码被取消，请重新读卡并输入密码！", nil},
	-32: {"输入密码超时，请重新读卡并及时输入密码！", nil},
	-51: {"密码错误，请持卡人核对密码后再试，连续输错会锁卡！", nil},
	-52: {"密码已被锁定，请持卡人到发卡机构解锁！", nil},

	-2201: {"没有PSAM卡，请检查读卡器中是否插好PSAM卡！", card.ErrAuthentication},
	-2202: {"PSAM卡不支持该卡的算法，请联系发卡机构更换PSAM卡！", card.ErrAuthentication},
	-2203: {"PSAM卡中没有读取个人信息的密钥（RKssse），读3.0规范卡需要它，请联系发卡机构更换PSAM卡！", card.ErrAuthentication},
}

// statusText words a status word of ISO 7816-4 that came through a driver.
func statusText(status card.StatusError) (text string, is error) {
	switch {
	case status == 0x6982:
		return "卡片需要认证才能读取个人信息，请检查读卡器的PSAM卡，或改用医保电子凭证！", card.ErrAuthentication
	case status == 0x6983:
		return "卡片密码已被锁定，请持卡人到发卡机构解锁！", nil
	case status&0xFFF0 == 0x63C0:
		return fmt.Sprintf("卡片密码错误，还可以试%d次，请持卡人核对密码，不要再试！", status&0x0F), nil
	case status == 0x6A82, status == 0x6D00, status == 0x6E00:
		return fmt.Sprintf("不是社会保障卡（卡片返回状态码%04X），请插入社会保障卡后重试！", uint16(status)), card.ErrOtherCard
	case status == 0x6A81, status == 0x6283, status == 0x9303:
		return fmt.Sprintf("社会保障应用已被锁定（卡片返回状态码%04X），请持卡人到发卡机构处理！", uint16(status)), nil
	case status == 0x6A83:
		return "卡内没有所要的记录（卡片返回状态码6A83），请持卡人到发卡机构处理！", nil
	}
	return fmt.Sprintf("读卡失败，卡片返回状态码%04X，请重新插卡后重试！", uint16(status)), nil
}
