package charset

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"mps/gbk"
)

// surnames are the 101 commonest of China.
var surnames = []rune("王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许邓韩冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤")

// given are common characters of given names.
var given = []rune("伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂红玲国华建文金玉梅春海荣志辉波峰飞鹏宇浩鑫晨欣怡婷雪倩琳瑶轩涵子梓萱泽睿博思雨佳嘉俊凯斌燕莉萍琴云莲凤香月珍淑慧巧美娥爱凌寒小晓天永德福生贵家兴安康宁清新忠义仁信诚昊然")

func answer(name string) string {
	return `{"code":0,"message":"success","data":{"userName":"` + name + `","idNo":"350102199001010015"}}`
}

// read counts what became of a text in one charset, and fails where it became
// another text.
func read(t *testing.T, text string, in Charset, right, refused *int) {
	t.Helper()
	switch got, err := Auto.Decode(in.Encode(text)); {
	case errors.Is(err, ErrAmbiguous):
		*refused++
	case err != nil || got != text:
		t.Errorf("%q in %s is read as %q, %v", text, in, got, err)
	default:
		*right++
	}
}

// Every common name is read right or refused in both charsets, and few are
// refused.
func TestAutoReadsNames(t *testing.T) {
	if len(surnames) != 101 {
		t.Fatalf("%d surnames", len(surnames))
	}
	for _, tt := range []struct {
		charset Charset
		length  int
		most    float64 // that may be refused
	}{
		{GBK, 1, 0.18}, {GBK, 2, 0.03}, {GBK, 3, 0.01},
		{UTF8, 1, 0}, {UTF8, 2, 0.07}, {UTF8, 3, 0},
	} {
		var right, refused int
		for _, surname := range surnames {
			switch tt.length {
			case 1:
				read(t, answer(string(surname)), tt.charset, &right, &refused)
			case 2:
				for _, a := range given {
					read(t, answer(string([]rune{surname, a})), tt.charset, &right, &refused)
				}
			case 3:
				for i, a := range given {
					read(t, answer(string([]rune{surname, a, given[(i*7+int(surname))%len(given)]})), tt.charset, &right, &refused)
				}
			}
		}
		share := float64(refused) / float64(right+refused)
		t.Logf("%s, %d characters: %d read, %.2f %% refused", tt.charset, tt.length, right, 100*share)
		if share > tt.most {
			t.Errorf("%s, %d characters: %.2f %% are refused", tt.charset, tt.length, 100*share)
		}
	}
}

// The surnames whose GBK bytes are UTF-8, too, are the names that were misread.
func TestAutoReadsAmbiguousSurnames(t *testing.T) {
	const want = "郑谢肖袁叶魏卢姚谭陆石韦薛史毛钱莫"
	var right, refused, ambiguous int
	for _, surname := range surnames {
		if !utf8.Valid(GBK.Encode(string(surname))) {
			continue
		}
		ambiguous++
		if !strings.ContainsRune(want, surname) {
			t.Errorf("%c is ambiguous", surname)
		}
		for _, a := range given {
			read(t, answer(string([]rune{surname, a})), GBK, &right, &refused)
		}
	}
	if ambiguous != utf8.RuneCountInString(want) || right < 10*refused {
		t.Errorf("%d surnames are ambiguous; with them, %d names are read and %d refused", ambiguous, right, refused)
	}
}

