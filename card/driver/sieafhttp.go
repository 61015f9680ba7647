package driver

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"mps/card"
	"mps/charset"
	"mps/web"
)

// DefaultSieafURL is where the HTTP form of business_handle was seen.
const DefaultSieafURL = "http://localhost:7999/sieaf/business_handle/"

// A SieafHTTP is business_handle behind a program of the vendor that runs on
// this machine.
type SieafHTTP struct {
	URL     string        // "": DefaultSieafURL
	Timeout time.Duration // of one exchange; 0: that of the context alone

	// Charset is what it takes, and gives where an answer does not declare what
	// it is in. "" is charset.Auto: JSON is UTF-8 (RFC 8259), but the library
	// behind it gives GBK.
	Charset charset.Charset
}

// Handle posts the input. It waits as long as ctx and the timeout. There is no place
// for an errmsg.
func (h SieafHTTP) Handle(ctx context.Context, input string) (output, errmsg string, err error) {
	const outputLen = 20000
	body, err := compact(map[string]any{"inputValue": input, "outputLen": outputLen})
	if err != nil {
		return "", "", answerError(businessHandle, answerUnrequested.With()) // a map of a string and a number always encodes
	}
	address, ok := web.ParseURL(cmp.Or(h.URL, DefaultSieafURL))
	if !ok {
		return "", "", &card.Error{Function: businessHandle, Failure: badURL.With("url"), Err: card.ErrNoReader}
	}
	taken := cmp.Or(h.Charset, charset.UTF8)
	if taken == charset.Auto {
		taken = charset.UTF8 // as JSON is
	}
	if h.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, h.Timeout)
		defer cancel()
	}
	answer, err := exchange(ctx, address, "application/json; charset="+string(taken), taken.Encode(body))
	switch {
	case errors.Is(err, errExchangeTooLong):
		return "", "", answerError(businessHandle, answerTooLong.With())
	case err != nil:
		return "", "", exchangeError(ctx, address.Host, err)
	case answer.status != http.StatusOK:
		return "", "", answerError(businessHandle, answerStatus.With(answer.status))
	}
	output, err = sieafOutput(answer.body, cmp.Or(answer.declared, h.Charset, charset.Auto))
	return output, "", err
}

// sieafOutput takes the JSON text out of the HTTP answer.
func sieafOutput(answer []byte, c charset.Charset) (string, error) {
	text, err := c.Decode(answer)
	if err != nil {
		return "", charsetError(businessHandle, c, err)
	}
	output, ok := path(json.RawMessage(text), "data.outputValue")
	output = trimField(output)
	if !ok || !json.Valid([]byte(output)) {
		return "", answerError(businessHandle, answerNoOutput.With())
	}
	return output, nil
}

// exchangeError is an exchange without an answer.
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
