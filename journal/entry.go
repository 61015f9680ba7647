package journal

import (
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"mps/identity"
	"mps/mask"
)

// Entry is one query: who asked, about whom, when, with what result. Code,
// Name, IDNumber and Token are readable here and nowhere in the journal, which
// keeps a mask and a keyed hash of each.
type Entry struct {
	Time        time.Time     // when the query began
	Duration    time.Duration // how long it took; kept in milliseconds
	Institution string        // 1 to 64 bytes, no NUL
	RequestID   string        // 1 to 64 bytes, no NUL
	Terminal    string
	Operator    string
	Function    string // funid
	Certificate string // mdtrt_cert_type

	Code     string // the scanned text
	Name     string
	IDNumber string
	Token    string

	Result  string // the centre's code, "0" for success, or why there is none
	Message string // what the centre or the failure said
	// Answer is the centre's answer, kept sealed for retries. Without one the
	// entry records a failed attempt, and its request id may be used again.
	Answer []byte
}

// String names the entry and shows nothing of the person, so that an entry
// that is printed or logged by mistake does no harm.
func (e Entry) String() string {
	return "journal entry " + e.Institution + "/" + e.RequestID
}

// Limits in bytes. What is longer is cut, except keys, which are refused.
const (
	maxKey     = 64
	maxField   = 128
	maxMessage = 1024
)

var errEntry = errors.New("journal: institution and request id must have 1 to 64 bytes and no NUL")

// row is an entry as it is stored: the arguments of the insert statements.
type row struct {
	entry   []any
	expires int64  // milliseconds
	sealed  []byte // nil for a failed attempt
}

// columns names the arguments in row.entry.
var columns = []string{
	"time", "institution", "request_id", "answered", "terminal", "operator", "function", "certificate",
	"code", "code_hash", "name", "name_hash", "id_number", "id_number_hash", "token", "token_hash",
	"result", "message", "duration_ms",
}

// row masks, hashes and seals an entry. Its answer expires after lifetime,
// counted from now.
func (k *Keys) row(e *Entry, now time.Time, lifetime time.Duration) (*row, error) {
	if !validKey(e.Institution) || !validKey(e.RequestID) {
		return nil, errEntry
	}
	r := &row{entry: []any{
		e.Time.UnixMilli(), e.Institution, e.RequestID, len(e.Answer) > 0,
		person(e.Terminal), person(e.Operator), clip(e.Function, maxField), clip(e.Certificate, maxField),
		clip(mask.Number(e.Code), maxField), k.hash(codeKind, e.Code),
		clip(mask.Name(e.Name), maxField), k.hash(nameKind, e.Name),
		clip(mask.Number(e.IDNumber), maxField), k.hash(idNumberKind, e.IDNumber),
		clip(mask.Number(e.Token), maxField), k.hash(tokenKind, e.Token),
		clip(mask.Text(e.Result), maxField), clip(e.maskedMessage(), maxMessage),
		e.Duration.Milliseconds(),
	}}
	if len(e.Answer) > 0 {
		r.sealed = k.seal(e.Answer, e.Institution, e.RequestID)
		r.expires = now.Add(lifetime).UnixMilli()
	}
	return r, nil
}

func validKey(s string) bool {
	return 0 < len(s) && len(s) <= maxKey && !strings.Contains(s, "\x00")
}

// person keeps the name of a terminal or an operator, who is accountable and
// not masked, unless it is a resident identity number.
func person(s string) string {
	if identity.ValidNumber(s) {
		return mask.Number(s)
	}
	return clip(s, maxField)
}

// maskedMessage masks what looks like an identifier, and the values of this
// very entry whatever they look like: a centre may name the patient in its
// message. It is cut twice: before, to bound the work, and by the caller, well
// inside the first cut, which may have left half an identifier at its end.
func (e *Entry) maskedMessage() string {
	message := clip(e.Message, 8*maxMessage)
	for _, v := range []struct {
		value string
		mask  func(string) string
	}{
		{e.Code, mask.Number},
		{e.Token, mask.Number},
		{e.IDNumber, mask.Number},
		{e.Name, mask.Name},
	} {
		if utf8.RuneCountInString(v.value) > 1 && strings.Contains(message, v.value) {
			message = strings.ReplaceAll(message, v.value, v.mask(v.value))
		}
	}
	return mask.Text(message)
}

// clip cuts s to at most n bytes at a character boundary and removes NULs,
// which end a text for many tools that read the database.
func clip(s string, n int) string {
	s = strings.ReplaceAll(s, "\x00", "")
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