func TestAuto(t *testing.T) {
	for _, tt := range []struct {
		name, in, want string
		err            error
	}{
		{"nothing", "", "", nil},
		{"ASCII", `{"code":0}`, `{"code":0}`, nil},
		{"GBK that is UTF-8: л\u03b0", "\xd0\xbb\xce\xb0", "谢伟", nil},
		{"GBK that is UTF-8, two names", "\xd2\xb6\xd0\xa1\xc6\xbd", "叶小平", nil},
		{"GBK, not UTF-8", "\xcd\xf5\xb7\xbc", "王芳", nil},
		{"GBK, not UTF-8, one rare", "\xd6\xec\xe9F", "朱镕", nil},
		{"GBK with a character of the user-defined area", "\xc1\xd6\xaa\xa1", "林\ue000", nil},
		{"UTF-8 that is GBK: 鐜嬭姵", "王芳", "王芳", nil},
		{"UTF-8, not GBK", "林测试", "林测试", nil},
		{"UTF-8 with a supplementary character, not GBK", "吴𠮷例", "吴𠮷例", nil},
		{"byte order mark", "\ufeff王芳", "王芳", nil},
		{"a name in Latin letters, or 茅", "José", "", ErrAmbiguous},
		{"in Latin letters, or 眉 and 帽", "Müñoz", "", ErrAmbiguous},
		{"a middle dot, or 路", "John·Smith", "", ErrAmbiguous},
		{"replacement characters, or 锟斤拷", "\ufffd\ufffd", "", ErrAmbiguous},
		{"毛, or Latin letters", "\xc3\xab", "", ErrAmbiguous},
		{"in Cyrillic letters, or 袠胁邪薪", "Иван", "", ErrAmbiguous},
		{"肖雪, or Cyrillic letters", "\xd0\xa4\xd1\xa9", "", ErrAmbiguous},
		{"neither", "a\xff", "", ErrInvalid},
		{"a surrogate", "\xed\xa0\x80", "", ErrAmbiguous},
		{"a pair of surrogates", "\xed\xa0\xb4\xed\xb4\x9e", "", ErrAmbiguous},
		{"an overlong slash, or GBK", "\xc0\xaf", "", ErrAmbiguous},
		{"an overlong NUL", "\xc0\x80", "", ErrAmbiguous},
		{"overlong, three bytes, no GBK", "\xe0\x80\xaf\xe0\x80\xaf", "", ErrInvalid},
		{"overlong, four bytes", "\xf0\x81\x81\xaf", "", ErrAmbiguous},
		{"overlong, six bytes", "\xfc\x83\xbf\xbf\xbf\xbf", "", ErrAmbiguous},
		{"beyond Unicode", "\xf4\xbf\xbf\xbf", "", ErrAmbiguous},
		{"UTF-8 cut within a character", "王芳\xe7\x8e,", "", ErrAmbiguous},
		{"UTF-8 with a byte lost", "王芳\xe7\x8b李\xe5", "", ErrAmbiguous},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got, err := Auto.Decode([]byte(tt.in)); got != tt.want || err != tt.err {
				t.Errorf("%x is read as %q, %v; want %q, %v", tt.in, got, err, tt.want, tt.err)
			}
		})
	}
}

// What is agreed to be in GBK is read as GBK where the text allows it, with all the
// surnames that were misread, and UTF-8 as UTF-8 or not at all.
func TestDetectExpectsGBK(t *testing.T) {
	misread := func(text string, in Charset) bool {
		c, err := Detect(in.Encode(text), GBK)
		if err != nil {
			return false
		}
		got, err := c.Decode(in.Encode(text))
		return err != nil || got != text
	}
	for _, surname := range surnames {
		for _, name := range []string{string(surname), string(surname) + "伟", string(surname) + "小平"} {
			if c, err := Detect(GBK.Encode(name), GBK); c != GBK {
				t.Errorf("%s in GBK is %q, %v", name, c, err)
			}
			if misread(name, UTF8) {
				t.Errorf("%s in UTF-8 is misread", name)
			}
		}
		for _, a := range given {
			if name := string([]rune{surname, a}); misread(name, GBK) || misread(name, UTF8) {
				t.Errorf("%s is misread", name)
			}
		}
	}
	for _, tt := range []struct {
		name, in string
		want     Charset
		err      error
	}{
		{"nothing", "", GBK, nil},
		{"ASCII", "<request/>", GBK, nil},
		{"毛, or ë", "\xc3\xab", GBK, nil},
		{"肖雪, or Cyrillic letters", "\xd0\xa4\xd1\xa9", GBK, nil},
		{"梁, or an overlong form", "\xc1\xba", GBK, nil},
		{"two rare characters", "\xd6\xec\xe9F\x86\xb4", GBK, nil},
		{"UTF-8 that is GBK: 鐜嬭姵", "王芳", UTF8, nil},
		{"UTF-8, not GBK", "林测试", UTF8, nil},
		{"byte order mark", "\ufeff<request/>", UTF8, nil},
		{"two Chinese texts", "\xe4\xbb\xbb\xe5\xb3\xb0", "", ErrAmbiguous}, // 任峰, or 浠诲嘲
		{"letters of two scripts, or rare characters", "ИМé", "", ErrAmbiguous},
		{"surrogates", "\xed\xa1\x82\xed\xbe\xb7", "", ErrAmbiguous},
		{"neither", "a\xff", "", ErrInvalid},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got, err := Detect([]byte(tt.in), GBK); got != tt.want && tt.err == nil || err != tt.err {
				t.Errorf("%x is in %q, %v; want %q, %v", tt.in, got, err, tt.want, tt.err)
			}
		})
	}
}

