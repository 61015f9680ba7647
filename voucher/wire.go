package voucher

// QueryPath is where a server takes queries, below its base URL.
const QueryPath = "/v1/vouchers/query"

// ReplayedHeader is "true" on an answer that a server gives from its record.
const ReplayedHeader = "MPS-Replayed"

// Request is the JSON body an agent posts to a server's [QueryPath], of at
// most [MaxRequest] bytes. The institution's credential is in the
// Authorization header.
type Request struct {
	RequestID string `json:"request_id"`
	Function  string `json:"funid"`
	Terminal  string `json:"terminal"`
	Query     Query  `json:"query"`
}

// MaxRequest is the longest request a server takes, in bytes.
const MaxRequest = 64 << 10

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

// The codes of a [Failure], with the HTTP status each comes with.
const (
	CodeBadRequest        = "bad_request"        // 400
	CodeUnauthorized      = "unauthorized"       // 401
	CodeUnknownFunction   = "unknown_function"   // 404
	CodeMethod            = "method"             // 405
	CodeRequestIDReused   = "request_id_reused"  // 409
	CodeTooLarge          = "too_large"          // 413
	CodeInternal          = "internal"           // 500
	CodeCentreUnreachable = "centre_unreachable" // 502
	CodeCentreMalformed   = "centre_malformed"   // 502
	CodeBusy              = "busy"               // 503
	CodeCentreTimeout     = "centre_timeout"     // 504
)
