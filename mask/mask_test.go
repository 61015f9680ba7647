package mask

import (
	"regexp"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestMaskNumber(t *testing.T) {
	tests := []struct{ in, want string }{
		{"", ""},
		{"1", "*"},
		{"DG1234567", "*********"},
		{"35010290030712", "**************"},
		{"350102900307123", "350102*******23"},
		{"35010219900307123X", "350102**********3X"},
		{"350000ec7ed79i1c4n0a83460a0000d425f060", "350000******************************60"},
		{"三五零一零二一九九零零三零七一二三", "三五零一零二*********二三"},
	}
	for _, tt := range tests {
		if got := Number(tt.in); got != tt.want {
			t.Errorf("Number(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestMaskName(t *testing.T) {
	tests := []struct{ in, want string }{
		{"", ""},
		{"丁", "*"},
		{"张三", "张*"},
		{"欧阳小明", "欧***"},
		{"𠮷野家", "𠮷**"},
		{"阿卜杜拉·买买提", "阿*******"},
		{"\ue000三", "\ue000*"},
		{"\xd5\xc5", "\xd5*"}, // GBK bytes that nobody decoded
	}
	for _, tt := range tests {
		if got := Name(tt.in); got != tt.want {
			t.Errorf("Name(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestMaskText(t *testing.T) {
	tests := []struct{ in, want string }{
		{"", ""},
		{"结算支付码已过期", "结算支付码已过期"},
		{"身份证号35010219900307123X不存在", "身份证号350102**********3X不存在"},
		{"身份证号35010219900307123x", "身份证号350102**********3x"},
		{"旧证350102900307123", "旧证350102*******23"},
		{"电话13900000000，卡号123456789。", "电话***********，卡号*********。"},
		{"错误码40004，时间20261122", "错误码40004，时间20261122"},
		{"码6901028075763051234567350000过期", "码690102********************00过期"},
		{"token=350000ec7ed79i1c4n0a83460a0000d425f060;", "token=350000******************************60;"},
		{"全角３５０１０２１９９００３０７１２３Ｘ", "全角３５０１０２**********３Ｘ"},
		{"trace 9f3c17aa0be2", "trace 9f3c17aa0be2"},
		{"\xd5\xc535010219900307123X\xff", "\xd5\xc5350102**********3X\xff"},
		{"123456789X123456789", "*******************"},
	}
	for _, tt := range tests {
		if got := Text(tt.in); got != tt.want {
			t.Errorf("Text(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

var longRun = regexp.MustCompile(`\p{Nd}{9}`)

func TestMaskTextLeavesNoLongRun(t *testing.T) {
	alphabet := []rune("0123456789012345678901234567890123456789Xxaf ，：身份３９_-")
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOfN(rapid.RuneFrom(alphabet), 0, 120, -1).Draw(t, "text")
		masked := Text(s)
		if longRun.MatchString(masked) {
			t.Fatalf("Text(%q) = %q", s, masked)
		}
		if utf8.RuneCountInString(masked) != utf8.RuneCountInString(s) {
			t.Fatalf("Text(%q) = %q: length changed", s, masked)
		}
	})
}

func FuzzMask(f *testing.F) {
	f.Add("身份证号35010219900307123X不存在")
	f.Add("\xd5\xc535010219900307123X\xff")
	f.Fuzz(func(t *testing.T, s string) {
		for _, masked := range []string{Name(s), Number(s)} {
			if utf8.RuneCountInString(masked) != utf8.RuneCountInString(s) {
				t.Errorf("%q masked is %q: length changed", s, masked)
			}
		}
		if masked := Text(s); longRun.MatchString(masked) {
			t.Errorf("Text(%q) = %q", s, masked)
		}
	})
}
