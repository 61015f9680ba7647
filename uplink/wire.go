// Package uplink is the way from an agent to its institution's server: what
// goes over the wire, the checks of it, and the agent's end, [Client]. The
// server's end is package server.
//
// The scanned text is a one-time payment credential, and the institution's
// token opens the server: neither ever appears in an error of this package.
package uplink

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"time"

	"mps/voucher"
)

// QueryPath is where a server takes queries, below its base URL.
const QueryPath = "/v1/vouchers/query"

// ReplayedHeader is "true" on an answer that a server gives from its record.
const ReplayedHeader = "MPS-Replayed"

// MaxRequest is the longest request a server takes, in bytes.
const MaxRequest = 64 << 10

// Request is the JSON body an agent posts to a server's [QueryPath], of at
// most [MaxRequest] bytes. The institution's credential is in the
// Authorization header.
type Request struct {
	// RequestID names the query for safe repetition: a server answers the
	// same id with the same recorded answer. 1 to 64 characters of 0-9, A-Z,
	// a-z and '-'.
	RequestID string `json:"request_id"`
	// Function is the funid of the call that the query is part of.
	Function string `json:"funid"`
	// Terminal names the workstation.
	Terminal string `json:"terminal"`
	// Query is what the centre is asked. The server fills in an OrgID that is
	// empty, and refuses one that is not the institution's.
	Query voucher.Query `json:"query"`
}

// Failure is the JSON body of every server answer that is not the centre's.
type Failure struct {
	Error FailureDetail `json:"error"`
}

// FailureDetail says what went wrong: a code for programs, one of the Code
// constants, and a Chinese message for the caller.
type FailureDetail struct {
	Code    string `json:"code"`
	Message string `json:"message"`
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
