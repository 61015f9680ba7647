package driver

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"mps/card"
	"mps/charset"
	"mps/failure"
	"mps/web"
)

// hsmTimeout is how long the service may take, when nothing else is configured. The
// card waits meanwhile, and so does the patient.
const hsmTimeout = 10 * time.Second

// ask has the security module work out the results of the authentication. The failure
// wraps why there is none.
func (h HSM) ask(ctx context.Context, first firstStep) (key string, f *failure.Error) {
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(h.Timeout, hsmTimeout))
	defer cancel()
	u, ok := web.ParseURL(h.URL)
	if !ok {
		return "", badURL.With("hsm.url")
	}
	contentType, body := "application/x-www-form-urlencoded", h.encodeForm(first)
	if h.Format != "form" {
		var err error
		contentType = "application/json; charset=utf-8"
		if body, err = h.encodeJSON(first); err != nil {
			return "", hsmAnswer.Because(err, u.Host)
		}
	}
	said, err := exchange(ctx, u, contentType, body)
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return "", card.Cancelled.Because(ctx.Err())
	case ctx.Err() != nil:
		return "", hsmLate.Because(ctx.Err(), u.Host)
	case errors.Is(err, errExchangeTooLong):
		return "", hsmAnswer.Because(err, u.Host)
	case err != nil:
		return "", hsmUnreachable.Because(err, u.Host)
	case said.status != http.StatusOK:
		return "", hsmStatus.With(u.Host, said.status)
	}
	return h.take(u.Host, said, first)
}

// encodeForm is the request as a form.
func (h HSM) encodeForm(first firstStep) []byte {
	form := make(url.Values)
	for name, value := range h.Fields {
		form.Set(name, first.fill(value))
	}
	return []byte(form.Encode())
}

// encodeJSON is the request in JSON. The error is a failure about two paths of which
// one leads through the value of the other.
func (h HSM) encodeJSON(first firstStep) ([]byte, error) {
	root := make(map[string]any)
	for path, value := range h.Fields {
		object := root
		steps := strings.Split(path, ".")
		for _, step := range steps[:len(steps)-1] {
			if _, there := object[step]; !there {
				object[step] = make(map[string]any)
			}
			inner, is := object[step].(map[string]any)
			if !is {
				return nil, hsmPath.With(path)
			}
			object = inner
		}
		last := steps[len(steps)-1]
		if _, there := object[last]; there {
			return nil, hsmPath.With(path)
		}
		object[last] = first.fill(value)
	}
	text, err := compact(root)
	return []byte(text), err
}

// keyResults match the results of internal and external authentication where they
// stand together, and keyResult one by itself: 16 bytes each in hex.
var (
	keyResults = regexp.MustCompile(`\b([0-9A-Fa-f]{32})\s*\|\s*([0-9A-Fa-f]{32})\b`)
	keyResult  = regexp.MustCompile(`^[0-9A-Fa-f]{32}$`)
)

// take takes the results out of what the service at host has said, and brings them
// into the form that the second step takes. What it only repeats of the first step is
// no result. Of two different ones, nobody knows which is right.
func (h HSM) take(host string, said exchanged, first firstStep) (key string, f *failure.Error) {
	text, undecoded := cmp.Or(said.declared, charset.Auto).Decode(said.body)
	if undecoded != nil {
		// Paths and results are ASCII in either charset.
		text = string(bytes.ToValidUTF8(said.body, []byte("?")))
	}
	member := func(at string) string {
		value, _ := path(json.RawMessage(text), at)
		return trimField(value)
	}
	if h.Code != "" {
		success := h.Success
		if len(success) == 0 {
			success = []string{"0"}
		}
		if code := member(h.Code); !slices.Contains(success, code) {
			words := ""
			if h.Message != "" && undecoded == nil {
				words = member(h.Message)
			}
			return "", hsmRefusal(code, words)
		}
	}
	switch len(h.Result) {
	case 1:
		text = member(h.Result[0])
	case 2:
		inner, outer := member(h.Result[0]), member(h.Result[1])
		if !keyResult.MatchString(inner) || !keyResult.MatchString(outer) {
			return "", hsmAnswer.With(host)
		}
		text = inner + "|" + outer
	}
	for _, found := range keyResults.FindAllStringSubmatch(text, -1) {
		if slices.ContainsFunc(found[1:], first.has) {
			continue
		}
		this := found[1] + "|" + found[2] + "|"
		if key != "" && key != this {
			return "", hsmAnswer.With(host)
		}
		key = this
	}
	if key == "" {
		return "", hsmAnswer.With(host)
	}
	return key, nil
}

// hsmRefusal is the service's no, with its code and words.
func hsmRefusal(code, words string) *failure.Error {
	said := presentable(code)
	if words = presentable(words); words != "" {
		said = strings.TrimPrefix(fmt.Sprintf("%s：%s", said, words), "：")
	}
	if said == "" {
		return hsmSilent.With()
	}
	return hsmRefused.With(said)
}
