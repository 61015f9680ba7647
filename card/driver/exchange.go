package driver

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"mps/charset"
)

// maxExchange bounds an answer over HTTP, in bytes.
const maxExchange = 256 << 10

// errExchangeTooLong is an answer longer than maxExchange.
var errExchangeTooLong = errors.New("driver: answer over HTTP is too long")

// direct goes straight to who is asked: no proxy, and no redirects, because what is
// asked for must not come from anywhere else.
var direct = &http.Client{
	Transport: &http.Transport{
		DialContext:            (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
		DisableKeepAlives:      true,
		MaxResponseHeaderBytes: 64 << 10,
	},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// An exchanged is what was answered over HTTP.
type exchanged struct {
	status   int
	declared charset.Charset // by the answer, "" when it declares none
	body     []byte
}

// exchange posts a body, and waits as long as ctx. The error is
// errExchangeTooLong, or that of the HTTP client, without the address, which may hold
// a password.
func exchange(ctx context.Context, address *url.URL, contentType string, body []byte) (exchanged, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address.String(), bytes.NewReader(body))
	if err != nil {
		return exchanged{}, err
	}
	request.Header.Set("Content-Type", contentType)
	response, err := direct.Do(request)
	if e, is := errors.AsType[*url.Error](err); is {
		err = e.Err
	}
	if err != nil {
		return exchanged{}, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, maxExchange+1))
	if err != nil {
		return exchanged{}, err
	}
	if len(answer) > maxExchange {
		return exchanged{}, errExchangeTooLong
	}
	return exchanged{response.StatusCode, charset.Declared(response.Header.Get("Content-Type")), answer}, nil
}
