// Package voucher finds out who the holder of a medical e-voucher is.
//
// A [Query] carries the text scanned from the patient's telephone and says who
// asks. It is answered by the e-voucher centre itself ([Centre]) or by an MPS
// server that stands before the centre ([Remote]). Both return an [Answer],
// which keeps the centre's JSON byte for byte, for that is what the hospital
// program receives, and the few values of it that MPS itself needs.
//
// The package knows nothing of XML and nothing of the agent. The scanned text
// is a one-time payment credential: it never appears in an error of this
// package.
package voucher

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"time"
)

// DefaultFunction is the function a query belongs to when its caller names
// none: 医保病人信息, the only function of the specification (section 3).
const DefaultFunction = "N04.00.00.01"

// Query asks who shows a code. All fields but Code may be empty; which of them
// the centre requires differs from place to place. The JSON form is the one
// used between agent and server (see [Request]).
type Query struct {
	// RequestID names the query for safe repetition: a server answers the
	// same id with the same recorded answer. 1 to 64 characters of 0-9, A-Z,
	// a-z and '-'. It is not sent to the centre.
	RequestID string `json:"-"`
	// Function is the funid of the call; empty means [DefaultFunction].
	// It is not sent to the centre.
	Function string `json:"-"`

	Code         string `json:"code"`         // the scanned text
	OrgID        string `json:"orgId"`        // institution
	BusinessType string `json:"businessType"` // for example 01101, registration
	OperatorID   string `json:"operatorId"`
	OperatorName string `json:"operatorName"`
	OfficeID     string `json:"officeId"`
	OfficeName   string `json:"officeName"`
	DeviceType   string `json:"deviceType"` // SelfService on kiosks, otherwise empty
}

// Holder is the person an answer names. Fields the centre did not give are
// empty.
type Holder struct {
	Name     string // userName
	IDNumber string // idNo, or aac002 where idNo is absent
	Token    string // ecToken, the settlement token (specification 4.5)
}

// NewRequestID returns a new request id: 32 lower-case hex digits, of which the
// first 12 are the time in milliseconds and the others random. Ids that follow
// each other lie together in the journal's index.
func NewRequestID() string {
	var id [16]byte
	binary.BigEndian.PutUint64(id[:], uint64(time.Now().UnixMilli())<<16)
	rand.Read(id[6:]) // never fails: crypto/rand ends the program instead
	return hex.EncodeToString(id[:])
}
