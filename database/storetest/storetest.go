// Package storetest is the test of every store: what the journal and the
// registry rely on, whatever engine keeps their rows.
package storetest

import (
	"bytes"
	"time"

	"mps/journal"
)

// Refused is a function of entries that the databases of [Journal] refuse.
const Refused = "refused"

// answer has the size of the specification's sample answer.
var answer = bytes.Repeat([]byte("x"), 1300)

// Entry returns an answered entry about an invented person, of the size that
// entries have in the field.
func Entry(requestID string) journal.Entry {
	return journal.Entry{
		Time: time.Now(), Duration: 35 * time.Millisecond,
		Institution: "H35000000001", RequestID: requestID, Terminal: "收费窗口3", Operator: "00123",
		Function: "N04.00.00.01", Certificate: "01",
		Code: "3500001234567890123456350102", Name: "林测试", IDNumber: "350102199001011238",
		Token: "350000ec7ed79i1c4n0a83460a0000d425f060", Result: "0", Message: "success",
		Answer: answer,
	}
}

// Row returns a row as the journal makes one of [Entry]. Its values are fixed;
// hashes and the sealed answer have the right length and no meaning.
func Row(requestID string) *journal.Row {
	hash := func(b byte) []byte { return bytes.Repeat([]byte{b}, 32) }
	return &journal.Row{
		Time: time.UnixMilli(1700000000123), Duration: 35 * time.Millisecond,
		Institution: "H35000000001", RequestID: requestID, Terminal: "收费窗口3", Operator: "00123",
		Function: "N04.00.00.01", Certificate: "01",
		Code: "350000********************02", CodeHash: hash(1),
		Name: "林**", NameHash: hash(2),
		IDNumber: "350102**********38", IDNumberHash: hash(3),
		Token: "350000******************************60", TokenHash: hash(4),
		Result: "0", Message: "success",
		Sealed:  bytes.Repeat([]byte{5}, 1329),
		Expires: time.UnixMilli(1700000600123),
	}
}

// failed returns the row of an attempt that the centre did not answer.
func failed(requestID string) *journal.Row {
	r := Row(requestID)
	r.Sealed, r.Expires, r.Result = nil, time.Time{}, "centre_timeout"
	return r
}

// at returns the time that is n minutes after that of Row.
func at(n int) time.Time { return Row("").Time.Add(time.Duration(n) * time.Minute) }
