package registry

import "mps/failure"

var (
	// ErrUnauthorized is returned for a token that is unknown or of an
	// institution that is disabled.
	ErrUnauthorized = failure.Terse("registry_unauthorized",
		"机构凭证无效或已停用", "请在服务端用 mps server institution list 查看，重新添加后更新各工作站的 voucher.token")
	// ErrInstitutionExists is returned by Add.
	ErrInstitutionExists = failure.New("registry_institution_exists",
		"机构 %s：机构已存在；", "如需更换凭证，请先停用该机构再重新添加")
	// ErrNoInstitution is returned by Disable.
	ErrNoInstitution = failure.New("registry_no_institution",
		"机构 %.60q：没有这个机构，", "请核对机构编号")
)

// What operators read when they manage institutions, besides the above.
var (
	badID = failure.Terse("registry_bad_id",
		"机构编号 %.60q 不正确：应为 1 到 40 位字母或数字（即 orgId）", "请改正机构编号")
	badName = failure.Terse("registry_bad_name",
		"机构名称不正确：应为 1 到 %d 字节的文字，不含控制字符", "请改正机构名称")
	unusable = failure.New("registry_unusable",
		"机构的数据库不可用：%v，", "请检查数据库的权限和所在的磁盘")
)
