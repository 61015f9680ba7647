package pcsc

import (
	"errors"
	"fmt"

	"mps/card"
)

// ErrBusy says that another program has the reader, or an earlier read.
var ErrBusy = errors.New("pcsc: the reader is in use")

// opening is what errors before the first APDU name (specification 2.4).
const opening = "SSC_Open"

// worded gives those errors a text for the cashier of which PC/SC knows more than
// the card package.
func worded(err error) error {
	var code Code
	if errors.As(err, &code) && code.noService() {
		return &card.Error{Function: opening, Text: "设备未打开，" + noServiceText, Err: err}
	}
	if errors.Is(err, ErrBusy) {
		return &card.Error{Function: opening, Text: "读卡器正被其他程序使用，请稍候重试，或关闭占用读卡器的程序！", Err: err}
	}
	return err
}

func noLibrary(err error) error {
	return &card.Error{Function: opening, Text: "设备未打开，" + noLibraryText, Err: fmt.Errorf("%w: %w", card.ErrNoReader, err)}
}

func stuck() error {
	return &card.Error{Function: opening, Text: "读卡器的上一次操作还没有结束，请拔出卡片后重试！", Err: ErrBusy}
}

// noReader says why none of the readers will do.
func noReader(pattern string, all []string) error {
	text := "设备未打开，未检测到读卡器，请检查读卡器连接和驱动程序后重试！"
	switch {
	case len(all) > 0 && pattern != "":
		text = "设备未打开，没有名称符合“" + pattern + "”的读卡器，请检查读卡器连接和配置的读卡器名称后重试！"
	case len(all) > 0:
		text = "设备未打开，只有虚拟读卡器，请检查读卡器连接，确要使用虚拟读卡器时在配置中写明其名称！"
	}
	return &card.Error{Function: opening, Text: text,
		Err: fmt.Errorf("%w: %d readers, none that will do", card.ErrNoReader, len(all))}
}
