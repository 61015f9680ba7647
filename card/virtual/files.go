package virtual

// A record is a SIMPLE-TLV data object (ISO 7816-4) of one byte tag and one
// byte length.
type record struct {
	tag   byte
	value []byte
}

func (r record) bytes() []byte {
	return append([]byte{r.tag, byte(len(r.value))}, r.value...)
}

// A file is an elementary file of records; its short identifier is the low five
// bits of its identifier.
type file struct {
	id        uint16
	protected bool // reading needs an authentication that this card never grants
	records   []record
}

func (f *file) sfi() byte { return byte(f.id) & 0x1F }

// control is the file control information of an elementary file: descriptor 05
// (linear, variable, SIMPLE-TLV), identifier, short identifier.
func (f *file) control() []byte {
	return []byte{0x6F, 10, 0x82, 1, 0x05, 0x83, 2, byte(f.id >> 8), byte(f.id), 0x88, 1, f.sfi() << 3}
}

// find returns the number, from 1, of the first record with a tag, 0 if there
// is none.
func (f *file) find(tag byte) int {
	for i, r := range f.records {
		if r.tag == tag {
			return i + 1
		}
	}
	return 0
}

// A directory is a dedicated file: an application, or the master file, which
// has no name.
type directory struct {
	id    uint16
	name  string
	files []*file
}

// control is the file control information that real cards answer: the name and,
// for the social security application, a proprietary template (A5) with the
// short identifier of its directory file.
func (d *directory) control() []byte {
	if d.name == "" {
		return []byte{0x6F, 4, 0x83, 2, byte(d.id >> 8), byte(d.id)}
	}
	content := append([]byte{0x84, byte(len(d.name))}, d.name...)
	content = append(content, 0xA5, 3, 0x88, 1, 0x1E)
	return append([]byte{0x6F, byte(len(content))}, content...)
}

func (d *directory) byID(id uint16) *file {
	for _, f := range d.files {
		if f.id == id {
			return f
		}
	}
	return nil
}

func (d *directory) bySFI(sfi byte) *file {
	for _, f := range d.files {
		if f.sfi() == sfi {
			return f
		}
	}
	return nil
}

// The identifiers of the files; those of the applications are made up, because
// nothing selects them by identifier in the field.
const (
	masterID      = 0x3F00
	applicationID = 0xDF01
	cardFileID    = 0xEF05
	holderFileID  = 0xEF06
)

// The names (AIDs) of the applications: social security, "sx1.sh." and 社会保障 in
// GBK, as on cards of every province; and that of a bank card, for a card that
// is no social security card.
const (
	socialSecurity = "sx1.sh.\xC9\xE7\xBB\xE1\xB1\xA3\xD5\xCF"
	bankDebit      = "\xA0\x00\x00\x03\x33\x01\x01\x01"
)
