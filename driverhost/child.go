package driverhost

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"
)

// grace is how long a child may take to end when nothing keeps it.
const grace = time.Second

// drain is how long a child that has ended is still listened to: what it has
// said lies in a pipe whose other end may be held open by a process that its
// library has started, so that there is no end to wait for.
const drain = 200 * time.Millisecond

// errEnded tells that the child is gone.
var errEnded = errors.New("the child has ended")

// A child is a running host program.
type child struct {
	command  *exec.Cmd
	in, out  *os.File        // ours of its standard input and output
	number   uint64          // of the next call
	prepared map[string]bool // what has run once in it: Session.Once
	stderr   *lastWords
	ended    chan struct{} // closed when the process is gone
	status   string        // how it ended, valid then

	forsaken chan struct{} // closed when nobody wants its answers any more
	forsake  func()
}

func startChild(command []string, library string) (*child, error) {
	if len(command) == 0 {
		self, err := os.Executable()
		if err != nil {
			return nil, err
		}
		command = []string{self, "driver-host"}
	}
	theirIn, in, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer theirIn.Close()
	out, theirOut, err := os.Pipe()
	if err != nil {
		in.Close()
		return nil, err
	}
	defer theirOut.Close()

	c := &child{
		command:  exec.Command(command[0], command[1:]...),
		in:       in,
		out:      out,
		number:   drawNumber(),
		prepared: make(map[string]bool),
		stderr:   &lastWords{},
		ended:    make(chan struct{}),
		forsaken: make(chan struct{}),
	}
	c.forsake = sync.OnceFunc(func() { close(c.forsaken) })
	c.command.Stdin, c.command.Stdout, c.command.Stderr = theirIn, theirOut, c.stderr
	c.command.Env = environment(library)
	c.command.WaitDelay = drain // the same holds for stderr
	hideWindow(c.command)
	// The number fits into the pipe before there is anybody who reads it.
	err = writeNumber(in, c.number)
	if err == nil {
		err = c.command.Start()
	}
	if err != nil {
		in.Close()
		out.Close()
		return nil, err
	}
	go c.wait()
	return c, nil
}

// environment is this process's, with what helps the child: the folder of the
// library as search path on Linux, and no stack traces when it crashes.
func environment(library string) []string {
	env := append(os.Environ(), "GOTRACEBACK=none")
	if folder, err := filepath.Abs(filepath.Dir(library)); err == nil {
		path := folder
		if before := os.Getenv("LD_LIBRARY_PATH"); before != "" {
			path += ":" + before
		}
		env = append(env, "LD_LIBRARY_PATH="+path)
	}
	return env
}

// wait waits for the process's end.
func (c *child) wait() {
	err := c.command.Wait()
	c.status = "exit status 0"
	if err != nil && !errors.Is(err, exec.ErrWaitDelay) {
		c.status = err.Error()
	}
	c.in.Close()
	close(c.ended)
	<-c.forsaken
	c.out.Close()
}

func (c *child) hasEnded() bool {
	select {
	case <-c.ended:
		return true
	default:
		return false
	}
}

func (c *child) endsWithin(d time.Duration) bool {
	select {
	case <-c.ended:
		return true
	case <-time.After(d):
		return false
	}
}

// exchange sends a request and waits for the answer, but no longer than ctx or
// the child's life. Errors are errMalformed, errEnded and that of ctx. After one,
// the child must be ended: what it sends later belongs to nothing.
func (c *child) exchange(ctx context.Context, r request) (response, error) {
	type outcome struct {
		answer response
		err    error
	}
	number := c.number
	c.number++
	done := make(chan outcome, 1)
	go func() {
		var o outcome
		if o.err = writeFrame(c.in, number, r); o.err == nil {
			o.err = readFrame(c.out, number, &o.answer)
		} else if c.endsWithin(drain) && errors.Is(readFrame(c.out, number, &response{}), errMalformed) {
			o.err = errMalformed // it ended before it was asked, but not before it talked nonsense
		}
		if o.err != nil && !errors.Is(o.err, errMalformed) {
			o.err = errEnded
		}
		done <- o
	}()
	select {
	case o := <-done:
		return o.answer, o.err
	case <-ctx.Done():
		return response{}, ctx.Err()
	case <-c.ended:
	}
	select {
	case o := <-done:
		return o.answer, o.err
	case <-time.After(drain):
		return response{}, errEnded
	}
}

// end lets the child end within patience, by closing its input, and then kills
// it. It returns how the child ended. It does not wait for the end of a child
// that it kills: that may take forever when a device does not let go of it.
func (c *child) end(patience time.Duration) (status string) {
	defer c.forsake()
	if patience > 0 {
		c.in.Close()
		if c.endsWithin(patience) {
			return c.status
		}
	}
	c.command.Process.Kill()
	return "killed"
}
