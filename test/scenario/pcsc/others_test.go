package pcsc_test

import (
	"bufio"
	"io"
	"os/exec"
	"strings"
	"testing"
	"time"

	"mps/card"
	"mps/card/pcsc"
	"mps/card/virtual"
)

// hold lets another program have the card in the reader until the function that
// is returned is called.
func hold(t *testing.T, how string) (letGo func()) {
	t.Helper()
	command := exec.Command("perl", "testdata/other.pl", theReader+" 00 00", how)
	in, err := command.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	command.Stderr = &said
	if err := command.Start(); err != nil {
		t.Fatal("Debian's libpcsc-perl is needed: ", err)
	}
	line, _ := bufio.NewReader(out).ReadString('\n')
	if line != "holding\n" {
		_ = in.Close()
		t.Fatalf("the other program: %v\n%s", command.Wait(), said.String())
	}
	ended := false
	letGo = func() {
		if ended {
			return
		}
		ended = true
		_ = in.Close()
		if err := command.Wait(); err != nil {
			t.Errorf("the other program: %v\n%s", err, said.String())
		}
	}
	t.Cleanup(letGo)
	return letGo
}

// TestOtherProgram reads a card that another program uses.
func TestOtherProgram(t *testing.T) {
	const busy = "接口SSC_Open 失败:读卡器正被其他程序使用，请稍候重试，或关闭占用读卡器的程序！"
	d := start(t, theReader)
	insert(t, d.Slot(0), virtual.New(holder, virtual.V2))
	awaitCard(t, theReader+" 00 00", true)
	t.Run("shared", func(t *testing.T) {
		letGo := hold(t, "shared")
		mustRead(t, pcsc.New(pcsc.Options{Busy: patience}), wanted)
		letGo()
	})
	for _, how := range []string{"exclusive", "transaction"} {
		t.Run(how, func(t *testing.T) {
			letGo := hold(t, how)
			result := make(chan error, 1)
			go func() {
				_, err := card.FromReader(pcsc.New(pcsc.Options{Busy: patience})).Read(t.Context())
				result <- err
			}()
			// While that one waits, another read gives up.
			impatient := pcsc.New(pcsc.Options{Busy: 250 * time.Millisecond})
			mustFail(t, impatient, busy, pcsc.ErrBusy)
			select {
			case err := <-result:
				t.Errorf("read while another program had the card: %v", err)
				return
			default:
			}
			letGo()
			if err := <-result; err != nil {
				t.Error(err)
			}
			mustReadSoon(t, impatient, wanted) // what it left behind ends, too
		})
	}
	t.Run("listed", func(t *testing.T) {
		hold(t, "exclusive")
		slots, err := pcsc.List(t.Context())
		if err != nil || len(slots) != 2 || !slots[0].Busy || slots[1].Busy {
			t.Errorf("List = %+v, %v", slots, err)
		}
	})
}

// TestOpensc has OpenSC, an independent reader, use the virtual card.
func TestOpensc(t *testing.T) {
	d := start(t, theReader)
	insert(t, d.Slot(0), virtual.New(holder, virtual.V2))
	awaitCard(t, theReader+" 00 00", true)
	if got, want := run(t, "", "opensc-tool", "--atr"), "3b:8d:81:31:fe:45:80:5b:4d:50:53:20:56:49:52:54:55:41:4c:72"; strings.TrimSpace(got) != want {
		t.Errorf("ATR %q, want %q", got, want)
	}
	args := []string{"--card-driver", "default"}
	for _, apdu := range []string{
		"00A404000F7378312E73682EC9E7BBE1B1A3D5CF", "00A4020002EF06", "00B2090020", "00B2090010",
		"00B2050400", "00B2010C00", "00B0000010", "00A4020002EF07", "0084000008",
	} {
		args = append(args, "--send-apdu", apdu)
	}
	got := run(t, "", "opensc-tool", args...)
	name := "09 1E C1 D6 D0 A1 C2 FA" // 林小满
	for _, want := range []string{
		"(SW1=0x90, SW2=0x00):\n6F 16 84 0F 73 78 31 2E 73 68 2E C9 E7 BB E1 B1", // the application
		"(SW1=0x90, SW2=0x00):\n6F 0A 82 01 05 83 02 EF 06 88 01 30",             // EF06
		"(SW1=0x90, SW2=0x00):\n" + name,                                         // by tag
		"(SW1=0x90, SW2=0x00):\n" + name,                                         // 6C20, which OpenSC follows
		"(SW1=0x90, SW2=0x00):\n0B 01 01",                                        // nation, by number
		"(SW1=0x69, SW2=0x81)",                                                   // READ BINARY of records
		"(SW1=0x6A, SW2=0x82)",                                                   // no such file
		"(SW1=0x6D, SW2=0x00)",                                                   // no such instruction
	} {
		_, rest, found := strings.Cut(got, want)
		if !found {
			t.Fatalf("opensc-tool does not say %q, in its turn:\n%s", want, got)
		}
		got = rest
	}
}

// TestScriptor has scriptor of pcsc-tools talk to a T=0 card.
func TestScriptor(t *testing.T) {
	d := start(t, theReader)
	insert(t, d.Slot(0), virtual.New(holder, virtual.V2, virtual.T0()))
	awaitCard(t, theReader+" 00 00", true)
	got := run(t, `00A404000F7378312E73682EC9E7BBE1B1A3D5CF
00C0000018
00A4020002EF05
00B2030000
00B2030006
reset
00B2030006
`, "scriptor", "-r", theReader+" 00 00")
	want := []string{
		"Using T=0 protocol",
		"< 61 18 ",
		"< 6F 16 84 0F 73 78 31 2E 73 68 2E C9 E7 BB E1 B1 A3 D5 CF A5 03 88 01 1E 90 00 ",
		"< 61 0C ",
		"< 6C 06 ",
		"< 03 04 32 2E 30 30 90 00 ",
		"< OK: 3B 6D 00 00 80 5B 4D 50 53 20 56 49 52 54 55 41 4C ",
		"< 69 86 ", // the reset forgot the file
	}
	rest := strings.Join(strings.Fields(got), " ")
	for _, line := range want {
		_, after, found := strings.Cut(rest, strings.TrimSpace(line))
		if !found {
			t.Fatalf("scriptor does not say %q, in its turn:\n%s", line, got)
		}
		rest = after
	}
}

// run runs a program with input and returns its output.
func run(t *testing.T, input, program string, args ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), program, args...)
	command.Stdin = strings.NewReader(input)
	var said strings.Builder
	command.Stderr = io.Writer(&said)
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%s (Debian's opensc and pcsc-tools are needed): %v\n%s%s", program, err, out, said.String())
	}
	return string(out)
}
