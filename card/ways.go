package card

import (
	"errors"
	"slices"
)

// A step is a part of reading a card that cards want done in different ways.
type step int

const (
	beginning   step = iota // what goes before everything
	application             // selecting the social security application
	opening                 // selecting one of its files
	taking                  // reading a record of that file
	steps                   // how many there are
)

// A way is one way to do a step: the ordinary one, or what a card is asked next
// when it refuses that. No way presents a PIN or a key, or writes anything.
type way struct {
	step  step
	after []StatusError // the refusals that it may be the answer to

	fetch  bool // beginning: fetch the answers of SELECT, too
	master bool // beginning: select the master file
	reset  bool // beginning: power the card up anew

	p1     byte // opening: P1 of SELECT
	short  bool // opening: no SELECT, READ RECORD names the file by its short identifier
	number bool // taking: by the number of the record, otherwise by its tag
	le     int  // application, opening, taking: the length asked for

	source string // a public program that does so, or the standard that says so
}

// Lengths that a command can ask for, besides a number of bytes.
const (
	noLe    = -1 // the command names none
	allLe   = 0  // as many bytes as there are, at most 256
	exactLe = -2 // of a record: tag, length and value
)

// The refusals by which cards say that they want another way. Which of them a card
// chooses differs between makers, and ISO 7816-4:2020, 5.6, leaves it to them.
var (
	otherFile   = []StatusError{statusNotSupported, statusNoFile, statusWrongP1P2, statusWrongParams}
	otherMode   = []StatusError{statusNotForFile, statusNotSupported, statusNoRecord, statusWrongP1P2, statusWrongParams}
	otherLength = []StatusError{statusLength}
	confusion   = []StatusError{statusConditions, statusNoFile, statusUnknown}
	unfetched   = []StatusError{statusLength, statusNotForFile, statusConditions, statusNoCurrent, statusNoFile,
		statusWrongP1P2, statusWrongParams, statusNoInstruction, statusUnknown}
	unselected = slices.Concat(otherFile, otherLength, []StatusError{statusNotForFile, statusNoCurrent})
)

// ways is how cards are read. The first way of a step is the ordinary one, which
// most cards know. To a card that refuses it the next one is put that may be the
// answer to a refusal seen, and what serves is kept for the next file. A refusal
// that no way of the step answers ends the step: a card that wants a key (6982)
// is asked nothing more.
//
// A source with a slash is a repository on GitHub and a file in it; one that was
// found without is named by its package or function. LD/T 32.5-2015 is
// 社会保障卡规范 第5部分：命令, which follows ISO 7816-4.
var ways = []way{
	{step: beginning,
		source: "a7082633/HDOS_VC6 新疆焦阳/HD_XJDLL/HD_XJDLL.cpp: no GET RESPONSE"},
	{step: beginning, fetch: true, after: unfetched,
		source: "yuonceruyi/Terminal Functions/YuanTu.ZheJiangHospital/Z9.cs; LD/T 32.5-2015, 7.6"},
	{step: beginning, master: true, after: confusion,
		source: "com.dk.usbNfc.Card.YCTCard: 00A40000023F00 before the application; ISO 7816-4:2020, 11.2.2"},
	{step: beginning, reset: true, after: confusion,
		source: "yxsylyh/hiquotion_cpp Hardware/card/SIDCard/DeCard/SIDCardOperation.cpp: isCardExist"},

	{step: application, le: noLe,
		source: "yxsylyh/hiquotion_cpp Hardware/card/SIDCard/DeCard/SIDCardOperation.cpp"},
	{step: application, le: allLe, after: otherLength,
		source: "cpu_readid, 读取杭州市民卡卡号; ISO 7816-4:2020, 11.2.2"},

	{step: opening, p1: 0x02, le: noLe, after: otherFile,
		source: "yxsylyh/hiquotion_cpp Hardware/card/SIDCard/DeCard/SIDCardOperation.cpp"},
	{step: opening, p1: 0x00, le: noLe, after: otherFile,
		source: "yuonceruyi/Terminal Functions/YuanTu.ZheJiangHospital/Z9.cs"},
	{step: opening, p1: 0x02, le: allLe, after: otherLength,
		source: "com.dk.usbNfc.Card.YCTCard: 00A4020002EF0500"},
	{step: opening, p1: 0x00, le: allLe, after: otherLength,
		source: "ISO 7816-4:2020, 11.2.2"},
	{step: opening, short: true, after: unselected,
		source: "a7082633/HDOS_VC6 新疆焦阳/HD_XJDLL/HD_XJDLL.cpp: 00B2072C0B; JSCardKiosks.CardWriteRead: 00B2083014"},

	{step: taking, le: exactLe, after: otherMode,
		source: "yxsylyh/hiquotion_cpp Hardware/card/SIDCard/DeCard/SIDCardOperation.cpp"},
	{step: taking, le: allLe, after: otherLength,
		source: "com.dk.usbNfc.Card.YCTCard: 00B2070000"},
	{step: taking, number: true, le: exactLe, after: otherMode,
		source: "com.tecsun.jc.base.builder.apdu.DataDoWithBuilder: 00B2010414 (not its PIN)"},
	{step: taking, number: true, le: allLe, after: otherLength,
		source: "leithergit/Z390Kylin Evolis_Z390_LithographPrinter/evolis_z390_lithographprinter.debug.cpp"},
}

// errUnable is that of a way that cannot be gone with this card: the next is tried.
var errUnable = errors.New("card: this way is none here")

// climb has try do a step in one way after another until one serves: first that
// which served this card before. Its error is that of the first way, unless a later
// one failed for good.
func (s *session) climb(st step, try func(way) error) error {
	var first error
	var tried []int
	var seen []StatusError
	for i, more := s.served[st], true; more; i, more = nextWay(st, tried, seen) {
		err := try(ways[i])
		tried = append(tried, i)
		if err == nil {
			s.served[st] = i
			return nil
		}
		if errors.Is(err, errUnable) {
			continue
		}
		status, answered := refusal(err)
		if !answered || !answerable(st, status) {
			return err
		}
		seen = append(seen, status)
		if first == nil {
			first = err
		}
	}
	return first
}

// nextWay is the place of the next way of a step: one that was not tried and answers
// a refusal seen.
func nextWay(st step, tried []int, seen []StatusError) (i int, found bool) {
	for i, w := range ways {
		answers := func(s StatusError) bool { return slices.Contains(w.after, s) }
		if w.step == st && !slices.Contains(tried, i) && slices.ContainsFunc(seen, answers) {
			return i, true
		}
	}
	return 0, false
}

// answerable tells whether a step has a way that answers a refusal.
func answerable(st step, status StatusError) bool {
	return slices.ContainsFunc(ways, func(w way) bool { return w.step == st && slices.Contains(w.after, status) })
}

// refusal is the status with which the card refused, if that is what err is. A record
// of another tag says that there is none of the tag that was meant.
func refusal(err error) (status StatusError, is bool) {
	if errors.Is(err, errOtherRecord) {
		return statusNoRecord, true
	}
	return errors.AsType[StatusError](err)
}

// ordinary is the place of the first way of each step.
var ordinary = func() (first [steps]int) {
	for st := range steps {
		first[st] = slices.IndexFunc(ways, func(w way) bool { return w.step == st })
	}
	return first
}()
