package journal

import (
	"errors"

	"mps/failure"
)

// Errors for the program that records and recalls, see [Journal.Record] and
// [Journal.Recall].
var (
	// ErrClosed is returned by Record after Close.
	ErrClosed = errors.New("journal: closed")
	// ErrRecorded is returned by Record for an entry with an answer when the
	// request id has an answer already. Nothing is written.
	ErrRecorded = errors.New("journal: request id has an answer already")
	// ErrNotRecorded means that the request id has no answer: it is new, or
	// every attempt under it failed.
	ErrNotRecorded = errors.New("journal: request id has no answer")
	// ErrOtherCode means that the request id has an answer to another code.
	ErrOtherCode = errors.New("journal: request id was used for another code")
	// ErrExpired means that the request id had an answer that is no longer
	// kept.
	ErrExpired = errors.New("journal: answer of the request id has expired")
)

// ErrForeignKey is returned by New when the database was written with another
// key file.
var ErrForeignKey = failure.New("journal_foreign_key",
	"密钥文件 journal.key 与数据库不匹配，", "请恢复与数据库一起使用的密钥文件")

// What operators read, when a program starts or lists the journal.
var (
	keyExposed = failure.New("journal_key_exposed",
		"密钥文件 %s 的权限为 %04o，其他用户可以访问；", "请执行 chmod 600 %s 后重新启动")
	keyDamaged = failure.New("journal_key_damaged",
		"密钥文件 %s 已损坏（应为 %d 位十六进制数），", "请从备份恢复")
	keyIrregular = failure.New("journal_key_irregular",
		"密钥文件 %s 不是普通文件，", "请移走它，并从备份恢复密钥文件")
	keyUnreadable = failure.New("journal_key_unreadable",
		"读不了密钥文件：%v，", "请检查它的权限和所在的磁盘")
	keyUncreatable = failure.New("journal_key_uncreatable",
		"无法建立密钥文件：%v，", "请检查数据目录的权限和所在的磁盘")
	unusable = failure.New("journal_unusable",
		"台账的数据库不可用：%v，", "请检查数据库的权限和所在的磁盘")
)
