//go:build unix

package rendezvous

import "golang.org/x/sys/unix"

// inherited is the lock, as capi/process_posix.c hands it on: the file is open
// here, too, and locked until it is closed everywhere or unlocked anywhere.
const inherited = 3

// inheritLock keeps the lock from the programs that this one starts.
func inheritLock() { unix.CloseOnExec(inherited) }

// releaseLock leaves the file open: if a person gave the option, it is none of
// ours.
func releaseLock() {
	// Where it is no lock there is nothing to be done about it.
	_ = unix.Flock(inherited, unix.LOCK_UN)
}
