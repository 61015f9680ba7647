package doctor

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"mps/driverhost"
	"mps/failure"
)

// lookAtLibrary looks into the file of a vendor's library, without loading it.
func (d *Diagnosis) lookAtLibrary(l Library) {
	subject := "厂商驱动 " + l.Name
	if l.Path == "" {
		return // over HTTP, or said when it is read
	}
	f, err := driverhost.Inspect(l.Path)
	if err != nil {
		d.failed(subject, badLibrary.Because(err, l.Path, libraryReason(err), l.Name))
		return
	}
	const mostExports = 20
	exports := strings.Join(f.Exports[:min(len(f.Exports), mostExports)], " ")
	d.add(OK, subject, "", "%s，%d 位（%s/%s），函数：%s", filepath.Base(l.Path), f.Bits(), f.System, f.Machine, exports)
	if f.Bits() != strconv.IntSize && l.Host == "" {
		d.failed(subject, otherWidth.With(f.Bits(), strconv.IntSize, l.Name, f.Bits()))
	}
	if l.Host != "" {
		if _, err := os.Stat(l.Host); err != nil {
			d.failed(subject, noHost.Because(err, l.Host, failure.System(err)))
		}
	}
	if l.Export != "" && !f.Has(l.Export, l.Args) {
		d.failed(subject, noExport.With(l.Export))
	}
}

// libraryReason says in Chinese why a library could not be looked into.
func libraryReason(err error) string {
	if opening, ok := errors.AsType[*fs.PathError](err); ok {
		return failure.System(opening)
	}
	return "它不是动态库，或已损坏"
}
