//go:build unix

package failure

import "syscall"

// From errno(3).
var systemReasons = []systemReason{
	{syscall.ENOSPC, "磁盘已满"},
	{syscall.EDQUOT, "磁盘配额已用完"},
	{syscall.EISDIR, "它是文件夹"},
	{syscall.ENOTDIR, "路径中有一段不是文件夹"},
	{syscall.EROFS, "磁盘是只读的"},
	{syscall.ENAMETOOLONG, "路径太长"},
	{syscall.ELOOP, "符号链接成环"},
	{syscall.EMFILE, "本程序打开的文件太多"},
	{syscall.ENFILE, "系统打开的文件太多"},
	{syscall.EIO, "磁盘读写出错"},
}
