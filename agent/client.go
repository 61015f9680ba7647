package agent

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	"mps/failure"
	"mps/protocol"
	"mps/rendezvous"
	"mps/web"
)

// A Client calls an agent of this machine as the client library does.
type Client struct {
	Address string        // host:port
	Secret  string        // that the agent left for its user's programs, "" for none
	Timeout time.Duration // of the agent's answer; 0 means DefaultTimeout
}

var (
	noAgent      = failure.New("call_no_agent", "读卡服务没有应答，", "请先运行 mps agent：%v")
	cutAnswer    = failure.Terse("call_cut", "读卡服务的应答没有收全：%v", "重试，仍不成功请重新启动 mps agent")
	foreignAgent = failure.New("call_other_user", "%s上的读卡服务属于本机的另一个用户，", "请先运行自己的 mps agent")
	noSuchAgent  = failure.Terse("call_not_agent", "%s不像读卡服务：HTTP %s：%s", "核对地址，端口可能被另一个程序占用")
)

// Running returns the address and the secret that the running agent of this user
// left, as a client of it. Without one the error is fs.ErrNotExist.
func Running() (Client, error) {
	dir, err := rendezvous.Dir()
	if err != nil {
		return Client{}, err
	}
	a, err := rendezvous.Read(dir)
	if err != nil {
		return Client{}, err
	}
	return Client{Address: net.JoinHostPort("127.0.0.1", strconv.Itoa(a.Port)), Secret: a.Secret}, nil
}

// At returns a client of the agent at an address. When that is the running agent
// of this user, it is given the secret that belongs there, which never leaves
// this machine.
func At(address string) Client {
	running, err := Running()
	if err != nil || !web.IsLoopback(address) {
		return Client{Address: address}
	}
	_, port, err := net.SplitHostPort(address)
	if _, own, _ := net.SplitHostPort(running.Address); err == nil && port == own {
		return Client{Address: address, Secret: running.Secret}
	}
	return Client{Address: address}
}

// Call has a request answered for a buffer of capacity bytes. Its errors are
// [failure.Failure]; an answer that reports a failure is none.
func (c Client) Call(ctx context.Context, request []byte, capacity int) (answer []byte, err error) {
	const margin = 5 * time.Second // the agent is given its whole time
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(c.Timeout, DefaultTimeout)+margin)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+c.Address+CallPath, bytes.NewReader(request))
	if err != nil {
		return nil, noAgent.Because(err, err)
	}
	req.Header.Set("Content-Type", "text/xml; charset=GBK")
	if c.Secret != "" {
		req.Header.Set(SecretHeader, c.Secret)
	}
	req.Header.Set(CapacityHeader, strconv.Itoa(capacity))
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return nil, noAgent.Because(err, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, protocol.MaxResponse+1))
	if err != nil {
		return nil, cutAnswer.Because(err, err)
	}
	if resp.Header.Get(RefusedHeader) != "" {
		return nil, foreignAgent.With(c.Address)
	}
	if resp.StatusCode != http.StatusOK {
		const shown = 200 // bytes of what somebody else says
		return nil, noSuchAgent.With(c.Address, resp.Status, bytes.TrimSpace(body[:min(len(body), shown)]))
	}
	return body, nil
}
