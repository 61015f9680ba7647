package card

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"mps/identity"
)

// applicationID selects the social security application: "sx1.sh." and
// 社会保障 in GBK. Observed on cards of every province.
const applicationID = "sx1.sh.\xC9\xE7\xBB\xE1\xB1\xA3\xD5\xCF"

// The files: of the application, but for the first. Their short identifiers are the
// low five bits (ISO 7816-4:2020, 7.4.1).
const (
	masterFile = 0x3F00
	cardFile   = 0xEF05 // data of the card
	holderFile = 0xEF06 // data of the holder
)

// A field is a record. It is addressed by its tag, because record numbers shift
// between generations of the card; at is its usual number, for cards that know
// records by number only. length is that of the value in bytes.
type field struct {
	tag    byte
	at     byte
	length int
	name   string
}

// The records that are read; tags and lengths as on cards of versions 1.0 to
// 3.0. nameExtension exists from 2.0 on.
var (
	identificationCode = field{0x01, 1, 16, "卡识别码"}
	version            = field{0x03, 3, 4, "规范版本"}
	number             = field{0x07, 7, 9, "卡号"}
	idNumber           = field{0x08, 1, 18, "身份证号"}
	holderName         = field{0x09, 2, 30, "姓名"}
	nameExtension      = field{0x4E, 3, 20, "姓名扩展"}
)

// Read reads the social security card behind t with as few APDUs as its data
// needs: 7, or 8 when the name fills its record and may continue in another. A card
// that refuses is asked in the other ways in which cards of this kind are read, with
// 100 APDUs in all at most. A card of which only some fields are filled is read as it
// is, provided that they say who the patient is (CheckReadable).
//
// When t is a [Reconnecter] and the card is lost in the middle, Read begins anew
// with the card that t then has, unless that is seen to be another one. So it does
// when the card gets confused, and a [Resetter] can power it up anew. What Read
// returns is of one card always, and of one attempt.
//
// Errors are *Error, wrapping ErrOtherCard, ErrAuthentication, ErrBlank,
// ErrIncomplete, ErrMalformed, a StatusError, an error of t, or that of ctx. Read
// waits as long as t does: give ctx a deadline.
func Read(ctx context.Context, t Transport) (*Card, error) {
	s := &session{t: t, served: ordinary, left: maxCommands}
	r, can := t.(Runner)
	if !can {
		return s.readCard(ctx)
	}
	// What is left behind by Run keeps writing to variables that nobody reads then.
	var read *Card
	var failed error
	if err := r.Run(ctx, func(ctx context.Context) { read, failed = s.readCard(ctx) }); err != nil {
		return nil, transportError(ctx, s.function(), err)
	}
	return read, failed
}

// readCard reads the card, anew when it was lost or refuses.
func (s *session) readCard(ctx context.Context) (*Card, error) {
	var c, before Card   // what is read of the card, and what was before all began anew
	reached := selecting // how far that got, which is what an error names
	for {
		var err error // of the attempt that got furthest, the last of equals
		_ = s.climb(beginning, func(w way) error {
			failed := s.prepare(ctx, w)
			if failed == nil {
				before, c = cmp.Or(before, c), Card{}
				failed = s.read(ctx, &c)
			}
			if !errors.Is(failed, errUnable) && !furtherThan(err, failed) {
				err = failed
			}
			return failed
		})
		if s.lost != nil {
			if s.function() == reading {
				reached = reading
			}
			if err := s.reconnect(ctx); err != nil {
				return nil, transportError(ctx, reached, err)
			}
			continue
		}
		switch {
		case errors.Is(err, ErrAuthentication) && s.function() == reading: // otherwise it may be any card
			return nil, s.protectedError(ctx, err)
		case err != nil:
			return nil, err
		case contradict(before, c):
			return nil, transportError(ctx, reading, fmt.Errorf("%w: another one is in the reader", ErrRemoved))
		}
		return &c, nil
	}
}

// furtherThan tells whether an attempt had found the application before it failed, and
// the next one was refused before that.
func furtherThan(before, now error) bool {
	_, refused := refusal(now)
	e, is := errors.AsType[*Error](before)
	f, isToo := errors.AsType[*Error](now)
	return refused && is && isToo && e.Function == reading && f.Function == selecting
}

// prepare does what goes before an attempt.
func (s *session) prepare(ctx context.Context, w way) error {
	if w.fetch && !s.waiting {
		return errUnable
	}
	s.selected.Store(false)
	s.waiting, s.fetches = false, s.fetches || w.fetch
	switch {
	case w.master:
		return s.selectMaster(ctx)
	case w.reset:
		return s.reset(ctx)
	}
	return nil
}

