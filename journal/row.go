package journal

import "time"

// The longest texts of a row in bytes. A longer key is refused, other texts are
// cut.
const (
	MaxKey     = 64   // institution and request id
	MaxField   = 128  // every other text but the message
	MaxMessage = 1024 // the message
)

// Row is an [Entry] as it is stored: identifiers as masks for people and as
// keyed hashes for search, the answer sealed. Times and durations are kept to
// the millisecond. Texts are UTF-8 without NUL; a hash has 32 bytes, or is nil
// for an empty value.
type Row struct {
	Time        time.Time
	Duration    time.Duration
	Institution string
	RequestID   string
	Terminal    string
	Operator    string
	Function    string
	Certificate string

	Code         string
	CodeHash     []byte
	Name         string
	NameHash     []byte
	IDNumber     string
	IDNumberHash []byte
	Token        string
	TokenHash    []byte

	Result  string
	Message string

	// Sealed is the answer, nil for a failed attempt. A centre's answer has up
	// to 256 KiB.
	Sealed  []byte
	Expires time.Time // when Sealed is dropped
}

// Answered reports whether the centre answered, so that the request id is
// spent.
func (r *Row) Answered() bool { return r.Sealed != nil }

// Stored is an entry as it can be read again: personal data as masks.
type Stored struct {
	ID          int64 // larger for later entries
	Time        time.Time
	Duration    time.Duration
	Institution string
	RequestID   string
	Answered    bool // the centre answered; false is a failed attempt
	Terminal    string
	Operator    string
	Function    string
	Certificate string
	Code        string
	Name        string
	IDNumber    string
	Token       string
	Result      string
	Message     string
}