// The whole text counts: what is beside a name that could be either tells.
func TestAutoTakesTheWholeText(t *testing.T) {
	const name = `"userName":"毛"`
	for _, in := range []Charset{GBK, UTF8} {
		text := `{"message":"查询成功，该人员已参保",` + name + `}`
		if got, err := Auto.Decode(in.Encode(text)); got != text || err != nil {
			t.Errorf("%s: %q, %v", in, got, err)
		}
	}
	if got, err := Auto.Decode(GBK.Encode(name)); err != ErrAmbiguous {
		t.Errorf("%q, %v", got, err)
	}
}

// Text of GB 2312's ideographs, and with a rare character among common ones, is
// never read as another text, in whatever charset it is.
func TestAutoNeverReadsAnotherText(t *testing.T) {
	var levels [beyond + 1][]rune
	for lead := 0x81; lead <= 0xFE; lead++ {
		for trail := 0x40; trail <= 0xFE; trail++ {
			s, err := gbk.Decode([]byte{byte(lead), byte(trail)})
			if r, _ := utf8.DecodeRuneInString(s); err == nil && !isLetter(r) {
				levels[levelOf(r)] = append(levels[levelOf(r)], r)
			}
		}
	}
	if n := len(levels[secondary]); n != 3008 {
		t.Fatalf("%d characters of the second level", n)
	}
	random := rand.New(rand.NewPCG(1, 2))
	pick := func(l level) rune { return levels[l][random.IntN(len(levels[l]))] }
	var right, refused int
	for range 200_000 {
		name := make([]rune, 1+random.IntN(4))
		rest := level(random.IntN(int(beyond)))
		for i := range name {
			name[i] = pick(level(random.IntN(int(rest) + 1)))
		}
		if rest == common {
			name[random.IntN(len(name))] = pick(beyond)
		}
		read(t, string(name), GBK, &right, &refused)
		read(t, string(name), UTF8, &right, &refused)
	}
	t.Logf("%d read, %d refused", right, refused)
}

func FuzzAuto(f *testing.F) {
	for _, text := range []string{"谢伟", "叶小平", "王芳", "毛", "José", "Иван", "吴𠮷例", "林\ue000", "\ufeff王", "£"} {
		f.Add([]byte(text))
		f.Add(GBK.Encode(text))
	}
	f.Add([]byte("\xed\xa0\x80\xc0\xaf"))
	f.Fuzz(func(t *testing.T, b []byte) {
		asGBK, errGBK := GBK.Decode(b)
		asUTF8, errUTF8 := UTF8.Decode(b)
		s, err := Auto.Decode(b)
		switch {
		case bytes.HasPrefix(b, mark):
			if s != asUTF8 || err != errUTF8 {
				t.Errorf("%x is read as %q, %v, behind its mark", b, s, err)
			}
		case err == ErrInvalid && errGBK != nil && errUTF8 != nil:
		case err == ErrAmbiguous && errGBK == nil && asGBK != asUTF8:
		case err == nil && errUTF8 == nil && s == asUTF8:
			if errGBK == nil && s != asGBK && plausible(asGBK) {
				t.Errorf("%x may be %q, and is read as %q", b, asGBK, s)
			}
		case err == nil && errGBK == nil && s == asGBK:
			if errUTF8 == nil && plausible(asUTF8) {
				t.Errorf("%x may be %q, and is read as %q", b, asUTF8, s)
			}
		default:
			t.Errorf("%x is read as %q, %v", b, s, err)
		}
		// An agreement decides only where the text does not.
		c, errAgreed := Detect(b, GBK)
		if errAgreed == nil {
			if agreed, errDecode := c.Decode(b); errDecode != nil || err == nil && agreed != s {
				t.Errorf("%x is read as %q and, where GBK is agreed, as %q, %v", b, s, agreed, errDecode)
			}
		} else if err == nil {
			t.Errorf("%x is read as %q, and not where GBK is agreed: %v", b, s, errAgreed)
		}
		// What is UTF-8 here stands for a text in GBK, too.
		inGBK := GBK.Encode(asUTF8)
		if back, err := GBK.Decode(inGBK); err != nil || back != asUTF8 || !plausible(asUTF8) {
			return
		}
		if got, err := Auto.Decode(inGBK); err == nil && got != asUTF8 && !bytes.HasPrefix(inGBK, mark) {
			t.Errorf("%q in GBK is read as %q", asUTF8, got)
		}
	})
}
