// Package rendezvous is how the client library and the agent of one user find
// each other without configuration.
//
// A running agent leaves its port and a secret in a file that only its user
// can read. The library sends the secret along, so that on a terminal server
// no agent answers the calls of another user. The file has the form of
// mps_client.ini, because the library reads both with one parser:
//
//	port = 7936
//	secret = 0123456789abcdef0123456789abcdef
//	pid = 4711
//
// The process id is for people and scripts that want to end the agent.
//
// An agent that the library has started holds the lock under which that was
// done, until it can be found, so that no other is started meanwhile; and when
// it cannot serve, it leaves the reason in a second file: see [Start].
package rendezvous

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"mps/failure"
	"mps/lockfile"
)

const (
	addressFile = "agent.ini"
	lockFile    = "agent.running"
	maxFile     = 4 << 10 // bytes
)

// ErrRunning means that another agent of the same user runs.
var ErrRunning = running.With()

var (
	running  = failure.Terse("rendezvous_running", "本用户的读卡服务已在运行", "不必处理：已有一个在服务")
	noFolder = failure.Terse("rendezvous_no_folder", "环境变量%s和%s都没有设置", "设置其中一个，它是本用户可写的文件夹")
)

// An Address is where an agent of this machine answers, and to whom.
type Address struct {
	Port   int
	Secret string // 32 lower-case hex digits
}

// NewSecret returns a new random secret.
func NewSecret() string {
	var b [16]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// Dir is the folder of the user's address file: on Windows %LOCALAPPDATA%\mps,
// or %APPDATA%\mps where Windows has no other (XP); elsewhere
// $XDG_RUNTIME_DIR/mps or, without such a directory, $HOME/.cache/mps.
func Dir() (string, error) {
	candidates := []struct{ variable, below string }{{"XDG_RUNTIME_DIR", ""}, {"HOME", ".cache"}}
	if runtime.GOOS == "windows" {
		candidates = []struct{ variable, below string }{{"LOCALAPPDATA", ""}, {"APPDATA", ""}}
	}
	for _, c := range candidates {
		if base := os.Getenv(c.variable); filepath.IsAbs(base) {
			return filepath.Join(base, c.below, "mps"), nil
		}
	}
	return "", noFolder.With(candidates[0].variable, candidates[1].variable)
}

// Read returns the address that is in dir. Without one the error is
// fs.ErrNotExist.
func Read(dir string) (Address, error) {
	f, err := os.Open(filepath.Join(dir, addressFile))
	if err != nil {
		return Address{}, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return Address{}, err
	}
	return parse(b)
}

func parse(b []byte) (Address, error) {
	if len(b) > maxFile {
		return Address{}, fmt.Errorf("%s is longer than %d bytes", addressFile, maxFile)
	}
	var a Address
	lines := bufio.NewScanner(bytes.NewReader(b))
	for lines.Scan() {
		key, value, _ := strings.Cut(lines.Text(), "=")
		value = strings.TrimSpace(value)
		switch strings.TrimSpace(key) {
		case "port":
			port, err := strconv.ParseUint(value, 10, 16)
			if err != nil {
				return Address{}, fmt.Errorf("reading port: %w", err)
			}
			a.Port = int(port)
		case "secret":
			a.Secret = value
		}
	}
	if secret, err := hex.DecodeString(a.Secret); a.Port == 0 || err != nil || len(secret) != 16 {
		return Address{}, fmt.Errorf("%s has no port or no secret", addressFile)
	}
	return a, nil
}

// A Claim is the right to be the one agent of a user. It ends with Release, or
// with the process.
type Claim struct {
	dir  string
	lock *lockfile.File
	mine Address
}

// NewClaim makes this process the agent of the user whose folder dir is. The
// error is ErrRunning when there is one already.
func NewClaim(dir string) (*Claim, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	lock, err := lockfile.Take(filepath.Join(dir, lockFile))
	if errors.Is(err, lockfile.ErrHeld) {
		return nil, ErrRunning
	}
	if err != nil {
		return nil, err
	}
	return &Claim{dir: dir, lock: lock}, nil
}

// Publish writes the address for the user's programs. Readers see it whole or
// not at all.
func (c *Claim) Publish(a Address) error {
	text := fmt.Sprintf("; 由正在运行的读卡服务写入，退出时删除\nport = %d\nsecret = %s\npid = %d\n", a.Port, a.Secret, os.Getpid())
	if err := write(c.dir, addressFile, text); err != nil {
		return err
	}
	c.mine = a
	return nil
}

// replace renames a file over another. On Windows that fails for the moment in
// which a client library reads the other.
func replace(from, to string) error {
	const (
		tries = 20
		pause = 25 * time.Millisecond
	)
	err := os.Rename(from, to)
	for range tries {
		if err == nil {
			return nil
		}
		time.Sleep(pause)
		err = os.Rename(from, to)
	}
	return err
}

// Release takes the address away and lets another agent claim.
func (c *Claim) Release() error {
	var err error
	if a, readErr := Read(c.dir); readErr == nil && a == c.mine {
		err = os.Remove(filepath.Join(c.dir, addressFile))
		if errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
	}
	return errors.Join(err, c.lock.Close())
}
