package voucher

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"syscall"
	"time"

	"mps/failure"
)

// A Peer is the other side of an exchange over HTTP: the centre, or an MPS
// server before it. It is safe for concurrent use.
type Peer struct {
	name   string // Chinese, as error texts call it
	url    *url.URL
	client *http.Client
}

// NewPeer returns the peer at an http or https address. name is the Chinese
// name that error texts give to it. A certificate must be signed by one of
// roots; nil means the system's. The error is a failure of kind [ErrConfig]; it
// does not repeat the address, which may hold a password.
func NewPeer(name, address string, roots *x509.CertPool) (*Peer, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, badAddress.Because(ErrConfig, name)
	}
	return &Peer{name: name, url: u, client: newClient(roots)}, nil
}

// newClient returns an HTTP client for talking to a peer: no proxy whatever the
// environment says, because peers are in the hospital's or the insurance's own
// network, no redirects, because a code must not travel to an address nobody
// configured, and TLS 1.2 at least. The time for the whole exchange is the
// caller's business.
func newClient(roots *x509.CertPool) *http.Client {
	dialer := net.Dialer{Timeout: 5 * time.Second}
	return &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext:            dialer.DialContext,
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots},
			TLSHandshakeTimeout:    5 * time.Second,
			ForceAttemptHTTP2:      true,
			MaxIdleConnsPerHost:    64,
			IdleConnTimeout:        30 * time.Second,
			MaxResponseHeaderBytes: 64 << 10,
		},
	}
}

// At returns the peer's address with a path added. It shares the connections of
// p.
func (p *Peer) At(path string) *Peer {
	return &Peer{name: p.name, url: p.url.JoinPath(path), client: p.client}
}

// Host is the peer's host and port, as error texts show them.
func (p *Peer) Host() string { return p.url.Host }

// A Reply is an HTTP answer whose body was read, up to one byte more than
// [MaxAnswer].
type Reply struct {
	Status int
	Header http.Header
	Body   []byte
}

// Post sends body and reads the reply. The error is a failure whose kind is
// [ErrUnreachable], [ErrTimeout] or context.Canceled. Its text names the peer's
// host and port, never the address, which may hold a password, and nothing of
// the body.
func (p *Peer) Post(ctx context.Context, header http.Header, body []byte) (*Reply, error) {
	start := time.Now()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url.String(), bytes.NewReader(body))
	if err != nil {
		return nil, badAddress.Because(ErrConfig, p.name)
	}
	request.Header = header
	response, err := p.client.Do(request)
	if err != nil {
		return nil, p.noReply(ctx, err, start)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, MaxAnswer+1))
	if err != nil {
		return nil, p.noReply(ctx, err, start)
	}
	return &Reply{response.StatusCode, response.Header, answer}, nil
}

// OtherStatus is the failure for a reply whose HTTP status is not one agreed
// upon. Its kind is [ErrMalformed].
func (p *Peer) OtherStatus(status int) error {
	return otherStatus.Because(because(ErrMalformed, fmt.Errorf("HTTP status %d", status)), p.name, p.url.Host, status)
}

// noReply is the failure for an exchange that gave no reply.
func (p *Peer) noReply(ctx context.Context, err error, start time.Time) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err // the wrapper repeats the URL
	}
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return timedOut.Because(because(ErrTimeout, ctx.Err()), p.name, p.url.Host, time.Since(start).Seconds())
	case ctx.Err() != nil:
		return cancelled.Because(ctx.Err(), p.name)
	}
	return unreachable(err).Because(because(ErrUnreachable, err), p.name, p.url.Host)
}

// wsaeConnRefused is not syscall.ECONNREFUSED on Windows. No other system uses
// the number.
const wsaeConnRefused = syscall.Errno(10061)

// unreachable returns the kind of failure that says why a connection failed.
func unreachable(err error) *failure.Kind {
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return hostUnknown
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return untrusted
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok || errors.Is(err, http.ErrSchemeMismatch) {
		return notHTTPS
	}
	if errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, wsaeConnRefused) {
		return notListening
	}
	if e, ok := errors.AsType[net.Error](err); ok && e.Timeout() {
		return connectTimeout
	}
	return connectionLost
}
