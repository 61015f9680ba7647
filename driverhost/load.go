package driverhost

import (
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
)

// missing, notLoaded and noFunction say why the library cannot be used. Only
// then is it worth a look into its file.

func missing(path string) *failure {
	return &failure{"library", "找不到驱动程序库" + path + "，请核对配置中的路径，或重新安装设备厂商的驱动！"}
}

func notLoaded(path string, err error) *failure {
	name := filepath.Base(path)
	f, broken := Inspect(path)
	switch {
	case broken != nil:
		return &failure{"library", name + "不是动态库，或文件已损坏，请重新安装设备厂商的驱动！"}
	case f.System != runtime.GOOS || f.Machine != runtime.GOARCH:
		return &failure{"library", fmt.Sprintf("驱动程序库%s是%s的，而装载它的mps程序是%s的，请在配置中为它指定%s的mps程序！",
			name, width(f.System, f.Machine), width(runtime.GOOS, runtime.GOARCH), width(f.System, f.Machine))}
	}
	if absent := absentNeeds(f, filepath.Dir(path)); len(absent) > 0 {
		return &failure{"library", fmt.Sprintf("驱动程序库%s装载不了：缺少它依赖的%s，请把设备厂商提供的文件完整地放在同一文件夹中！",
			name, strings.Join(absent, "、"))}
	}
	return &failure{"library", fmt.Sprintf("驱动程序库%s装载不了（%v），请重新安装设备厂商的驱动！", name, err)}
}

// width names a platform as people in front of a workstation do.
func width(system, machine string) string {
	switch system + "/" + machine {
	case "windows/386":
		return "32位"
	case "windows/amd64":
		return "64位"
	}
	return system + "/" + machine
}

// absentNeeds returns what the library depends on and what is not to be had.
func absentNeeds(f *File, folder string) []string {
	var absent []string
	for _, name := range f.Needs {
		virtual := strings.HasPrefix(strings.ToLower(name), "api-ms-win-") // no files, resolved by Windows
		if !virtual && !canLoad(folder, name) {
			absent = append(absent, name)
		}
	}
	return absent
}

// noFunction lists what there is instead: a name is easily misspelt.
func noFunction(path, export string) *failure {
	const most = 12
	text := "驱动程序库" + filepath.Base(path) + "中没有函数" + export + "，请核对配置中的函数名"
	if f, err := Inspect(path); err == nil && len(f.Exports) > 0 {
		there := f.Exports
		if len(there) > most {
			there = append(there[:most:most], "…")
		}
		text += "（有：" + strings.Join(there, "、") + "）"
	}
	return &failure{"export", text + "！"}
}
