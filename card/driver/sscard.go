package driver

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"strings"

	"mps/card"
	"mps/charset"
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
	Export string // must be set: iReadCardBas, as a rule
	Type   int32  // iType, 0: ContactFirst
	Buffer int    // bytes of pOutInfo, 0: 4096; the field says that 1024 are enough

	Charset charset.Charset // of what it gives; "": DefaultCharset
}

func newSSCard(o Options, c Caller) (card.Source, error) {
	return SSCard{Caller: c, Export: o.Export, Type: o.Type, Buffer: o.Buffer, Charset: o.Charset}, nil
}

// Read reads the card that lies in or on the reader.
func (s SSCard) Read(ctx context.Context) (*card.Card, error) {
	result, err := s.Caller.Call(ctx, driverhost.Call{
		Export: s.Export,
		Args:   []driverhost.Arg{driverhost.Int(cmp.Or(s.Type, ContactFirst)), driverhost.Buffer(cmp.Or(s.Buffer, 4096))},
	})
	if err != nil {
		return nil, callError(s.Export, err)
	}
	given := cmp.Or(s.Charset, DefaultCharset)
	if result.Int != 0 {
		return nil, codeError(s.Export, result.Int, textOrNothing(given, result.Output(0)))
	}
	answer, err := decodeOutputs(s.Export, given, [][]byte{result.Output(0)})
	if err != nil {
		return nil, err
	}
	if fields := strings.Split(answer[0], SSCardLayout.Separator); len(fields) > 6 && !version.MatchString(fields[6]) {
		return nil, answerError(s.Export, "规范版本")
	}
	return SSCardLayout.read(s.Export, answer)
}

// version matches the card's specification version, or none. Where it stands
// elsewhere, the fields have shifted, or it is another interface.
var version = regexp.MustCompile(`^([0-9]\.[0-9]{1,2})?$`)

// codeError is a code of iReadCardBas. words are what the driver wrote into the
// buffer, which count for codes that are not known here only: they seldom say
// what to do.
func codeError(function string, code int32, words string) *card.Error {
	if c, known := codes[code]; known {
		return &card.Error{Function: function, Failure: c.kind.With(), Err: wrap(c.is, CodeError(code))}
	}
	// Status words of the card come negative.
	if status := -int64(code); status >= 0x6100 && status <= 0x9FFF {
		word := card.StatusError(status)
		f, is := statusFailure(word)
		return &card.Error{Function: function, Failure: f, Err: wrap(is, word)}
	}
	return refusalError(function, fmt.Sprint(code), words, CodeError(code))
}

// wrap makes err one that is is for errors.Is, if there is such.
func wrap(is, err error) error {
	if is == nil {
		return err
	}
	return fmt.Errorf("%w: %w", is, err)
}
