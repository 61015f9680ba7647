package doctor

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"mps/driverhost"
)

// lookAtLibrary looks into the file of a vendor's library, without loading it.
func (d *Diagnosis) lookAtLibrary(l Library) {
	subject := "厂商驱动 " + l.Name
	if l.Path == "" {
		return // over HTTP, or said when it is read
	}
	f, err := driverhost.Inspect(l.Path)
	if err != nil {
		d.failed(subject, badLibrary.Because(err, err, l.Name))
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
			d.failed(subject, noHost.Because(err, err))
		}
	}
	if l.Export != "" && !f.Has(l.Export, l.Args) {
		d.failed(subject, noExport.With(l.Export))
	}
}
