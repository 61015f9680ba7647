package sqlite

import "mps/failure"

// What operators read when a database cannot be opened, besides
// database.ErrNewer.
var (
	unusable = failure.New("database_unusable",
		"数据库文件 %s 不可用：%v，", "请检查它的权限和所在的磁盘")
	irregular = failure.New("database_irregular",
		"数据库文件 %s 不是普通文件，", "请移走它，或换一个数据目录")
	notLocal = failure.New("database_not_local",
		"数据库文件 %s 所在的磁盘不支持WAL（日志方式为 %s），", "请把数据目录放在本机磁盘上")
)
