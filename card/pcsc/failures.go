package pcsc

import (
	"errors"
	"fmt"

	"mps/card"
	"mps/failure"
)

// ErrBusy says that another program has the reader, or an earlier read.
var ErrBusy = errors.New("pcsc: the reader is in use")

// What PC/SC knows about a reader beyond what the card package says of it.
// noLibrary and noService, which differ between systems, are beside winscard.
var (
	busy        = failure.New("reader_busy", "读卡器正被其他程序使用，", "请稍候重试，或关闭占用读卡器的程序！")
	stuck       = failure.New("reader_stuck", "读卡器的上一次操作还没有结束，", "请拔出卡片后重试！")
	noneFound   = failure.New("reader_none", "设备未打开，未检测到读卡器，", "请检查读卡器连接和驱动程序后重试！")
	noneNamed   = failure.New("reader_none_named", "设备未打开，没有名称符合“%s”的读卡器，", "请检查读卡器连接和配置的读卡器名称后重试！")
	onlyVirtual = failure.New("reader_only_virtual", "设备未打开，只有虚拟读卡器，", "请检查读卡器连接，确要使用虚拟读卡器时在配置中写明其名称！")
)

// openingError is a failure before the first APDU.
func openingError(f failure.Failure, err error) *card.Error {
	return &card.Error{Function: card.Opening, Failure: f, Err: err}
}

// explain makes a *card.Error of those errors about which PC/SC knows more than
// the card package: that its service is not running, and who has the reader. It
// leaves the others to that package.
func explain(err error) error {
	switch {
	case codeOf(err).noService():
		return openingError(noService.With(), err)
	case errors.Is(err, ErrBusy):
		return openingError(busy.With(), err)
	}
	return err
}

func libraryError(err error) error {
	return openingError(noLibrary.With(), fmt.Errorf("%w: %w", card.ErrNoReader, err))
}

// noReaderError says why none of the readers will do.
func noReaderError(pattern string, all []string) error {
	f := noneFound.With()
	switch {
	case len(all) > 0 && pattern != "":
		f = noneNamed.With(pattern)
	case len(all) > 0:
		f = onlyVirtual.With()
	}
	return openingError(f, fmt.Errorf("%w: %d readers, none that will do", card.ErrNoReader, len(all)))
}
