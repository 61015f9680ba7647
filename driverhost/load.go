package driverhost

import (
	"path/filepath"
	"runtime"
	"strings"

	"mps/failure"
)

// cannotLoad says why the library cannot be loaded. Only now is it worth a look
// into its file.
func cannotLoad(path string, err error) *failure.Error {
	name := filepath.Base(path)
	f, broken := Inspect(path)
	switch {
	case broken != nil:
		return libraryDamaged.With(name)
	case f.System != runtime.GOOS || f.Machine != runtime.GOARCH:
		return otherWidth.With(name, width(f.System, f.Machine), width(runtime.GOOS, runtime.GOARCH))
	}
	if absent := absentNeeds(f, filepath.Dir(path)); len(absent) > 0 {
		return needsMissing.With(name, strings.Join(absent, "、"))
	}
	return notLoaded.Because(err, name, err)
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

// noExport lists what there is instead: a name is easily misspelt.
func noExport(path, export string) *failure.Error {
	const most = 12
	library := filepath.Base(path)
	f, err := Inspect(path)
	if err != nil || len(f.Exports) == 0 {
		return exportUnknown.With(library, export)
	}
	there := f.Exports
	if len(there) > most {
		there = append(there[:most:most], "…")
	}
	return exportOther.With(library, export, strings.Join(there, "、"))
}
