package doctor

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"mps/card"
	"mps/card/driver"
	"mps/card/pcsc"
	"mps/driverhost"
	"mps/mask"
)

// tryToRead reads through one source and tells how far it got. Its error is the
// read's.
func (d *Diagnosis) tryToRead(ctx context.Context, s Source, trace bool) error {
	subject := "试读 " + s.Name
	if s.Err != nil {
		d.failed(subject, s.Err)
		return s.Err
	}
	var lines strings.Builder
	source := s.Card
	if trace {
		source = card.TraceSource(source, &lines)
	}
	began := time.Now()
	c, err := source.Read(ctx)
	took := time.Since(began).Round(time.Millisecond)
	if lines.Len() > 0 {
		d.Trace = append(d.Trace, strings.Split(strings.TrimRight(lines.String(), "\n"), "\n")...)
	}
	if err != nil {
		d.failed(subject, err)
		d.Findings[len(d.Findings)-1].Next = next(err)
		return err
	}
	state, remark := OK, ""
	if !c.IDNumberValid {
		state, remark = Notice, "；身份证号的校验码不对，请核对卡片"
	}
	d.add(state, subject, "", "成功，用时 %v：姓名 %s，身份证号 %s%s", took, mask.Name(c.Name), mask.Number(c.IDNumber), remark)
	return nil
}

// next says what to do about a failed read at the workstation, which is more
// than what its text tells the cashier.
func next(err error) string {
	_, hosted := errors.AsType[*driverhost.Error](err)
	switch code, coded := errors.AsType[driver.CodeError](err); {
	case errors.Is(err, pcsc.ErrNotFound):
		return "放好社会保障卡再试；PSAM、UKey、银行卡总在的，在 card.reader 中写明读社会保障卡的读卡器的名称，其他的就不再去读"
	case errors.Is(err, card.ErrAuthentication):
		return "在 card.sources 中加上厂商驱动，例如 [\"pcsc\", \"driver:sscard\"]，并填写 [driver.sscard]"
	case hosted:
		return "按提示处理，并核对 [driver.…] 的配置"
	case errors.Is(err, card.ErrNoReader):
		return "接好读卡器，确认它的驱动已安装"
	case errors.Is(err, card.ErrNoCard):
		return "插入社会保障卡后再运行 mps doctor"
	case coded:
		return "按提示处理；代码 " + strconv.Itoa(int(code)) + " 可以告诉设备厂商"
	}
	return "运行 mps doctor card --trace，把输出发给技术支持"
}
