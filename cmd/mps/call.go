package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"mps/agent"
	"mps/config"
	"mps/protocol"
	"mps/rendezvous"
)

type callCommand struct {
	File     string `arg:"" optional:"" type:"path" name:"文件" help:"请求报文的文件，\"-\" 为标准输入；用 --card 或 --voucher 时不需要。"`
	Card     bool   `xor:"kind" help:"读社会保障卡（mdtrt_cert_type=03）。"`
	Voucher  bool   `xor:"kind" help:"解析电子医保凭证（mdtrt_cert_type=01）。"`
	Code     string `placeholder:"码" help:"电子凭证的码，放在 ec_qr_code 中；不给则由读卡服务取码。"`
	Agent    string `placeholder:"地址" help:"读卡服务的地址；默认是本用户正在运行的读卡服务。"`
	Library  string `type:"path" placeholder:"文件" help:"不直接找读卡服务，而是像医院程序一样加载这个动态库来调用。"`
	Capacity int    `default:"8192" placeholder:"字节" help:"调用程序缓冲区的大小（含末尾的 0），默认 8192。"`
}

func (c callCommand) Run(ctx context.Context, p *program) error {
	request, err := c.request(p)
	if err != nil {
		return err
	}
	if c.Capacity < 1 || c.Capacity > protocol.MaxResponse {
		return fmt.Errorf("--capacity 应在 1 到 %d 之间", protocol.MaxResponse)
	}
	show(p.stdout, "请求", request)
	began := time.Now()
	var answer []byte
	if c.Library != "" {
		answer, err = callLibrary(c.Library, request, c.Capacity)
	} else {
		address, secret := findAgent(c.Agent, p.config.Agent)
		answer, err = callAgent(ctx, address, secret, request, c.Capacity, time.Duration(p.config.Agent.Timeout))
	}
	if err != nil {
		return err
	}
	took := time.Since(began)
	show(p.stdout, "应答", answer)
	response, err := protocol.DecodeResponse(answer)
	if err != nil {
		return fmt.Errorf("应答无法解析：%w", err)
	}
	fmt.Fprintf(p.stdout, "%d 字节，用时 %v\n", len(answer), took.Round(time.Millisecond))
	if response.Result != protocol.ResultOK {
		return errors.New("调用失败：" + response.Msg)
	}
	return nil
}

// request returns the bytes to send: a file's, or made from the flags.
func (c callCommand) request(p *program) ([]byte, error) {
	certType := ""
	switch {
	case c.Card:
		certType = protocol.CertCard
	case c.Voucher:
		certType = protocol.CertVoucher
	}
	switch {
	case certType != "" && c.File != "":
		return nil, errors.New("请求文件与 --card、--voucher 只能用一种")
	case certType != "":
		return patientInfoRequest(p.config.Agent.SignKey, certType, c.Code), nil
	case c.File == "-":
		return io.ReadAll(io.LimitReader(os.Stdin, protocol.MaxRequest+1))
	case c.File != "":
		f, err := os.Open(c.File)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		return io.ReadAll(io.LimitReader(f, protocol.MaxRequest+1))
	}
	return nil, errors.New("请给出请求文件，或用 --card、--voucher")
}

// patientInfoRequest is a request of function N04.00.00.01.
func patientInfoRequest(signKey, certType, code string) []byte {
	r := &protocol.Request{
		Funid: protocol.PatientInfo,
		Body:  []protocol.Field{{Name: protocol.CertType, Value: certType}},
	}
	if code != "" {
		r.Body = append(r.Body, protocol.Field{Name: protocol.VoucherCode, Value: code})
	}
	c := protocol.Codec{Key: protocol.Key(signKey)}
	return c.EncodeRequest(r)
}

// findAgent returns where to call, and the secret that belongs there: the given
// address, or else that of the user's running agent, or else the configured
// one.
func findAgent(given string, c config.Agent) (address, secret string) {
	address = cmp.Or(given, c.Listen)
	dir, err := rendezvous.Dir()
	if err != nil {
		return address, ""
	}
	running, err := rendezvous.Read(dir)
	if err != nil {
		return address, ""
	}
	port := strconv.Itoa(running.Port)
	if given == "" {
		return net.JoinHostPort("127.0.0.1", port), running.Secret
	}
	if _, p, err := net.SplitHostPort(given); err != nil || p != port {
		return given, ""
	}
	return given, running.Secret
}

// callAgent sends a request to an agent as the client library does.
func callAgent(ctx context.Context, address, secret string, request []byte, capacity int, timeout time.Duration) ([]byte, error) {
	const margin = 5 * time.Second // the agent is given its whole time
	ctx, cancel := context.WithTimeout(ctx, timeout+margin)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+address+agent.CallPath, bytes.NewReader(request))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "text/xml; charset=GBK")
	if secret != "" {
		req.Header.Set(agent.SecretHeader, secret)
	}
	req.Header.Set(agent.CapacityHeader, strconv.Itoa(capacity))
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("读卡服务没有应答，请先运行 mps agent：%w", err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, protocol.MaxResponse+1))
	if err != nil {
		return nil, fmt.Errorf("读卡服务的应答没有收全：%w", err)
	}
	if resp.Header.Get(agent.RefusedHeader) != "" {
		return nil, fmt.Errorf("%s上的读卡服务属于本机的另一个用户，请先运行自己的 mps agent", address)
	}
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s不像读卡服务：HTTP %s：%s", address, resp.Status, bytes.TrimSpace(body))
	}
	return body, nil
}

// callLibrary calls MPS_CallEx of the client library at path.
func callLibrary(path string, request []byte, capacity int) ([]byte, error) {
	lib, err := openLibrary(path)
	if err != nil {
		return nil, fmt.Errorf("动态库%s加载不了：%w", path, err)
	}
	defer lib.close()
	in := append(bytes.Clone(request), 0)
	out := make([]byte, capacity)
	result := lib.callEx(&in[0], &out[0], int32(capacity))
	if result < 0 {
		return nil, fmt.Errorf("MPS_CallEx返回%d：参数不对", result)
	}
	end := bytes.IndexByte(out, 0)
	if end < 0 {
		return nil, errors.New("动态库的应答没有以0结尾")
	}
	return out[:end], nil
}

// show prints a message readably: in the terminal's UTF-8, indented.
func show(w io.Writer, title string, wire []byte) {
	fmt.Fprintf(w, "%s（%d 字节）\n", title, len(wire))
	for line := range strings.Lines(protocol.Text(wire)) {
		fmt.Fprintf(w, "  | %s\n", strings.TrimRight(line, "\r\n"))
	}
}
