package uplink

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	"mps/protocol"
	"mps/voucher"
)

const (
	// DefaultTimeout bounds a query with all its tries. It is longer than the
	// server waits for the centre, so that the server's answer comes first.
	DefaultTimeout = 20 * time.Second

	maxTries       = 3
	defaultBackoff = 200 * time.Millisecond
)

// Options say where a server is and who asks it. URL and Token must be set.
type Options struct {
	// URL is the server's base address, http or https.
	URL string
	// Token is the institution's credential.
	Token string
	// Terminal names this workstation in the server's journal.
	Terminal string
	// Timeout bounds one query with all its tries; 0 means DefaultTimeout.
	Timeout time.Duration
	// Backoff is about how long to wait before the second try, and twice that
	// before the third; 0 means 200 ms.
	Backoff time.Duration
	// Roots must have signed the server's certificate; nil means the system's.
	Roots *x509.CertPool
}

// Client queries an MPS server, which queries the centre. Where the connection
// fails or the server is busy it tries again, three times in all, with the same
// request id, so that the server asks the centre only once. It is safe for
// concurrent use.
type Client struct {
	options Options
	queries *voucher.Peer
}

// New returns the client that o describes. The error is a failure of kind
// [voucher.ErrConfig].
func New(o Options) (*Client, error) {
	server, err := voucher.NewPeer("MPS服务器", o.URL, o.Roots)
	if err != nil {
		return nil, err
	}
	if o.Token == "" {
		return nil, noToken.Because(voucher.ErrConfig)
	}
	for _, c := range []byte(o.Token) {
		if c <= ' ' || c > '~' {
			return nil, badToken.Because(voucher.ErrConfig)
		}
	}
	if o.Timeout <= 0 {
		o.Timeout = DefaultTimeout
	}
	if o.Backoff <= 0 {
		o.Backoff = defaultBackoff
	}
	return &Client{options: o, queries: server.At(QueryPath)}, nil
}

// Query sends the query to the server under a new request id, which the answer
// has. There is an answer whenever the centre answered the server, a refusal
// included (see [voucher.Answer.Err]); otherwise the error is a failure. Its
// kind, one of those of package voucher, is the same whether the agent asks
// through a server or the centre itself.
func (c *Client) Query(ctx context.Context, q voucher.Query) (*voucher.Answer, error) {
	id := NewRequestID()
	body, err := json.Marshal(Request{
		RequestID: id,
		Function:  protocol.PatientInfo,
		Terminal:  c.options.Terminal,
		Query:     q,
	})
	if err != nil {
		panic(err) // strings always have a JSON form
	}
	ctx, cancel := context.WithTimeout(ctx, c.options.Timeout)
	defer cancel()
	for try := 1; ; try++ {
		answer, again, err := c.try(ctx, body)
		if err == nil {
			answer.RequestID = id
			return answer, nil
		}
		if !again || try == maxTries || !c.pause(ctx, try) {
			return nil, err
		}
	}
}

// try sends the query once and tells whether a failure is worth another try.
func (c *Client) try(ctx context.Context, body []byte) (answer *voucher.Answer, again bool, err error) {
	reply, err := c.queries.Post(ctx, http.Header{
		"Authorization": {"Bearer " + c.options.Token},
		"Content-Type":  {"application/json"},
		"Accept":        {"application/json"},
	}, body)
	if err != nil {
		return nil, ctx.Err() == nil, err
	}
	switch reply.Status {
	case http.StatusOK:
	case http.StatusUnauthorized:
		return nil, false, tokenRefused.Because(fmt.Errorf("HTTP status %d", reply.Status))
	default:
		again = reply.Status == http.StatusServiceUnavailable
		if err := readFailure(reply); err != nil {
			return nil, again, err
		}
		return nil, again, c.queries.OtherStatus(reply.Status)
	}
	answer, err = voucher.ParseAnswer(reply.Body)
	if err != nil {
		return nil, false, notMPS.Because(err, c.queries.Host())
	}
	answer.Replayed = reply.Header.Get(ReplayedHeader) == "true"
	return answer, false, nil
}

// pause waits before the try after the given one, and reports whether there
// is time left for it. The jitter keeps the workstations of a hospital apart
// when their server comes back.
func (c *Client) pause(ctx context.Context, try int) bool {
	backoff := c.options.Backoff << (try - 1)
	timer := time.NewTimer(backoff/2 + rand.N(backoff))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