// selectMaster selects the master file. Whether the card does so does not matter: the
// application is selected next.
func (s *session) selectMaster(ctx context.Context) error {
	for _, le := range []int{noLe, allLe} {
		_, status, err := s.exchange(ctx, command{ins: insSelect, data: fileID(masterFile), le: le})
		if err != nil || status != statusLength {
			return err
		}
	}
	return nil
}

// reconnect gets back a card that was lost. Its error is why that cannot be.
func (s *session) reconnect(ctx context.Context) error {
	lost := s.lost
	s.lost = nil
	if r, can := s.t.(Reconnecter); can {
		return r.Reconnect(ctx, lost)
	}
	return lost
}

// reset powers the card up anew, where that can be done.
func (s *session) reset(ctx context.Context) error {
	r, can := s.t.(Resetter)
	if !can {
		return errUnable
	}
	switch err := r.Reset(ctx); {
	case err == nil:
		return nil
	case errors.Is(err, errors.ErrUnsupported):
		return errUnable
	default:
		return transportError(ctx, selecting, err)
	}
}

// contradict tells whether what was read of a card, where it is not empty, cannot
// be of the same card as what was read whole.
func contradict(part, whole Card) bool {
	differ := func(a, b string) bool { return a != "" && a != b }
	return differ(part.IdentificationCode, whole.IdentificationCode) ||
		differ(part.Number, whole.Number) || differ(part.IDNumber, whole.IDNumber)
}

func (s *session) read(ctx context.Context, c *Card) error {
	if err := s.selectApplication(ctx); err != nil {
		return err
	}
	s.selected.Store(true)
	if err := s.readCardFile(ctx, c); err != nil {
		return err
	}
	if err := s.readHolderFile(ctx, c); err != nil {
		return err
	}
	return CheckReadable(reading, c, true)
}

// protectedError names the version of a card whose personal data is protected.
// Only now is it worth two more APDUs.
func (s *session) protectedError(ctx context.Context, err error) *Error {
	f := protected.With()
	if v := s.version(ctx); v != "" {
		f = protectedVersion.With(v)
	}
	return &Error{reading, f, errors.Unwrap(err)}
}

// readCardFile reads the card's own data. What it has read of it when it fails is in
// c all the same, to tell another card by.
func (s *session) readCardFile(ctx context.Context, c *Card) error {
	f, err := s.readFile(ctx, cardFile, identificationCode, number)
	code := f.value(identificationCode)
	whole := len(code) == identificationCode.length
	if whole && !isFill(code) {
		c.IdentificationCode = strings.ToUpper(hex.EncodeToString(code))
	}
	switch {
	case err != nil:
		return err
	case !whole && !isFill(code):
		return damagedError(identificationCode.name)
	}
	c.Number, err = f.ascii(number)
	return err
}

// readHolderFile reads the holder's data. When it fails it has left the identity
// number in c, if it was read.
func (s *session) readHolderFile(ctx context.Context, c *Card) error {
	f, failed := s.readFile(ctx, holderFile, idNumber, holderName)
	id, err := f.ascii(idNumber)
	c.IDNumber = identity.Canonical(id)
	c.IDNumberValid = identity.ValidNumber(c.IDNumber)
	if err := cmp.Or(failed, err); err != nil {
		return err
	}
	name := f.value(holderName)
	if fillsRecord(name) {
		// The record may end within a character, so the bytes are joined first.
		rest, err := s.record(ctx, f, nameExtension)
		if err != nil {
			return err
		}
		name = slices.Concat(name, rest)
	}
	c.Name, err = decodeName(name)
	return err
}

// version is the version of the specification that the card follows, such as
// "3.0", or empty when it cannot be had.
func (s *session) version(ctx context.Context) string {
	f, err := s.readFile(ctx, cardFile, version)
	if err != nil {
		return ""
	}
	v, err := f.ascii(version)
	if err != nil || len(v) != 4 || v[1] != '.' || strings.Trim(v, ".0123456789") != "" {
		return ""
	}
	return strings.TrimSuffix(v, "0") // "3.00" is called 3.0
}

func (s *session) selectApplication(ctx context.Context) error {
	return s.climb(application, func(w way) error {
		_, status, err := s.exchange(ctx, command{ins: insSelect, p1: 0x04, data: []byte(applicationID), le: w.le})
		switch {
		case err != nil:
			return err
		case status == statusOK:
			return nil
		case status == statusNoFile, status == statusNoInstruction, status == statusNoClass:
			return &Error{selecting, otherCard.With(), errors.Join(ErrOtherCard, status)}
		case status == 0x6283, status == statusNotSupported, status == 0x9303:
			return &Error{selecting, locked.With(), status}
		}
		return statusError(selecting, "选择社会保障应用", status)
	})
}
