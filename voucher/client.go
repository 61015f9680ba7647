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
	"sync"
	"syscall"
	"time"
)

// NewClient returns an HTTP client for talking to a centre or a server: no
// proxy whatever the environment says, because both are in the hospital's or
// the insurance's own network, no redirects, because a code must not travel to
// an address nobody configured, and TLS 1.2 at least. The certificate must be
// signed by one of roots; nil means the system's. The time for the whole
// exchange is bounded by [Centre] and [Remote], not here.
func NewClient(roots *x509.CertPool) *http.Client {
	dialer := net.Dialer{Timeout: 5 * time.Second}
	return &http.Client{
		CheckRedirect: noRedirect,
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

func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// link is the way to one peer over HTTP.
type link struct {
	once   sync.Once
	client *http.Client
}

// use returns the configured client, made to follow no redirects, or one of
// its own.
func (l *link) use(configured *http.Client) *http.Client {
	l.once.Do(func() {
		if configured == nil {
			l.client = NewClient(nil)
			return
		}
		c := *configured
		c.CheckRedirect = noRedirect
		l.client = &c
	})
	return l.client
}

// reply is an HTTP answer whose body was read completely.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// post sends body and reads the reply. peer is the Chinese name that error
// texts give to the other side. Error texts name its host and port, never the
// URL, which may hold a password, and nothing of the body.
func post(ctx context.Context, client *http.Client, peer string, to *url.URL, header http.Header, body []byte) (*reply, error) {
	start := time.Now()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, to.String(), bytes.NewReader(body))
	if err != nil {
		return nil, badURL(peer)
	}
	request.Header = header
	response, err := client.Do(request)
	if err != nil {
		return nil, broken(ctx, err, peer, to, start)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, MaxAnswer+1))
	if err != nil {
		return nil, broken(ctx, err, peer, to, start)
	}
	return &reply{response.StatusCode, response.Header, answer}, nil
}

// broken describes an exchange that gave no reply.
func broken(ctx context.Context, err error, peer string, to *url.URL, start time.Time) *Error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err // the wrapper repeats the URL
	}
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return failure(ErrTimeout, ctx.Err(), "等待%s（%s）应答超时，已等待%.1f秒，请稍后重试！",
			peer, to.Host, time.Since(start).Seconds())
	case ctx.Err() != nil:
		return &Error{Text: "查询已取消，没有得到" + peer + "的应答！", Err: ctx.Err()}
	}
	return failure(ErrUnreachable, err, "无法连接%s（%s）：%s，请检查网络和%s的地址后重试！",
		peer, to.Host, reason(err), peer)
}

// refused is WSAECONNREFUSED, which on Windows is not syscall.ECONNREFUSED. No
// other system uses the number.
const refused = syscall.Errno(10061)

// reason says in a few words why a connection failed.
func reason(err error) string {
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return "找不到该主机名"
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return "对方的证书不可信"
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok || errors.Is(err, http.ErrSchemeMismatch) {
		return "对方不是HTTPS服务"
	}
	if errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, refused) {
		return "对方没有开启服务"
	}
	if e, ok := errors.AsType[net.Error](err); ok && e.Timeout() {
		return "连接超时"
	}
	return "连接中断"
}

// parseURL checks a configured address. A URL may hold a password, so the
// error does not repeat it.
func parseURL(peer, address string) (*url.URL, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, badURL(peer)
	}
	return u, nil
}

func badURL(peer string) *Error {
	return failure(ErrConfig, nil, "%s的地址配置有误，应以http://或https://开头并写明主机，请联系信息科更正！", peer)
}

// unexpected describes a reply whose HTTP status is not one agreed upon.
func unexpected(peer string, to *url.URL, status int) *Error {
	return failure(ErrMalformed, fmt.Errorf("HTTP status %d", status),
		"%s（%s）返回HTTP状态%d，请稍后重试，仍不成功请联系信息科核对%s的地址！", peer, to.Host, status, peer)
}
