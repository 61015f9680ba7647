package driverhost

import (
	"debug/elf"
	"debug/pe"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
)

// Limits of what is read of a library.
const (
	maxExports = 4096
	maxNeeds   = 256
)

// A File is what a library says about itself, without being loaded.
type File struct {
	System  string   // as GOOS: linux, windows
	Machine string   // as GOARCH: 386, amd64, arm64, loong64; another name for others
	Exports []string // names of functions that can be called, sorted
	Needs   []string // names of the libraries that it depends on, sorted
}

// Bits is the width of the programs that can load the library, 0 when unknown.
func (f *File) Bits() int {
	switch f.Machine {
	case "386", "arm":
		return 32
	case "amd64", "arm64", "loong64":
		return 64
	}
	return 0
}

// Has reports whether the library exports a function under a name by which a Call
// with so many arguments finds it.
func (f *File) Has(export string, args int) bool {
	return slices.ContainsFunc(exportNames(f.System, f.Machine, export, args), func(name string) bool {
		return slices.Contains(f.Exports, name)
	})
}

// exportNames are the names under which a library may export a function, the
// most likely one first. On 32-bit Windows, where no .def file says otherwise, a
// stdcall function is called _name@8 by Microsoft's compiler and name@8 by MinGW,
// with the bytes of its arguments.
func exportNames(system, machine, export string, args int) []string {
	if system != "windows" || machine != "386" {
		return []string{export}
	}
	decorated := fmt.Sprintf("%s@%d", export, 4*args)
	return []string{export, "_" + decorated, decorated}
}

// Inspect reads the headers of a dynamic library for Windows or Linux.
func Inspect(path string) (f *File, err error) {
	r, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	// The standard library does not promise to survive damaged files.
	defer func() {
		if recover() != nil {
			f, err = nil, errors.New("damaged file")
		}
	}()
	if p, err := pe.NewFile(r); err == nil {
		return inspectPE(p)
	}
	e, err := elf.NewFile(r)
	if err != nil || e.Type != elf.ET_DYN {
		return nil, errors.New("not a dynamic library")
	}
	return inspectELF(e), nil
}

func inspectELF(e *elf.File) *File {
	f := &File{System: "linux", Machine: strings.ToLower(strings.TrimPrefix(e.Machine.String(), "EM_"))}
	for machine, name := range map[elf.Machine]string{
		elf.EM_386: "386", elf.EM_X86_64: "amd64", elf.EM_AARCH64: "arm64", elf.EM_LOONGARCH: "loong64",
	} {
		if e.Machine == machine {
			f.Machine = name
		}
	}
	symbols, _ := e.DynamicSymbols()
	for _, s := range symbols {
		if s.Section != elf.SHN_UNDEF && elf.ST_TYPE(s.Info) == elf.STT_FUNC && len(f.Exports) < maxExports {
			f.Exports = append(f.Exports, s.Name)
		}
	}
	needs, _ := e.ImportedLibraries()
	f.Needs = needs[:min(len(needs), maxNeeds)]
	return f.sorted()
}

func inspectPE(p *pe.File) (*File, error) {
	if p.Characteristics&pe.IMAGE_FILE_DLL == 0 {
		return nil, errors.New("not a dynamic library")
	}
	f := &File{System: "windows"}
	var directories []pe.DataDirectory
	switch h := p.OptionalHeader.(type) {
	case *pe.OptionalHeader32:
		directories = h.DataDirectory[:]
	case *pe.OptionalHeader64:
		directories = h.DataDirectory[:]
	default:
		return nil, errors.New("not a dynamic library")
	}
	switch p.Machine {
	case pe.IMAGE_FILE_MACHINE_I386:
		f.Machine = "386"
	case pe.IMAGE_FILE_MACHINE_AMD64:
		f.Machine = "amd64"
	case pe.IMAGE_FILE_MACHINE_ARM64:
		f.Machine = "arm64"
	default:
		f.Machine = fmt.Sprintf("%#x", p.Machine)
	}
	f.Exports = exports(p, directories[pe.IMAGE_DIRECTORY_ENTRY_EXPORT].VirtualAddress)
	symbols, _ := p.ImportedSymbols() // each is function:library
	for _, s := range symbols {
		_, library, _ := strings.Cut(s, ":")
		if !slices.Contains(f.Needs, library) && len(f.Needs) < maxNeeds {
			f.Needs = append(f.Needs, library)
		}
	}
	return f.sorted(), nil
}

func (f *File) sorted() *File {
	slices.Sort(f.Exports)
	slices.Sort(f.Needs)
	return f
}

// exports reads the names of the export directory at an address of the image:
// PE format, section "The .edata Section". It returns what it can read.
func exports(p *pe.File, directory uint32) []string {
	const count, names = 24, 32 // offsets of NumberOfNamePointers and NamePointerRVA
	header := at(p, directory, 40)
	if len(header) < 40 {
		return nil
	}
	n := min(binary.LittleEndian.Uint32(header[count:]), maxExports)
	pointers := at(p, binary.LittleEndian.Uint32(header[names:]), 4*n)
	var found []string
	for ; len(pointers) >= 4; pointers = pointers[4:] {
		name := at(p, binary.LittleEndian.Uint32(pointers), maxName+1)
		if i := slices.Index(name, 0); i > 0 {
			found = append(found, string(name[:i]))
		}
	}
	return found
}

// at returns up to n bytes at an address of the image.
func at(p *pe.File, address, n uint32) []byte {
	for _, s := range p.Sections {
		if address < s.VirtualAddress || address-s.VirtualAddress >= s.Size {
			continue
		}
		offset := address - s.VirtualAddress
		b := make([]byte, min(n, s.Size-offset))
		read, _ := s.ReadAt(b, int64(offset))
		return b[:read]
	}
	return nil
}
