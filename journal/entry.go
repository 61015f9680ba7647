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

	Result  string // the centre's code, "0" for a patient, or why there is none
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

var errEntry = errors.New("journal: institution and request id must have 1 to 64 bytes and no NUL")

// row masks, hashes and seals an entry. Its answer expires after lifetime,
// counted from now.
func (k *Keys) row(e *Entry, now time.Time, lifetime time.Duration) (*Row, error) {
	if !validKey(e.Institution) || !validKey(e.RequestID) {
		return nil, errEntry
	}
	r := &Row{
		Time:         e.Time,
		Duration:     e.Duration,
		Institution:  e.Institution,
		RequestID:    e.RequestID,
		Terminal:     person(e.Terminal),
		Operator:     person(e.Operator),
		Function:     clip(e.Function, MaxField),
		Certificate:  clip(e.Certificate, MaxField),
		Code:         clip(mask.Number(e.Code), MaxField),
		CodeHash:     k.hash(codeKind, e.Code),
		Name:         clip(mask.Name(e.Name), MaxField),
		NameHash:     k.hash(nameKind, e.Name),
		IDNumber:     clip(mask.Number(e.IDNumber), MaxField),
		IDNumberHash: k.hash(idNumberKind, e.IDNumber),
		Token:        clip(mask.Number(e.Token), MaxField),
		TokenHash:    k.hash(tokenKind, e.Token),
		Result:       clip(mask.Text(e.Result), MaxField),
		Message:      clip(e.maskedMessage(), MaxMessage),
	}
	if len(e.Answer) > 0 {
		r.Sealed = k.seal(e.Answer, e.Institution, e.RequestID)
		r.Expires = now.Add(lifetime)
	}
	return r, nil
}

func validKey(s string) bool {
	return 0 < len(s) && len(s) <= MaxKey && !strings.Contains(s, "\x00")
}

// person keeps the name of a terminal or an operator, who is accountable and
// not masked, unless it is a resident identity number.
func person(s string) string {
	if identity.ValidNumber(s) {
		return mask.Number(s)
	}
	return clip(s, MaxField)
}

// maskedMessage masks what looks like an identifier, and the values of this
// very entry whatever they look like: a centre may name the patient in its
// message. It is cut twice: before, to bound the work, and by the caller, well
// inside the first cut, which may have left half an identifier at its end.
func (e *Entry) maskedMessage() string {
	message := clip(e.Message, 8*MaxMessage)
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
