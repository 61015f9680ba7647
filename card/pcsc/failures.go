package pcsc

import (
	"errors"
	"fmt"
	"strings"

	"mps/card"
	"mps/failure"
)

var (
	// ErrBusy says that another program has the reader, or an earlier read.
	ErrBusy = errors.New("pcsc: the reader is in use")

	// ErrNotFound says that cards lie in several slots, or that another card lies
	// beside an empty one, and that none is the patient's.
	ErrNotFound = errors.New("pcsc: no social security card among those that are there")
)

// What PC/SC knows about a reader beyond what the card package says of it.
// noLibrary and noService, which differ between systems, are beside winscard.
var (
	busy        = failure.New("reader_busy", "读卡器正被其他程序使用，", "请稍候重试，或关闭占用读卡器的程序！")
	stuck       = failure.New("reader_stuck", "读卡器的上一次操作还没有结束，", "请拔出卡片后重试！")
	noneFound   = failure.New("reader_none", "设备未打开，未检测到读卡器，", "请检查读卡器连接和驱动程序后重试！")
	noneNamed   = failure.New("reader_none_named", "设备未打开，没有名称符合“%s”的读卡器，", "请检查读卡器连接和配置的读卡器名称后重试！")
	onlyOthers  = failure.New("reader_cards", "没有读到社会保障卡（%s），", "请插好社会保障卡后重试！")
	forbidden   = failure.New("reader_forbidden", "没有使用读卡器的权限，", "请联系信息科为运行本程序的用户开通智能卡权限！")
	onlyVirtual = failure.New("reader_only_virtual", "设备未打开，只有虚拟读卡器，", "请检查读卡器连接，确要使用虚拟读卡器时在配置中写明其名称！")
)

// openingError is a failure before the first APDU.
func openingError(f failure.Failure, err error) *card.Error {
	return &card.Error{Function: card.Opening, Failure: f, Err: err}
}

// explain makes a *card.Error of those errors about which PC/SC knows more than
// the card package: that its service is not running or refuses, and who has the
// reader. It leaves the others to that package.
func explain(err error) error {
	if _, is := errors.AsType[*card.Error](err); is {
		return err
	}
	switch {
	case codeOf(err).noService():
		return openingError(noService.With(), err)
	case errors.Is(err, codeSecurity):
		return openingError(forbidden.With(), err)
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

// inUseError says that somebody else has a card for too long: an earlier read, or
// another program.
func inUseError(earlier bool) error {
	if earlier {
		return openingError(stuck.With(), ErrBusy)
	}
	return openingError(busy.With(), ErrBusy)
}

// A found card is one that is not the patient's, and why.
type found struct {
	reader string
	err    error
}

// String says it to a cashier: what the error's text says first.
func (f found) String() string {
	why, _, _ := strings.Cut(card.OpeningError(explain(f.err)).Failure.Error(), "，")
	return shortName(f.reader) + "：" + why
}

// mostFound is how many cards an error names: more than lie on a counter.
const mostFound = 4

// notFoundError says what lies where, and that other slots are empty.
func notFoundError(cards []found, vacant bool) error {
	var lie []string
	err := ErrNotFound
	for _, f := range cards {
		if len(lie) < mostFound {
			lie = append(lie, f.String())
		}
		if errors.Is(f.err, card.ErrOtherCard) {
			err = errors.Join(ErrNotFound, card.ErrOtherCard)
		}
	}
	switch {
	case len(cards) > mostFound:
		lie = append(lie, "等等")
	case vacant:
		lie = append(lie, "其余没有卡")
	}
	return openingError(onlyOthers.With(strings.Join(lie, "；")), err)
}
