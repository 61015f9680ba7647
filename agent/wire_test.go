package agent

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mps/protocol"
)

// The C library has names of this wire as literals of its own.
func TestClientLibraryHasTheSameWire(t *testing.T) {
	names, err := filepath.Glob("../capi/*.c")
	if err != nil || len(names) == 0 {
		t.Fatalf("no source of the client library: %v", err)
	}
	var source strings.Builder
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		source.Write(b)
	}
	for _, literal := range []string{
		`POST ` + CallPath + ` HTTP/1.1\r\n`,
		`Content-Type: text/xml; charset=` + protocol.GBK.String() + `"`,
		`Content-Type: text/xml; charset=` + protocol.UTF16LE.String() + `\r\n`,
		`\r\n` + CharsetHeader + `: ` + CharsetUTF16 + `"`,
		`\r\n` + CapacityHeader + `: "`,
		`\r\n` + SecretHeader + `: "`,
		// It reads names in lower case.
		`"` + strings.ToLower(NeededHeader) + `"`,
		`"` + strings.ToLower(RefusedHeader) + `"`,
		`"` + RefusedSecret + `"`,
	} {
		if !strings.Contains(source.String(), literal) {
			t.Errorf("the client library has no %s", literal)
		}
	}
}
