package voucher

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	// DefaultRemoteTimeout bounds a query of the server with all its tries.
	// It leaves the server time to wait for the centre.
	DefaultRemoteTimeout = 15 * time.Second

	remotePeer     = "MPS服务器"
	maxTries       = 3
	defaultBackoff = 200 * time.Millisecond
	maxMessage     = 300 // characters of a server's message that are passed on
)

// Remote queries an MPS server, which queries the centre. Where the connection
// fails or the server is busy it tries again, three times in all, with the same
// request id, so that the server asks the centre only once. It is ready for
// use with URL and Token, also by many goroutines; the fields must not be
// changed after the first query.
type Remote struct {
	// URL is the server's base address, http or https.
	URL string
	// Token is the institution's credential.
	Token string
	// Terminal names this workstation in the server's journal.
	Terminal string
	// Timeout bounds one query with all its tries; 0 means
	// DefaultRemoteTimeout.
	Timeout time.Duration
	// Backoff is about how long to wait before the second try, and twice that
	// before the third; 0 means 200 ms.
	Backoff time.Duration
	// Client does the HTTP; nil means one made by NewClient. Redirects are
	// not followed in either case.
	Client *http.Client

	link link
}

// Check reports whether the fields make sense, as an [*Error] of kind
// [ErrConfig].
func (r *Remote) Check() error {
	if _, err := parseURL(remotePeer, r.URL); err != nil {
		return err
	}
	for _, c := range []byte(r.Token) {
		if c <= ' ' || c > '~' {
			return failure(ErrConfig, nil, "本机配置的机构凭证含有空白或非ASCII字符，请联系信息科重新填写！")
		}
	}
	if r.Token == "" {
		return failure(ErrConfig, nil, "本机没有配置机构凭证，请联系信息科填写！")
	}
	return nil
}

// Query sends the query to the server. The result is an [*Answer] whenever the
// centre answered the server, a refusal included (see [Answer.Err]); otherwise
// the error is an [*Error]. A query without a request id gets a new one.
func (r *Remote) Query(ctx context.Context, q Query) (*Answer, error) {
	if err := r.Check(); err != nil {
		return nil, err
	}
	to, err := parseURL(remotePeer, r.URL)
	if err != nil {
		return nil, err
	}
	to = to.JoinPath(QueryPath)
	if q.RequestID == "" {
		q.RequestID = NewRequestID()
	}
	if q.Function == "" {
		q.Function = DefaultFunction
	}
	body, err := json.Marshal(Request{
		RequestID: q.RequestID,
		Function:  q.Function,
		Terminal:  r.Terminal,
		Query:     q,
	})
	if err != nil {
		return nil, fmt.Errorf("encoding the query: %w", err)
	}
	timeout := r.Timeout
	if timeout <= 0 {
		timeout = DefaultRemoteTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	for try := 1; ; try++ {
		answer, again, err := r.try(ctx, to, body)
		if err == nil || !again || try == maxTries || !r.pause(ctx, try) {
			return answer, err
		}
	}
}

// try sends the query once and tells whether a failure is worth another try.
func (r *Remote) try(ctx context.Context, to *url.URL, body []byte) (answer *Answer, again bool, err error) {
	header := http.Header{
		"Authorization": {"Bearer " + r.Token},
		"Content-Type":  {"application/json"},
		"Accept":        {"application/json"},
	}
	reply, err := post(ctx, r.link.use(r.Client), remotePeer, to, header, body)
	if err != nil {
		return nil, ctx.Err() == nil, err
	}
	switch reply.status {
	case http.StatusOK:
	case http.StatusUnauthorized:
		return nil, false, &Error{
			Text:   "服务器不接受本机的机构凭证，请联系信息科核对配置中的机构凭证！",
			Server: true,
			Err:    fmt.Errorf("HTTP status %d", reply.status),
		}
	default:
		again = reply.status == http.StatusServiceUnavailable
		if err := reported(reply); err != nil {
			return nil, again, err
		}
		return nil, again, unexpected(remotePeer, to, reply.status)
	}
	answer, err = ParseAnswer(reply.body)
	if err != nil {
		return nil, false, failure(ErrMalformed, err,
			"%s（%s）的应答无法识别，请联系信息科核对%s的地址！", remotePeer, to.Host, remotePeer)
	}
	answer.Replayed = reply.header.Get(ReplayedHeader) == "true"
	return answer, false, nil
}

// reported returns the failure that the server describes, nil when it
// describes none, as some proxy in between would not.
func reported(r *reply) error {
	var f Failure
	if err := json.Unmarshal(r.body, &f); err != nil {
		return nil
	}
	message := oneLine(f.Error.Message)
	if message == "" {
		return nil
	}
	return &Error{
		Text:   message,
		Server: true,
		Err:    fmt.Errorf("HTTP status %d, %.40q", r.status, f.Error.Code),
	}
}

// oneLine makes a server's message fit for one line of an answer.
func oneLine(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == utf8.RuneError {
			return ' '
		}
		return r
	}, s)
	if runes := []rune(s); len(runes) > maxMessage {
		s = string(runes[:maxMessage])
	}
	return strings.TrimSpace(s)
}

// pause waits before the try after the given one, and reports whether there
// is time left for it. The jitter keeps the workstations of a hospital apart
// when their server comes back.
func (r *Remote) pause(ctx context.Context, try int) bool {
	backoff := r.Backoff
	if backoff <= 0 {
		backoff = defaultBackoff
	}
	backoff <<= try - 1
	timer := time.NewTimer(backoff/2 + rand.N(backoff))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
