package pcsc_test

import (
	"bytes"
	"log/slog"
	"net"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"mps/agent"
	"mps/card"
	"mps/card/pcsc"
	"mps/card/virtual"
	"mps/protocol"
)

// TestHostProgram goes the whole way: host program, client library, agent,
// libpcsclite, pcscd, vpcd, card. It needs what "make build" makes.
func TestHostProgram(t *testing.T) {
	a := agent.New(agent.Options{
		Cards: card.FromReader(pcsc.New(pcsc.Options{Busy: time.Second})),
		Log:   slog.New(slog.DiscardHandler),
	})
	server := httptest.NewServer(a.Handler())
	defer server.Close()
	d := start(t, theReader)
	const slot = theReader + " 00 00"

	got := call(t, server)
	checkFailure(t, got, "接口SSC_Open 失败:未检测到卡片，请插入社会保障卡后重试！")

	remove := insert(t, d.Slot(0), virtual.New(holder, virtual.V2))
	awaitCard(t, slot, true)
	for range 3 {
		got = call(t, server)
		want, err := os.ReadFile("testdata/answer.xml")
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("answer\n%s\nwant\n%s", protocol.Text(got), protocol.Text(want))
		}
	}
	letGo := hold(t, "exclusive")
	checkFailure(t, call(t, server), "接口SSC_Open 失败:读卡器正被其他程序使用，请稍候重试，或关闭占用读卡器的程序！")
	letGo()
	remove()
	awaitCard(t, slot, false)

	remove = insert(t, d.Slot(0), virtual.New(holder, virtual.V2, virtual.PullOutAfter(4)))
	awaitCard(t, slot, true)
	checkFailure(t, call(t, server), "接口SSC_ReadCard 失败:卡片已被拔出，请重新插卡，读卡完成前不要拔卡！")
	remove()
	awaitCard(t, slot, false)

	insert(t, d.Slot(0), virtual.New(holder, virtual.V3))
	awaitCard(t, slot, true)
	checkFailure(t, call(t, server), "接口SSC_ReadCard 失败:该卡为3.0规范卡，需要PSAM或厂商驱动才能读取个人信息，请配置读卡器厂商驱动，或改用医保电子凭证！")
}

// call has the host program call MPS_Call for a card, and returns the answer.
func call(t *testing.T, server *httptest.Server) []byte {
	t.Helper()
	request := new(protocol.Codec).EncodeRequest(&protocol.Request{
		Funid: protocol.PatientInfo,
		Body:  []protocol.Field{{Name: protocol.CertType, Value: protocol.CertCard}},
	})
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	host := exec.CommandContext(t.Context(), "../../../bin/mps-host", "../../../bin/libmps_client.so", "-")
	// No agent of the user who runs the tests is to be found.
	host.Env = append(os.Environ(), "MPS_CLIENT_PORT="+port, "MPS_CLIENT_AUTOSTART=0", "XDG_RUNTIME_DIR=/nonexistent")
	host.Stdin = bytes.NewReader(request)
	var said strings.Builder
	host.Stderr = &said
	answer, err := host.Output()
	if err != nil {
		t.Fatalf("mps-host (make build makes it): %v\n%s", err, said.String())
	}
	return answer
}

func checkFailure(t *testing.T, answer []byte, want string) {
	t.Helper()
	r, err := protocol.DecodeResponse(answer)
	if err != nil {
		t.Fatalf("%v in %s", err, protocol.Text(answer))
	}
	if r.Result != "-1" || r.Msg != want {
		t.Errorf("answer %s %q, want -1 %q", r.Result, r.Msg, want)
	}
}
