package virtual

import (
	"bytes"
	"encoding/hex"

	"mps/gbk"
)

// A Holder is what is written on a card, about itself and the person it belongs
// to. Empty fields leave their record filled with padding, as on a blank card.
// Values longer than their record are cut to its length in bytes, as the
// machines of issuing offices do.
type Holder struct {
	IDNumber           string // 18 bytes at most; sex, birthplace and birth date are taken from it
	Name               string // in GB18030 30 bytes at most, 50 from version 2.0 on
	Number             string // card number, 9 bytes at most
	IdentificationCode string // 32 hex digits; what follows a digit that is none is lost
	Issued, Expires    string // yyyyMMdd
	Nation             string // two digits (GB/T 3304)
}

// The lengths of the records' values, and the tags by which the reader asks for
// them, as on cards of versions 1.0 to 3.0.
const (
	tagCode, lenCode               = 0x01, 16
	tagCardType                    = 0x02
	tagVersion                     = 0x03
	tagInstitution, lenInstitution = 0x04, 12
	tagIssued                      = 0x05
	tagExpires                     = 0x06
	lenDate                        = 4
	tagNumber, lenNumber           = 0x07, 9
	tagIDNumber, lenIDNumber       = 0x08, 18
	tagName, lenName               = 0x09, 30
	tagExtension, lenExtension     = 0x4E, 20
	tagSex                         = 0x0A
	tagNation                      = 0x0B
	tagBirthplace, lenBirthplace   = 0x0C, 3
	tagBirth                       = 0x0D
)

// A Pad is what fills the unused end of a record.
type Pad int

// The paddings seen on real cards.
const (
	PadZero  Pad = iota // 00
	PadBlank            // 20
	PadOnes             // FF
	PadWide             // full-width blanks, A1A1, in names; 20 elsewhere
)

// fit cuts or fills a value to n bytes.
func (p Pad) fit(value []byte, n int) []byte {
	if len(value) >= n {
		return value[:n:n]
	}
	value = bytes.Clone(value)
	for p == PadWide && len(value)+2 <= n {
		value = append(value, 0xA1, 0xA1)
	}
	b := map[Pad]byte{PadZero: 0x00, PadBlank: ' ', PadOnes: 0xFF, PadWide: ' '}[p]
	return append(value, bytes.Repeat([]byte{b}, n-len(value))...)
}

// cardRecords are the records of EF05.
func (h Holder) cardRecords(version string, p Pad) []record {
	return []record{
		{tagCode, p.ascii().fit(fromHex(h.IdentificationCode), lenCode)},
		{tagCardType, []byte("1")},
		{tagVersion, []byte(version)},
		{tagInstitution, p.ascii().fit(nil, lenInstitution)},
		{tagIssued, p.ascii().fit(fromHex(h.Issued), lenDate)},
		{tagExpires, p.ascii().fit(fromHex(h.Expires), lenDate)},
		{tagNumber, p.ascii().fit([]byte(h.Number), lenNumber)},
	}
}

// holderRecords are the records of EF06. The extension of the name comes right
// behind the name, so that the numbers of all later records shift between
// versions, as they do in the field.
func (h Holder) holderRecords(extended bool, p Pad) []record {
	var region, birth, sex []byte
	if len(h.IDNumber) == lenIDNumber {
		region, birth = fromHex(h.IDNumber[:6]), fromHex(h.IDNumber[6:14])
		sex = []byte{'2' - h.IDNumber[16]&1} // odd is male, "1"
	}
	name := gbk.Append(nil, h.Name, gbk.GB18030)
	records := []record{
		{tagIDNumber, p.ascii().fit([]byte(h.IDNumber), lenIDNumber)},
		{tagName, p.fit(name, lenName)},
	}
	if extended {
		records = append(records, record{tagExtension, p.fit(name[min(len(name), lenName):], lenExtension)})
	}
	return append(records,
		record{tagSex, p.ascii().fit(sex, 1)},
		record{tagNation, p.ascii().fit(fromHex(h.Nation), 1)},
		record{tagBirthplace, p.ascii().fit(region, lenBirthplace)},
		record{tagBirth, p.ascii().fit(birth, lenDate)},
	)
}

// ascii is the padding of fields that hold no text.
func (p Pad) ascii() Pad {
	if p == PadWide {
		return PadBlank
	}
	return p
}

func fromHex(digits string) []byte {
	b, _ := hex.DecodeString(digits) // the bytes before the first bad digit
	return b
}
