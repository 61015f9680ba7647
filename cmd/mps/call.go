package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"mps/agent"
	"mps/config"
	"mps/driverhost"
	"mps/failure"
	"mps/protocol"
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
	conf, err := p.open()
	if err != nil {
		return err
	}
	request, err := c.request(conf.Agent.SignKey)
	if err != nil {
		return err
	}
	most := protocol.MaxResponse
	if c.Library != "" {
		most = driverhost.MaxBuffer
	}
	if c.Capacity < 1 || c.Capacity > most {
		return badCapacity.With(most)
	}
	show(p.stdout, "请求", request)
	began := time.Now()
	var answer []byte
	if c.Library != "" {
		answer, err = callLibrary(ctx, c.Library, request, c.Capacity)
	} else {
		answer, err = c.agent(conf.Agent).Call(ctx, request, c.Capacity)
	}
	if err != nil {
		return err
	}
	took := time.Since(began)
	show(p.stdout, "应答", answer)
	response, err := protocol.DecodeResponse(answer)
	if err != nil {
		return badAnswer.Because(err, err)
	}
	fmt.Fprintf(p.stdout, "%d 字节，用时 %v\n", len(answer), took.Round(time.Millisecond))
	if response.Result != protocol.ResultOK {
		return callFailed.With(response.Msg)
	}
	return nil
}

// request returns the bytes to send: a file's, or made from the flags.
func (c callCommand) request(signKey string) ([]byte, error) {
	certType := ""
	switch {
	case c.Card:
		certType = protocol.CertCard
	case c.Voucher:
		certType = protocol.CertVoucher
	}
	switch {
	case certType != "" && c.File != "":
		return nil, twoRequests.With()
	case certType != "":
		return patientInfoRequest(signKey, certType, c.Code), nil
	case c.File == "-":
		return io.ReadAll(io.LimitReader(os.Stdin, protocol.MaxRequest+1))
	case c.File != "":
		return readRequest(c.File)
	}
	return nil, noRequest.With()
}

func readRequest(path string) (request []byte, err error) {
	f, err := os.Open(path)
	if err == nil {
		request, err = io.ReadAll(io.LimitReader(f, protocol.MaxRequest+1))
		f.Close()
	}
	if err != nil {
		return nil, noRequestFile.Because(err, path, failure.System(err))
	}
	return request, nil
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
	codec := protocol.Codec{Key: protocol.Key(signKey)}
	return codec.EncodeRequest(r)
}

// agent returns the agent to call: the one at the given address, or else the
// user's running one, or else the one at the configured address.
func (c callCommand) agent(configured config.Agent) agent.Client {
	client, err := agent.Running()
	switch {
	case c.Agent != "":
		client = agent.At(c.Agent)
	case err != nil:
		client = agent.Client{Address: configured.Listen}
	}
	client.Timeout = time.Duration(configured.Timeout)
	return client
}

// callLibrary calls MPS_CallEx of the client library at path, in a child process
// as any other library.
func callLibrary(ctx context.Context, path string, request []byte, capacity int) ([]byte, error) {
	host := driverhost.New(driverhost.Options{Library: path})
	defer host.Close()
	result, err := host.Call(ctx, driverhost.Call{
		Export: "MPS_CallEx",
		Args: []driverhost.Arg{
			{Kind: driverhost.TextArg, Text: request},
			driverhost.Buffer(capacity),
			driverhost.Int(int32(capacity)),
		},
	})
	if err != nil {
		switch {
		case errors.Is(err, driverhost.ErrLibrary):
			return nil, libraryFailed.Because(err, path, strconv.IntSize)
		case errors.Is(err, driverhost.ErrExport):
			return nil, libraryForeign.Because(err, path)
		}
		return nil, libraryLost.Because(err, path)
	}
	if result.Int < 0 {
		return nil, libraryRefused.With(result.Int)
	}
	return result.Output(0), nil
}

// show prints a message readably: in the terminal's UTF-8, indented.
func show(w io.Writer, title string, wire []byte) {
	fmt.Fprintf(w, "%s（%d 字节）\n", title, len(wire))
	for line := range strings.Lines(protocol.Text(wire)) {
		fmt.Fprintf(w, "  | %s\n", strings.TrimRight(line, "\r\n"))
	}
}
