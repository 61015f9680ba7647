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
	absent = failure.New("database_absent",
		"没有数据库文件 %s，", "请在服务端的文件夹中运行，或用 --config 指出服务端的配置文件；第一次使用请先添加机构")
	served = failure.New("database_served",
		"数据目录 %s 已有一个服务端在使用（%s），", "请先结束它，或让这一个使用另一个数据目录（server.data）")
	unclaimed = failure.New("database_unclaimed",
		"无法锁住 %s：%s，", "请检查数据目录的权限和所在的磁盘")
)
