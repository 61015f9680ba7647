package gbk

// The user-defined areas of GBK and the private-use characters that stand for
// them, area after area and row after row (GB 18030-2000; the same in Windows
// code page 936).
const (
	area1First = 0xE000 // AAA1-AFFE, 6 rows of 94
	area2First = 0xE234 // F8A1-FEFE, 7 rows of 94
	area3First = 0xE4C6 // A140-A7A0, 7 rows of 96, trail byte 7F left out
	areaEnd    = 0xE766
)

func userDefinedRune(lead, trail byte) (rune, bool) {
	l, t := rune(lead), rune(trail)
	switch {
	case 0xAA <= l && l <= 0xAF && 0xA1 <= t && t <= 0xFE:
		return area1First + (l-0xAA)*94 + t - 0xA1, true
	case 0xF8 <= l && l <= 0xFE && 0xA1 <= t && t <= 0xFE:
		return area2First + (l-0xF8)*94 + t - 0xA1, true
	case 0xA1 <= l && l <= 0xA7 && 0x40 <= t && t <= 0xA0 && t != 0x7F:
		if t > 0x7F {
			t--
		}
		return area3First + (l-0xA1)*96 + t - 0x40, true
	}
	return 0, false
}

func userDefinedBytes(r rune) (lead, trail byte, ok bool) {
	switch {
	case r < area1First || areaEnd <= r:
		return 0, 0, false
	case r < area2First:
		r -= area1First
		return byte(0xAA + r/94), byte(0xA1 + r%94), true
	case r < area3First:
		r -= area2First
		return byte(0xF8 + r/94), byte(0xA1 + r%94), true
	}
	r -= area3First
	trail = byte(0x40 + r%96)
	if trail >= 0x7F {
		trail++
	}
	return byte(0xA1 + r/96), trail, true
}
