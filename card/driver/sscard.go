package driver

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"mps/card"
	"mps/driverhost"
)

// Ways of iReadCardBas to reach the card (its iType).
const (
	Contact          = 1
	Contactless      = 2
	ContactFirst     = 3 // tries both
	ContactlessFirst = 4
)

// SSCardLayout is that of iReadCardBas: region, identity number, card number,
// identification code, name, reset information, specification version, issue and
// expiry date, and from newer drivers PSAM and device number, separated by |.
var SSCardLayout = Layout{Separator: "|", IDNumber: "1", Number: "2", IdentificationCode: "3", Name: "4"}

// An SSCard reads through SSCardDriver.dll:
//
//	long __stdcall iReadCardBas(int iType, char *pOutInfo)
//
// At least four incompatible libraries share that file name; those are for
// Generic.
type SSCard struct {
	Caller Caller // must be set
	Export string // "": iReadCardBas
	Type   int32  // iType, 0: ContactFirst
	Buffer int    // bytes of pOutInfo, 0: 4096; the field says that 1024 are enough
}

// Read reads the card that lies in or on the reader.
func (s SSCard) Read(ctx context.Context) (*card.Card, error) {
	export := or(s.Export, "iReadCardBas")
	result, err := s.Caller.Call(ctx, driverhost.Call{
		Export: export,
		Args:   []driverhost.Arg{driverhost.Int(or(s.Type, ContactFirst)), driverhost.Buffer(or(s.Buffer, 4096))},
	})
	if err != nil {
		return nil, failed(export, err)
	}
	if result.Int != 0 {
		return nil, codeError(export, result.Int, readable(result.Output(0)))
	}
	answer, err := texts(export, [][]byte{result.Output(0)})
	if err != nil {
		return nil, err
	}
	if fields := strings.Split(answer[0], SSCardLayout.Separator); len(fields) > 6 && !version.MatchString(fields[6]) {
		return nil, unreadable(export, "规范版本")
	}
	return SSCardLayout.read(export, answer)
}

// version matches the card's specification version, or none. Where it stands
// elsewhere, the fields have shifted, or it is another interface.
var version = regexp.MustCompile(`^([0-9]\.[0-9]{1,2})?$`)

// or returns the first value that is not zero.
func or[T comparable](value, otherwise T) T {
	var zero T
	if value == zero {
		return otherwise
	}
	return value
}

// codeError words a code of iReadCardBas. text is what the driver wrote into
// the buffer, which counts for codes that are not known here only: the words of
// drivers seldom say what to do.
func codeError(function string, code int32, text string) *card.Error {
	if c, known := codes[code]; known {
		return &card.Error{Function: function, Text: c.text, Err: wrap(c.is, CodeError(code))}
	}
	// Status words of the card come negative.
	if status := -int64(code); status >= 0x6100 && status <= 0x9FFF {
		word := card.StatusError(status)
		text, is := statusText(word)
		return &card.Error{Function: function, Text: text, Err: wrap(is, word)}
	}
	return refused(function, fmt.Sprint(code), text, CodeError(code))
}

func wrap(is, err error) error {
	if is == nil {
		return err
	}
	return fmt.Errorf("%w: %w", is, err)
}
