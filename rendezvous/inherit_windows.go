package rendezvous

// The lock is a handle that capi/process_windows.c puts into this process. It
// cannot tell which, and so the lock lasts as long as the process; programs that
// this one starts do not inherit it.

func inheritLock() {}

func releaseLock() {}
