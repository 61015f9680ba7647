package windows_test

import (
	"encoding/binary"
	"encoding/xml"
	"path/filepath"
	"slices"
	"testing"
	"unsafe"

	"golang.org/x/sys/windows"

	"mps"
)

// TestResources looks at what mps.exe and mps_client.dll say about themselves.
func TestResources(t *testing.T) {
	t.Run("version", func(t *testing.T) {
		for name, description := range map[string]string{"mps.exe": "MPS 医保读卡服务", "mps_client.dll": "MPS 医保读卡与电子凭证接口动态库"} {
			block := versionInfo(t, filepath.Join(programs(t), name))
			for key, want := range map[string]string{
				"FileDescription": description, "OriginalFilename": name, "FileVersion": mps.Version(), "ProductVersion": mps.Version(),
			} {
				if got := versionText(t, block, key); got != want {
					t.Errorf("%s of %s is %q, want %q", key, name, got, want)
				}
			}
		}
	})
	t.Run("manifest", func(t *testing.T) { testManifest(t, resource(t, windows.RT_MANIFEST, windows.ResourceID(1))) })
	t.Run("icon", func(t *testing.T) { testIcon(t, resource(t, windows.RT_GROUP_ICON, windows.ResourceID(1))) })
}

func versionInfo(t *testing.T, path string) []byte {
	t.Helper()
	size, err := windows.GetFileVersionInfoSize(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	block := make([]byte, size)
	if err := windows.GetFileVersionInfo(path, 0, size, unsafe.Pointer(&block[0])); err != nil {
		t.Fatal(err)
	}
	return block
}

func versionText(t *testing.T, block []byte, key string) string {
	t.Helper()
	var text *uint16
	var n uint32
	if err := windows.VerQueryValue(unsafe.Pointer(&block[0]), `\StringFileInfo\080404B0\`+key, unsafe.Pointer(&text), &n); err != nil {
		t.Fatalf("%s: %v", key, err)
	}
	return windows.UTF16ToString(unsafe.Slice(text, n))
}

// resource is one of mps.exe.
func resource(t *testing.T, kind, name windows.ResourceIDOrString) []byte {
	t.Helper()
	const asData = windows.LOAD_LIBRARY_AS_DATAFILE
	module, err := windows.LoadLibraryEx(filepath.Join(programs(t), "mps.exe"), 0, asData)
	if err != nil {
		t.Fatal(err)
	}
	defer windows.FreeLibrary(module)
	found, err := windows.FindResource(module, name, kind)
	if err != nil {
		t.Fatal(err)
	}
	data, err := windows.LoadResourceData(module, found)
	if err != nil {
		t.Fatal(err)
	}
	return slices.Clone(data)
}

// No administrator, no scaling of bitmaps, paths of any length, every Windows
// since Vista.
func testManifest(t *testing.T, data []byte) {
	var manifest struct {
		Level struct {
			Level string `xml:"level,attr"`
		} `xml:"trustInfo>security>requestedPrivileges>requestedExecutionLevel"`
		Systems []struct {
			ID string `xml:"Id,attr"`
		} `xml:"compatibility>application>supportedOS"`
		DPI  string `xml:"application>windowsSettings>dpiAware"`
		Long string `xml:"application>windowsSettings>longPathAware"`
	}
	if err := xml.Unmarshal(data, &manifest); err != nil {
		t.Fatal(err)
	}
	if manifest.Level.Level != "asInvoker" || manifest.DPI != "true" || manifest.Long != "true" || len(manifest.Systems) != 5 {
		t.Errorf("the manifest says %+v", manifest)
	}
}

func testIcon(t *testing.T, group []byte) {
	var sizes []byte
	for at := 6; at+14 <= len(group); at += 14 { // GRPICONDIR and its GRPICONDIRENTRY
		sizes = append(sizes, group[at])
	}
	if n := int(binary.LittleEndian.Uint16(group[4:])); n != len(sizes) || !slices.Contains(sizes, 16) || !slices.Contains(sizes, 32) || !slices.Contains(sizes, 48) {
		t.Errorf("%d icons of the sizes %v", n, sizes)
	}
}
