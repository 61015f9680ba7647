package card

import (
	"bytes"
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"mps/identity"
)

// applicationID selects the social security application: "sx1.sh." and
// 社会保障 in GBK. Observed on cards of every province.
const applicationID = "sx1.sh.\xC9\xE7\xBB\xE1\xB1\xA3\xD5\xCF"

// The files of the application.
const (
	cardFile   = 0xEF05 // data of the card
	holderFile = 0xEF06 // data of the holder
)

// A field is a record, addressed by its tag because record numbers shift
// between generations of the card. length is that of the value in bytes.
type field struct {
	tag    byte
	length int
	name   string
}

// The records that are read; tags and lengths as on cards of versions 1.0 to
// 3.0. nameExtension exists from 2.0 on.
var (
	identificationCode = field{0x01, 16, "卡识别码"}
	version            = field{0x03, 4, "规范版本"}
	number             = field{0x07, 9, "卡号"}
	idNumber           = field{0x08, 18, "身份证号"}
	holderName         = field{0x09, 30, "姓名"}
	nameExtension      = field{0x4E, 20, "姓名扩展"}
)

// Read reads the social security card behind t with as few APDUs as its data
// needs: 7, or 8 when the name fills its record and may continue in another.
// A card of which only some fields are filled is read as it is, provided that
// they say who the patient is (CheckReadable).
//
// When t is a [Reconnecter] and the card is lost in the middle, Read begins anew
// with the card that t then has, unless that is seen to be another one. So what
// it returns is of one card always.
//
// Errors are *Error, wrapping ErrOtherCard, ErrAuthentication, ErrBlank,
// ErrIncomplete, ErrMalformed, a StatusError, an error of t, or that of ctx. Read
// waits as long as t does: give ctx a deadline.
func Read(ctx context.Context, t Transport) (*Card, error) {
	var before Card      // what was read of the card before it was lost
	reached := selecting // how far that got, which is what an error names
	for {
		var c Card
		s := &session{t: t, function: selecting, selectP1: 0x02}
		err := s.read(ctx, &c)
		if s.lost != nil {
			if s.function == reading {
				reached = reading
			}
			if err := s.reconnect(ctx); err != nil {
				return nil, transportError(ctx, reached, err)
			}
			before = cmp.Or(before, c)
			continue
		}
		switch {
		case errors.Is(err, ErrAuthentication) && s.function == reading: // otherwise it may be any card
			return nil, s.protectedError(ctx, err)
		case err != nil:
			return nil, err
		case contradict(before, c):
			return nil, transportError(ctx, reading, fmt.Errorf("%w: another one is in the reader", ErrRemoved))
		}
		return &c, nil
	}
}

// reconnect gets back a card that was lost. Its error is why that cannot be.
func (s *session) reconnect(ctx context.Context) error {
	if r, can := s.t.(Reconnecter); can {
		return r.Reconnect(ctx, s.lost)
	}
	return s.lost
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
	s.function = reading
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

func (s *session) readCardFile(ctx context.Context, c *Card) error {
	if err := s.selectFile(ctx, cardFile); err != nil {
		return err
	}
	code, err := s.record(ctx, identificationCode)
	if err != nil {
		return err
	}
	if !isFill(code) {
		if len(code) != identificationCode.length {
			return damagedError(identificationCode.name)
		}
		c.IdentificationCode = strings.ToUpper(hex.EncodeToString(code))
	}
	c.Number, err = s.asciiRecord(ctx, number)
	return err
}

func (s *session) readHolderFile(ctx context.Context, c *Card) (err error) {
	if err := s.selectFile(ctx, holderFile); err != nil {
		return err
	}
	if c.IDNumber, err = s.asciiRecord(ctx, idNumber); err != nil {
		return err
	}
	c.IDNumberValid = identity.ValidNumber(c.IDNumber)

	name, err := s.record(ctx, holderName)
	if err != nil {
		return err
	}
	if fillsRecord(name) {
		// The record may end within a character, so the bytes are joined first.
		rest, err := s.record(ctx, nameExtension)
		if err != nil {
			return err
		}
		name = append(name, rest...)
	}
	c.Name, err = decodeName(name)
	return err
}

// version is the version of the specification that the card follows, such as
// "3.0", or empty when it cannot be had.
func (s *session) version(ctx context.Context) string {
	if err := s.selectFile(ctx, cardFile); err != nil {
		return ""
	}
	v, err := s.asciiRecord(ctx, version)
	if err != nil || len(v) != 4 || v[1] != '.' || strings.Trim(v, ".0123456789") != "" {
		return ""
	}
	return strings.TrimSuffix(v, "0") // "3.00" is called 3.0
}

func (s *session) selectApplication(ctx context.Context) error {
	_, status, err := s.exchange(ctx, command{ins: insSelect, p1: 0x04, data: []byte(applicationID), le: noLe})
	switch {
	case err != nil:
		return err
	case selected(status):
		return nil
	case status == statusNoFile, status == statusNoInstruction, status == statusNoClass:
		return &Error{selecting, otherCard.With(), errors.Join(ErrOtherCard, status)}
	case status == 0x6283, status == 0x6A81, status == 0x9303:
		return &Error{selecting, locked.With(), status}
	default:
		return statusError(selecting, "选择社会保障应用", status)
	}
}

// selectFile selects an elementary file of the application. Cards of some
// makers refuse P1=02 (file under the current application) and want P1=00 (by
// identifier): what a card has accepted is used for its next file.
func (s *session) selectFile(ctx context.Context, id uint16) error {
	c := command{ins: insSelect, p1: s.selectP1, data: []byte{byte(id >> 8), byte(id)}, le: noLe}
	_, status, err := s.exchange(ctx, c)
	if err != nil {
		return err
	}
	if sw1 := status >> 8; s.selectP1 != 0 && (sw1 == sw1WrongParams || sw1 == sw1WrongP1P2) {
		s.selectP1, c.p1 = 0, 0
		if _, status, err = s.exchange(ctx, c); err != nil {
			return err
		}
	}
	switch {
	case selected(status):
		return nil
	case status == statusNoFile:
		return &Error{reading, noFiles.With(), errors.Join(ErrOtherCard, status)}
	default:
		return statusError(reading, "选择数据文件", status)
	}
}

func selected(status StatusError) bool {
	return status == statusOK || status>>8 == sw1MoreData
}

// record reads the value of a field from the selected file. A record that the
// card does not have is an empty value.
func (s *session) record(ctx context.Context, f field) ([]byte, error) {
	data, status, err := s.exchange(ctx, command{ins: insReadRecord, p1: f.tag, le: f.length + 2})
	switch {
	case err != nil:
		return nil, err
	case status == statusNoRecord:
		return nil, nil
	case status != statusOK && status != statusEndOfRecord:
		return nil, statusError(reading, "读取"+f.name, status)
	case len(data) < 2 || data[0] != f.tag:
		return nil, damagedError(f.name)
	}
	n, rest := int(data[1]), data[2:]
	// Cards with records of one fixed size send fill after a shorter value.
	if n > f.length || n > len(rest) || !isFill(rest[n:]) {
		return nil, damagedError(f.name)
	}
	return bytes.Clone(rest[:n]), nil
}

// asciiRecord reads a field of visible ASCII characters.
func (s *session) asciiRecord(ctx context.Context, f field) (string, error) {
	value, err := s.record(ctx, f)
	if err != nil {
		return "", err
	}
	value = trimFill(value)
	for _, b := range value {
		if b <= ' ' || b > '~' {
			return "", damagedError(f.name)
		}
	}
	return string(value), nil
}
