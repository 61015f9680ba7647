package agent

// The wire between client library and agent: HTTP on loopback, a request of
// package protocol in the body of a POST and the answer in the body of the
// reply. The C library has the same names as literals, which a test compares.
const (
	CallPath   = "/v1/call" // POST
	HealthPath = "/healthz" // GET: who listens here, as JSON

	// CapacityHeader is the size of the caller's buffer in bytes, including
	// the NUL at its end. Without it the answer may have any size.
	CapacityHeader = "MPS-Capacity"
	// NeededHeader is the size that the answer would have needed, in the same
	// measure, when it did not fit and a short error answer stands for it.
	NeededHeader = "MPS-Needed"
	// CharsetHeader tells that the caller's strings are UTF-16LE, with the
	// value CharsetUTF16. Without it they are what their declaration says.
	CharsetHeader = "MPS-Charset"
	CharsetUTF16  = "utf-16le"
	// SecretHeader proves that a call comes from the agent's own user.
	SecretHeader = "MPS-Secret"
	// RefusedHeader is RefusedSecret on the refusal of a call that does not.
	RefusedHeader = "MPS-Refused"
	RefusedSecret = "secret"
)
