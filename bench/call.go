package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"mps/card"
	"mps/protocol"
)

// testCard is an invented person's.
var testCard = card.Card{
	IDNumber:           "350102199001011238",
	Number:             "D12345678",
	Name:               "林测试",
	IdentificationCode: "350100D156000005",
	IDNumberValid:      true,
}

// cardRequest and cannedAnswer are the two sides of a call for testCard.
var (
	cardRequest  = new(protocol.Codec).EncodeRequest(&protocol.Request{Funid: protocol.PatientInfo, Body: cardBody})
	cannedAnswer = new(protocol.Codec).EncodeResponse(&protocol.Response{
		Funid: protocol.PatientInfo, Result: protocol.ResultOK, Msg: "操作成功",
		Body: []protocol.Field{
			{Name: protocol.IDCardNo, Value: testCard.IDNumber},
			{Name: protocol.CardNo, Value: testCard.Number},
			{Name: protocol.Name, Value: testCard.Name},
			{Name: protocol.CardCode, Value: testCard.IdentificationCode},
		},
	})
	cardBody = []protocol.Field{{Name: protocol.CertType, Value: protocol.CertCard}}
)

// measureCall compares a call of the client library that the agent answers
// with the same call answered by a server that does nothing: what is between
// them is our Go side, what they share is the library, the loopback and
// net/http.
func measureCall(ctx context.Context) ([]figure, error) {
	const rounds = 61
	request := filepath.Join(scratch, "request.xml")
	if err := os.WriteFile(request, cardRequest, 0o644); err != nil {
		return nil, err
	}
	var sides []side
	for _, name := range []string{agentServer, echoServer} {
		port, stop, err := startServer(ctx, name)
		if err != nil {
			return nil, err
		}
		defer stop()
		call := func() (float64, error) { return callAgain(ctx, port, request) }
		if _, err := call(); err != nil { // warms up
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		sides = append(sides, call)
	}
	medians, err := inTurns(rounds, sides...)
	if err != nil {
		return nil, err
	}
	return []figure{
		compared("MPS_Call through agent, instant card; other: bare Go HTTP echo", medians[0], medians[1],
			microseconds, "<= 1.50", func(ratio float64) bool { return ratio <= 1.5 }),
	}, nil
}

var medianCall = regexp.MustCompile(`p50=([0-9.]+)us`)

// callAgain has mps-host call MPS_Call many times and returns the nanoseconds
// of the median call.
func callAgain(ctx context.Context, port, request string) (float64, error) {
	const calls = "200"
	command := exec.CommandContext(ctx, "bin/mps-host", "--repeat", calls, "bin/libmps_client.so", request)
	command.Env = append(os.Environ(), "MPS_CLIENT_PORT="+port)
	var answer bytes.Buffer
	var timing strings.Builder
	command.Stdout, command.Stderr = &answer, &timing
	if err := command.Run(); err != nil {
		return 0, fmt.Errorf("bin/mps-host (make build makes it): %w: %s", err, timing.String())
	}
	if !bytes.Equal(answer.Bytes(), cannedAnswer) {
		return 0, fmt.Errorf("wrong answer: %s", protocol.Text(answer.Bytes()))
	}
	m := medianCall.FindStringSubmatch(timing.String())
	if m == nil {
		return 0, fmt.Errorf("no p50 in the times that mps-host prints: %q", timing.String())
	}
	us, err := strconv.ParseFloat(m[1], 64)
	return us * float64(time.Microsecond), err
}
