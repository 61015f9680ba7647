package failure

import "syscall"

// From "System Error Codes" of the Windows documentation. EISDIR and ENOTDIR are
// Go's own.
var systemReasons = []systemReason{
	{syscall.Errno(112), "磁盘已满"},        // ERROR_DISK_FULL
	{syscall.Errno(39), "磁盘已满"},         // ERROR_HANDLE_DISK_FULL
	{syscall.Errno(32), "正被另一个程序使用"},    // ERROR_SHARING_VIOLATION
	{syscall.Errno(33), "正被另一个程序锁住"},    // ERROR_LOCK_VIOLATION
	{syscall.Errno(19), "磁盘是只读的"},       // ERROR_WRITE_PROTECT
	{syscall.Errno(21), "磁盘没有准备好"},      // ERROR_NOT_READY
	{syscall.Errno(53), "找不到网络路径"},      // ERROR_BAD_NETPATH
	{syscall.Errno(123), "文件名中有不允许的字符"}, // ERROR_INVALID_NAME
	{syscall.Errno(206), "路径太长"},        // ERROR_FILENAME_EXCED_RANGE
	{syscall.Errno(267), "路径中有一段不是文件夹"}, // ERROR_DIRECTORY
	{syscall.EISDIR, "它是文件夹"},
	{syscall.ENOTDIR, "路径中有一段不是文件夹"},
}
