package windows_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/windows"

	"mps/protocol"
	"mps/rendezvous"
)

// TestAutostart has host programs call where no agent runs yet.
func TestAutostart(t *testing.T) {
	for _, s := range []struct {
		name string
		run  func(*installation, *testing.T)
	}{
		{"first call", (*installation).firstCall},
		{"two programs at once", (*installation).twoPrograms},
		{"switched off", (*installation).switchedOff},
		{"no mps.exe", (*installation).noAgent},
		{"agent after a crash", (*installation).afterCrash},
	} {
		t.Run(s.name, func(t *testing.T) { s.run(install(t), t) })
	}
}

// An installation is a folder of its own, as a hospital's program has it, with
// a Chinese name.
type installation struct {
	house
	user user
	card string
}

func install(t *testing.T) *installation {
	folder := filepath.Join(tempDir(t), "医保 接口")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	i := &installation{house: house{programs: folder}, card: requestFile(t, protocol.CertCard, "")}
	i.user = newUser(t).with("MPS_CLIENT_AUTOSTART=1", "MPS_CLIENT_TIMEOUT_MS=60000")
	for _, name := range []string{"mps.exe", "mps_client.dll", "spec.exe", "session.exe"} {
		copyFile(t, filepath.Join(programs(t), name), filepath.Join(folder, name))
	}
	writeFile(t, folder, "mps.toml", []byte(cardAgent(anyPort, "")))
	if strconv.IntSize == 64 {
		i.user.leaveStaleAddress(t)
	}
	t.Cleanup(func() {
		for _, id := range i.agents(t) {
			i.kill(t, id)
		}
	})
	return i
}

// leaveStaleAddress leaves the address of an agent that is no more. Without an address the
// library asks the default port first, which under Wine may be somebody's; in
// the emulated machine it is nobody's.
func (u user) leaveStaleAddress(t *testing.T) {
	t.Helper()
	dir := filepath.Join(u.appData, "mps")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	writeFile(t, dir, "agent.ini", fmt.Appendf(nil, "port = %s\nsecret = %s\n", nobody(t), rendezvous.NewSecret()))
}

func copyFile(t *testing.T, from, to string) {
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(out, in); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
}

// agents returns the ids of the processes of this installation's mps.exe.
func (i *installation) agents(t *testing.T) []uint32 {
	t.Helper()
	snapshot, err := windows.CreateToolhelp32Snapshot(windows.TH32CS_SNAPPROCESS, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer windows.CloseHandle(snapshot)
	var ids []uint32
	entry := windows.ProcessEntry32{Size: uint32(unsafe.Sizeof(windows.ProcessEntry32{}))}
	for err = windows.Process32First(snapshot, &entry); err == nil; err = windows.Process32Next(snapshot, &entry) {
		path := imagePath(entry.ProcessID)
		if strings.HasSuffix(path, `\mps.exe`) && strings.Contains(path, filepath.Base(filepath.Dir(filepath.Dir(i.programs)))) {
			ids = append(ids, entry.ProcessID)
		}
	}
	return ids
}

// imagePath is the path of a process's program, "" if it is nobody's business.
func imagePath(id uint32) string {
	p, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION, false, id)
	if err != nil {
		return ""
	}
	defer windows.CloseHandle(p)
	path := make([]uint16, windows.MAX_LONG_PATH)
	size := uint32(len(path))
	if windows.QueryFullProcessImageName(p, 0, &path[0], &size) != nil {
		return ""
	}
	return windows.UTF16ToString(path[:size])
}

// kill ends a process and waits until it is gone.
func (i *installation) kill(t *testing.T, id uint32) {
	t.Helper()
	p, err := windows.OpenProcess(windows.PROCESS_TERMINATE|windows.SYNCHRONIZE, false, id)
	if err != nil {
		return // gone already
	}
	defer windows.CloseHandle(p)
	windows.TerminateProcess(p, 1)
	if _, err := windows.WaitForSingleObject(p, uint32(atOnce.Milliseconds())); err != nil {
		t.Errorf("agent %d does not end: %v", id, err)
	}
}

// oneAgent fails the test unless one agent runs, and returns its id.
func (i *installation) oneAgent(t *testing.T) uint32 {
	t.Helper()
	ids := i.agents(t)
	if len(ids) != 1 {
		t.Fatalf("%d agents run: %v", len(ids), ids)
	}
	return ids[0]
}

// The first call starts the agent, and that outlives the program. The second
// finds it.
func (i *installation) firstCall(t *testing.T) {
	readCard(t, i.run(t, i.user, "spec.exe", i.card))
	first := i.oneAgent(t)
	readCard(t, i.run(t, i.user, "spec.exe", i.card))
	if second := i.oneAgent(t); second != first {
		t.Errorf("agent %d was there, and %d was started", first, second)
	}
}

func (i *installation) twoPrograms(t *testing.T) {
	sessions := []*session{i.open(t, i.user), i.open(t, i.user)}
	for _, s := range sessions {
		s.begin(t, i.card)
	}
	for _, s := range sessions {
		readCard(t, s.answer(t))
	}
	i.oneAgent(t)
}

func (i *installation) switchedOff(t *testing.T) {
	failed(t, i.run(t, i.user.with("MPS_CLIENT_AUTOSTART=0"), "spec.exe", i.card), "读卡服务未启动")

	writeFile(t, i.programs, "mps_client.ini", []byte("autostart = 0\r\n"))
	undecided := user{appData: i.user.appData}
	failed(t, i.run(t, undecided, "spec.exe", i.card), "读卡服务未启动")
	if ids := i.agents(t); len(ids) != 0 {
		t.Errorf("agents %v were started", ids)
	}
}

func (i *installation) noAgent(t *testing.T) {
	if err := os.Remove(filepath.Join(i.programs, "mps.exe")); err != nil {
		t.Fatal(err)
	}
	failed(t, i.run(t, i.user, "spec.exe", i.card), "没有 mps 程序")
}

// An agent that was killed has left its address; the next call starts another.
func (i *installation) afterCrash(t *testing.T) {
	s := i.open(t, i.user)
	readCard(t, s.call(t, i.card))
	i.kill(t, i.oneAgent(t))
	readCard(t, s.call(t, i.card))
	i.oneAgent(t)
}
