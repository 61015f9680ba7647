package pcsc_test

import (
	"encoding/binary"
	"io"
	"net"
	"testing"

	"mps/card"
	"mps/card/pcsc"
)

// TestUpsideDown has something in the slot that gives no answer to reset that
// could be one, as a card that was put in upside down.
func TestUpsideDown(t *testing.T) {
	d := start(t, theReader)
	conn, err := net.Dial("tcp", d.Slot(0))
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			var message [3]byte // a length of one, and the question for the ATR among others
			if _, err := io.ReadFull(conn, message[:]); err != nil || binary.BigEndian.Uint16(message[:]) != 1 {
				return
			}
			if message[2] == 4 {
				_, _ = conn.Write([]byte{0, 2, 0xFF, 0xFF})
			}
		}
	}()
	defer func() {
		_ = conn.Close()
		<-ended
	}()
	awaitCard(t, theReader+" 00 00", true)
	mustFail(t, pcsc.New(pcsc.Options{}), "接口SSC_Open 失败:卡片无应答，请检查卡片是否插反或未插到位，重新插卡后重试！", card.ErrMute)
}
