package driver

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"mps/card"
	"mps/charset"
)

// DefaultSieafURL is where the HTTP form of business_handle was seen.
const DefaultSieafURL = "http://localhost:7999/sieaf/business_handle/"

// maxSieaf bounds an HTTP answer, in bytes; its text has 20000 at most.
const maxSieaf = 256 << 10

// A SieafHTTP is business_handle behind a program of the vendor that runs on
// this machine.
type SieafHTTP struct {
	URL string // "": DefaultSieafURL

	// Charset is what it takes, and gives where an answer does not declare what
	// it is in. "" is charset.Auto: JSON is UTF-8 (RFC 8259), but the library
	// behind it gives GBK.
	Charset charset.Charset
}

// sieafClient goes straight to the program: no proxy, and no redirects, because
// what is asked for must not come from anywhere else.
var sieafClient = &http.Client{
	Transport: &http.Transport{
		DialContext:            (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
		DisableKeepAlives:      true,
		MaxResponseHeaderBytes: 64 << 10,
	},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// Handle posts the input. It waits as long as ctx.
func (h SieafHTTP) Handle(ctx context.Context, input string) (string, error) {
	const outputLen = 20000
	body, err := compact(map[string]any{"inputValue": input, "outputLen": outputLen})
	if err != nil {
		return "", answerError(businessHandle, answerUnrequested.With()) // a map of a string and a number always encodes
	}
	taken := cmp.Or(h.Charset, charset.UTF8)
	if taken == charset.Auto {
		taken = charset.UTF8 // as JSON is
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, cmp.Or(h.URL, DefaultSieafURL), bytes.NewReader(taken.Encode(body)))
	if err != nil {
		return "", &card.Error{Function: businessHandle, Failure: sieafURL.With(), Err: card.ErrNoReader}
	}
	request.Header.Set("Content-Type", "application/json; charset="+string(taken))
	response, err := sieafClient.Do(request)
	if err != nil {
		return "", exchangeError(ctx, request.URL.Host, err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, maxSieaf+1))
	switch {
	case err != nil:
		return "", exchangeError(ctx, request.URL.Host, err)
	case response.StatusCode != http.StatusOK:
		return "", answerError(businessHandle, answerStatus.With(response.StatusCode))
	case len(answer) > maxSieaf:
		return "", answerError(businessHandle, answerTooLong.With())
	}
	return sieafOutput(answer, cmp.Or(charset.Declared(response.Header.Get("Content-Type")), h.Charset, charset.Auto))
}

// sieafOutput takes the JSON text out of the HTTP answer.
func sieafOutput(answer []byte, c charset.Charset) (string, error) {
	text, err := c.Decode(answer)
	if err != nil {
		return "", charsetError(businessHandle, c, err)
	}
	output, ok := path(json.RawMessage(text), "data.outputValue")
	if !ok || !json.Valid([]byte(output)) {
		return "", answerError(businessHandle, answerNoOutput.With())
	}
	return output, nil
}

// exchangeError is an exchange without an answer. The error of the HTTP client
// repeats the URL, and nothing of what was sent.
func exchangeError(ctx context.Context, host string, err error) *card.Error {
	f := sieafUnreachable.With(host)
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		f, err = card.Cancelled.With(), ctx.Err()
	case ctx.Err() != nil:
		f, err = sieafLate.With(host), ctx.Err()
	default:
		err = fmt.Errorf("%w: %w", card.ErrNoReader, err)
	}
	return &card.Error{Function: businessHandle, Failure: f, Err: err}
}
