package windows_test

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
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
		{"a folder called mps.exe", (*installation).folderForAgent},
		{"agent after a crash", (*installation).afterCrash},
		{"wrong configuration", (*installation).wrongConfiguration},
		{"agent that ends", (*installation).endingAgent},
		{"agent that hangs", (*installation).hangingAgent},
		{"agent that hangs, four programs at once", (*installation).hangingAtOnce},
		{"agent that hangs, starter killed", (*installation).hangingOrphan},
		{"job that lets go", (*installation).leavesJob},
		{"job that does not let go", (*installation).staysInJob},
		{"long path", (*installation).longPath},
	} {
		t.Run(s.name, func(t *testing.T) { s.run(install(t), t) })
	}
}

// An installation is a folder of its own, as a hospital's program has it, with
// a Chinese name.
type installation struct {
	house
	root string // the temporary folder that all lies in
	user user
	card string
}

func install(t *testing.T) *installation {
	i := &installation{root: tempDir(t), card: requestFile(t, protocol.CertCard, "")}
	i.programs = filepath.Join(i.root, "医保 接口")
	i.user = newUser(t).with("MPS_CLIENT_AUTOSTART=1", "MPS_CLIENT_TIMEOUT_MS=60000")
	i.fill(t, "spec.exe", "session.exe")
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

// fill makes the folder of programs, with the library, the agent and others.
func (i *installation) fill(t *testing.T, others ...string) {
	t.Helper()
	if err := os.MkdirAll(i.programs, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range append(others, "mps.exe", "mps_client.dll") {
		copyFile(t, filepath.Join(programs(t), name), filepath.Join(i.programs, name))
	}
	writeFile(t, i.programs, "mps.toml", []byte(cardAgent(anyPort, "")))
}

// replaceAgent puts another program into the place of mps.exe, which does not run.
func (i *installation) replaceAgent(t *testing.T, name string) {
	t.Helper()
	copyFile(t, filepath.Join(programs(t), name), filepath.Join(i.programs, "mps.exe"))
}

// log is what the user's agent has logged.
func (u user) log(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(u.appData, "mps", "agent.log"))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
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
		if strings.HasSuffix(path, `\mps.exe`) && strings.Contains(path, filepath.Base(i.root)) {
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
	// A library in a long path starts its agent by names of the form 8.3.
	if n, err := windows.GetLongPathName(&path[0], &path[0], uint32(len(path))); err == nil && n < uint32(len(path)) {
		size = n
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
	log := i.user.log(t)
	if strings.Count(log, "msg=调用 funid=N04.00.00.01 cert_type=03 result=0") != 2 || strings.Contains(log, "林小测") {
		t.Errorf("the agent's log is\n%s", log)
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

func (i *installation) folderForAgent(t *testing.T) {
	program := filepath.Join(i.programs, "mps.exe")
	if err := os.Remove(program); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(program, 0o700); err != nil {
		t.Fatal(err)
	}
	failed(t, i.run(t, i.user, "spec.exe", i.card), "没有 mps 程序")
}

// The answer has what is wrong, as the log has; when it is mended, the next call
// finds an agent.
func (i *installation) wrongConfiguration(t *testing.T) {
	const mistake = "第2行：没有[agent.lissten]这个配置项"
	writeFile(t, i.programs, "mps.toml", []byte("[agent]\nlissten = '127.0.0.1:0'\n"))
	s := i.open(t, i.user)
	for range 2 {
		answer := s.call(t, i.card)
		failed(t, answer, mistake)
		failed(t, answer, "退出码1")
	}
	if log := i.user.log(t); strings.Count(log, mistake) != 2 {
		t.Errorf("the agent's log is\n%s", log)
	}
	writeFile(t, i.programs, "mps.toml", []byte(cardAgent(anyPort, "")))
	readCard(t, s.call(t, i.card))
	i.oneAgent(t)
}

// Had the library not seen that it ended, the answer would be that it does not
// come up.
func (i *installation) endingAgent(t *testing.T) {
	i.replaceAgent(t, "standin.exe")
	for _, code := range []string{"0", "7", "3221225781"} { // the last is 0xC0000135, a DLL is missing
		failed(t, i.run(t, i.user.with("MPS_STANDIN="+code), "spec.exe", i.card), "退出码"+code+"）")
	}
}

// hanging is a user whose agent never comes up, and who does not wait for it long.
func (i *installation) hanging(t *testing.T) user {
	i.replaceAgent(t, "standin.exe")
	return i.user.with("MPS_STANDIN=hang", "MPS_CLIENT_TIMEOUT_MS=3000")
}

// mended puts the real agent back, when the one that hung is gone.
func (i *installation) mended(t *testing.T) {
	i.kill(t, i.oneAgent(t))
	i.replaceAgent(t, "mps.exe")
	readCard(t, i.run(t, i.user, "spec.exe", i.card))
	i.oneAgent(t)
}

func (i *installation) hangingAgent(t *testing.T) {
	u := i.hanging(t)
	failed(t, i.run(t, u, "spec.exe", i.card), "没有及时就绪")
	first := i.oneAgent(t)
	failed(t, i.run(t, u, "spec.exe", i.card), "没有及时就绪")
	if second := i.oneAgent(t); second != first {
		t.Errorf("agent %d was there, and %d was started", first, second)
	}
	i.mended(t)
}

func (i *installation) hangingAtOnce(t *testing.T) {
	u := i.hanging(t)
	var sessions []*session
	for range 4 {
		sessions = append(sessions, i.open(t, u))
	}
	for _, s := range sessions {
		s.begin(t, i.card)
	}
	for _, s := range sessions {
		failed(t, s.answer(t), "没有及时就绪")
	}
	i.mended(t)
}

func (i *installation) hangingOrphan(t *testing.T) {
	u := i.hanging(t)
	starter := i.command(t.Context(), u.with("MPS_CLIENT_TIMEOUT_MS=600000"), "spec.exe", i.card)
	if err := starter.Start(); err != nil {
		t.Fatal(err)
	}
	for len(i.agents(t)) == 0 {
		time.Sleep(10 * time.Millisecond)
	}
	// The library hands on the lock right after the start, and nothing tells when.
	time.Sleep(time.Second)
	starter.Process.Kill()
	starter.Wait()
	failed(t, i.run(t, u, "spec.exe", i.card), "没有及时就绪")
	i.mended(t)
}

// confine puts a program into a job that ends all that is in it when it is
// closed.
func confine(t *testing.T, s *session, flags uint32) (job windows.Handle) {
	t.Helper()
	job, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	info := windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION{}
	info.BasicLimitInformation.LimitFlags = windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE | flags
	if _, err := windows.SetInformationJobObject(job, windows.JobObjectExtendedLimitInformation, uintptr(unsafe.Pointer(&info)), uint32(unsafe.Sizeof(info))); err != nil {
		t.Fatal(err)
	}
	process, err := windows.OpenProcess(windows.PROCESS_SET_QUOTA|windows.PROCESS_TERMINATE, false, uint32(s.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	defer windows.CloseHandle(process)
	if err := windows.AssignProcessToJobObject(job, process); err != nil {
		t.Fatal(err)
	}
	return job
}

// hostInJob has a program in a job call, and then closes the job.
func (i *installation) hostInJob(t *testing.T, flags uint32) (agent uint32) {
	t.Helper()
	s := &session{cmd: i.command(t.Context(), i.user, "session.exe")}
	s.connect(t)
	job := confine(t, s, flags)
	readCard(t, s.call(t, i.card))
	agent = i.oneAgent(t)
	if err := windows.CloseHandle(job); err != nil {
		t.Fatal(err)
	}
	s.cmd.Wait() // it is killed
	return agent
}

func (i *installation) leavesJob(t *testing.T) {
	agent := i.hostInJob(t, windows.JOB_OBJECT_LIMIT_BREAKAWAY_OK)
	readCard(t, i.run(t, i.user, "spec.exe", i.card))
	if now := i.oneAgent(t); now != agent {
		t.Errorf("agent %d has gone with its host, %d was started", agent, now)
	}
}

// The agent goes with the job, and the next call starts another.
func (i *installation) staysInJob(t *testing.T) {
	agent := i.hostInJob(t, 0)
	p, err := windows.OpenProcess(windows.SYNCHRONIZE, false, agent)
	if err == nil {
		windows.WaitForSingleObject(p, windows.INFINITE)
		windows.CloseHandle(p)
	}
	readCard(t, i.run(t, i.user, "spec.exe", i.card))
	i.oneAgent(t)
}

// The library lies in a folder whose path is longer than MAX_PATH, and was loaded
// from there.
func (i *installation) longPath(t *testing.T) {
	i.programs = filepath.Join(i.root, strings.Repeat("d", 100), strings.Repeat("e", 100), strings.Repeat("f", 100))
	i.fill(t)
	library := `\\?\` + filepath.Join(i.programs, "mps_client.dll")
	host := house{programs: programs(t)}
	readCard(t, host.run(t, i.user, "deep.exe", library, i.card))
	i.oneAgent(t)

	if err := os.Remove(filepath.Join(i.programs, "mps.toml")); err != nil {
		t.Fatal(err)
	}
	i.kill(t, i.oneAgent(t))
	if err := os.Remove(filepath.Join(i.programs, "mps.exe")); err != nil {
		t.Fatal(err)
	}
	failed(t, host.run(t, i.user, "deep.exe", library, i.card), "没有 mps 程序")

	// Longer than what the library can use.
	i.programs = filepath.Join(i.root, strings.Repeat("g", 200), strings.Repeat("h", 200), strings.Repeat("i", 200), strings.Repeat("j", 200), strings.Repeat("k", 200))
	i.fill(t)
	failed(t, host.run(t, i.user, "deep.exe", `\\?\`+filepath.Join(i.programs, "mps_client.dll"), i.card), "路径太长")
}
