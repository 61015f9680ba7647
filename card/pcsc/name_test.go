package pcsc

import (
	"slices"
	"strings"
	"testing"
	"time"

	"mps/card"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestUnlikely(t *testing.T) {
	for reader, want := range map[string]bool{
		"ACS ACR38U 0":                            false,
		"Alcor Micro USB Smart Card Reader 0":     false,
		"Samsung SCR3310":                         false,
		"德卡 D8 读卡器":                               false,
		"":                                        false,
		"Windows Hello for Business 1":            true,
		"Microsoft Virtual Smart Card 0":          true,
		"Virtual PCD 00 00":                       true,
		"FakeReader Remote 0":                     true,
		"ACS ACR1281 1S Dual Reader SAM 0":        true,
		"Broadcom Corp Contacted SmartCard PSAM2": true,
		"MingHua URF-R330 PSAMSlot 0":             true,
		"HuaDa HD100 SAM1":                        true,
		"德卡psam卡座":                                true,
		"SAMSUNG SAM 0":                           true,
	} {
		if got := unlikely(reader); got != want {
			t.Errorf("%q: %t", reader, got)
		}
	}
}

func TestMatches(t *testing.T) {
	tests := []struct {
		pattern, reader string
		want            bool
	}{
		{"acs", "ACS ACR38U 0", true},
		{"38u", "ACS ACR38U 0", true},
		{"ACR39", "ACS ACR38U 0", false},
		{"*", "ACS ACR38U 0", true},
		{"*", "", true},
		{"acs*", "ACS ACR38U 0", true},
		{"acr*", "ACS ACR38U 0", false},
		{"*0", "ACS ACR38U 0", true},
		{"*1", "ACS ACR38U 0", false},
		{"acs*38*0", "ACS ACR38U 0", true},
		{"acs*39*0", "ACS ACR38U 0", false},
		{"acs*0*0", "ACS ACR38U 0", false},
		{"acs acr38u 0*acs acr38u 0", "ACS ACR38U 0", false},
		{"a*b*", "ab", true},
		{"德卡", "德卡 D8 读卡器", true},
		{"[", "ACS [0]", true},
	}
	for _, tt := range tests {
		if got := matches(tt.pattern, tt.reader); got != tt.want {
			t.Errorf("%q, %q: %t", tt.pattern, tt.reader, got)
		}
	}
}

func FuzzMatches(f *testing.F) {
	f.Add("acs*38*", "ACS ACR38U 0")
	f.Add("a**b", "ab")
	f.Fuzz(func(t *testing.T, pattern, reader string) {
		got := matches(pattern, reader)
		if !strings.Contains(pattern, "*") && got != strings.Contains(strings.ToLower(reader), strings.ToLower(pattern)) {
			t.Errorf("%q, %q: %t", pattern, reader, got)
		}
		if strings.Trim(pattern, "*") == "" && !got {
			t.Errorf("%q does not match %q", pattern, reader)
		}
		if !matches("*"+strings.ReplaceAll(reader, "*", "")+"*", strings.ReplaceAll(reader, "*", "")) {
			t.Errorf("%q does not match itself", reader)
		}
	})
}

func TestCandidates(t *testing.T) {
	all := []string{"Windows Hello 1", "A 0", "PSAM 0", "B 0"}
	for pattern, want := range map[string][]string{
		"": {"A 0", "B 0"}, "hello": {"Windows Hello 1"}, "psam": {"PSAM 0"}, "*": all, "c": nil,
	} {
		if got := candidates(all, pattern); !slices.Equal(got, want) {
			t.Errorf("%q: %q", pattern, got)
		}
	}
}

func TestContactless(t *testing.T) {
	for name, want := range map[string]bool{
		"ACS ACR1252 1S CL Reader PICC 0": true, "OMNIKEY CardMan 5x21-CL 0": true, "Identive SCL011 Contactless Reader 0": true,
		"ACS ACR122U NFC 00 00": true, "德卡非接触读卡器 0": true,
		"ACS ACR1281 1S Dual Reader ICC 0": false, "OMNIKEY AG CardMan 3121 00 00": false, "Clover 0": false, "": false,
	} {
		if got := contactless(state{reader: name}); got != want {
			t.Errorf("%q: %t", name, got)
		}
	}
	for atr, want := range map[string]bool{
		"\x3B\x8F\x80\x01\x80\x4F": true, "\x3B\x80\x80\x01\x01": true, "\x3B\x6D\x00\x00": false, "\x3B\x8D\x81\x31": false, "\x3B": false,
	} {
		if got := contactless(state{reader: "A 0", atr: []byte(atr)}); got != want {
			t.Errorf("% X: %t", atr, got)
		}
	}
}

func TestShortName(t *testing.T) {
	for name, want := range map[string]string{
		"ACS ACR38U 0":                         "ACS ACR38U 0",
		"ACS ACR1281 1S Dual Reader ICC 00 01": "ACS ACR1281 1S…ICC 00 01",
		"德卡\n\u200b 0":                         "德卡 0",
		"":                                     "",
	} {
		if got := shortName(name); got != want {
			t.Errorf("%q: %q", name, got)
		}
	}
}

func TestSplitNames(t *testing.T) {
	for names, want := range map[string][]string{
		"":               nil,
		"\x00":           nil,
		"A 0\x00\x00":    {"A 0"},
		"A\x00B\x00":     {"A", "B"},
		"甲\x00乙\x00\x00": {"甲", "乙"},
	} {
		if got := splitNames(names); !slices.Equal(got, want) {
			t.Errorf("%q: %q", names, got)
		}
	}
}

func TestCodes(t *testing.T) {
	if got := codeSharingViolation.Error(); got != "pcsc: SCARD_E_SHARING_VIOLATION" {
		t.Error(got)
	}
	if got := Code(0x1F).Error(); got != "pcsc: error 0000001F" {
		t.Error(got)
	}
	if !codeRemoved.Is(card.ErrRemoved) || codeTimeout.Is(nil) || Code(1).Is(card.ErrRemoved) {
		t.Error("a code stands for something else")
	}
	for code := range codes {
		if !strings.HasPrefix(code.Error(), "pcsc: SCARD_") {
			t.Errorf("%08X is called %s", uint32(code), code)
		}
	}
}

func TestMilliseconds(t *testing.T) {
	for d, want := range map[time.Duration]uint32{
		-time.Second: 0, 0: 0, time.Nanosecond: 1, time.Millisecond: 1, time.Second: 1000, 1 << 62: 3600000,
	} {
		if got := milliseconds(d); got != want {
			t.Errorf("%v: %d", d, got)
		}
	}
}
