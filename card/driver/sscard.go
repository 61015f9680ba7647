package driver

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

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
var SSCardLayout = Layout{Separator: "|", IDNumber: "1", Number: "2", IdentificationCode: "3", Name: "4", version: "6"}

// An SSCard reads through SSCardDriver.dll:
//
//	long __stdcall iReadCardBas(int iType, char *pOutInfo)
//
// At least four incompatible libraries share that file name; those are for
// Generic.
type SSCard struct {
	Library Library // must be set
	Export  string  // must be set: iReadCardBas, as a rule
	Type    int32   // iType, 0: ContactFirst
	Buffer  int     // bytes of pOutInfo, 0: 4096; the field says that 1024 are enough

	Charset charset.Charset // of what it gives; "": DefaultCharset

	// HSM is the security module that reads what the PSAM of the reader cannot;
	// zero: there is none.
	HSM HSM
}

func newSSCard(o Options, l Library, _ time.Duration) (card.Source, error) {
	if err := o.HSM.check(); err != nil {
		return nil, err
	}
	return SSCard{Library: l, Export: o.Export, Type: o.Type, Buffer: o.Buffer, Charset: o.Charset, HSM: o.HSM}, nil
}

// Read reads the card that lies in or on the reader.
func (s SSCard) Read(ctx context.Context) (*card.Card, error) {
	var c *card.Card
	err := s.Library.Session(ctx, func(ctx context.Context, session driverhost.Session) error {
		a, err := s.call(ctx, session, s.Export, driverhost.Int(cmp.Or(s.Type, ContactFirst)))
		if s.HSM.URL != "" && s.HSM.reads(err) {
			c, err = s.readWithHSM(ctx, session)
			return err
		}
		if err == nil {
			c, err = SSCardLayout.read(s.Export, a)
		}
		return err
	})
	if err == nil {
		return c, nil
	}
	if _, worded := errors.AsType[*card.Error](err); !worded {
		err = callError(s.Export, err)
	}
	return nil, err
}

// call calls one of the functions that take something and a buffer and return a
// code. Errors are *card.Error.
func (s SSCard) call(ctx context.Context, session driverhost.Session, export string, in driverhost.Arg) (answer, error) {
	result, err := session.Call(ctx, driverhost.Call{
		Export: export,
		Args:   []driverhost.Arg{in, driverhost.Buffer(cmp.Or(s.Buffer, 4096))},
	})
	if err != nil {
		return nil, callError(export, err)
	}
	given := cmp.Or(s.Charset, DefaultCharset)
	if result.Int != 0 {
		return nil, codeError(export, result.Int, textOrNothing(given, result.Output(0)))
	}
	return decode(export, given, []output{{text: result.Output(0)}})
}

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
