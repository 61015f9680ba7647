package driver

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
	"unicode/utf8"

	"mps/card"
	"mps/gbk"
)

// DefaultSieafURL is where the HTTP form of business_handle was seen.
const DefaultSieafURL = "http://localhost:7999/sieaf/business_handle/"

// maxSieaf bounds an HTTP answer, in bytes; its text has 20000 at most.
const maxSieaf = 256 << 10

// A SieafHTTP is business_handle behind a program of the vendor that runs on
// this machine.
type SieafHTTP struct {
	URL string // "": DefaultSieafURL
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
		return "", unreadable(businessHandle, "请求") // a map of a string and a number always encodes
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, or(h.URL, DefaultSieafURL), bytes.NewReader([]byte(body)))
	if err != nil {
		return "", unreachable("厂商读卡服务的地址配置有误，应以http://开头，请联系信息科更正！", nil)
	}
	request.Header.Set("Content-Type", "application/json; charset=utf-8")
	response, err := sieafClient.Do(request)
	if err != nil {
		return "", broken(ctx, request.URL.Host, err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, maxSieaf+1))
	switch {
	case err != nil:
		return "", broken(ctx, request.URL.Host, err)
	case response.StatusCode != http.StatusOK:
		return "", unreadable(businessHandle, fmt.Sprintf("HTTP状态%d", response.StatusCode))
	case len(answer) > maxSieaf:
		return "", unreadable(businessHandle, "过大")
	}
	return sieafOutput(answer)
}

// sieafOutput takes the JSON text out of the HTTP answer.
func sieafOutput(answer []byte) (string, error) {
	if !utf8.Valid(answer) {
		text, err := gbk.Decode(answer)
		if err != nil {
			return "", unreadable(businessHandle, "文字编码")
		}
		answer = []byte(text)
	}
	output, ok := path(answer, "data.outputValue")
	if !ok || !json.Valid([]byte(output)) {
		return "", unreadable(businessHandle, "没有outputValue")
	}
	return output, nil
}

// broken words an exchange without an answer. The error of the HTTP client
// repeats the URL, and nothing of what was sent.
func broken(ctx context.Context, host string, err error) *card.Error {
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return &card.Error{Function: businessHandle, Text: "读卡已取消，请重新读卡！", Err: ctx.Err()}
	case ctx.Err() != nil:
		return &card.Error{Function: businessHandle, Text: "等待厂商读卡服务（" + host + "）应答超时，请检查读卡器连接后重试！", Err: ctx.Err()}
	}
	return unreachable("无法连接厂商读卡服务（"+host+"），请检查它是否已启动！", err)
}

func unreachable(text string, err error) *card.Error {
	e := &card.Error{Function: businessHandle, Text: text, Err: card.ErrNoReader}
	if err != nil {
		e.Err = fmt.Errorf("%w: %w", card.ErrNoReader, err)
	}
	return e
}
