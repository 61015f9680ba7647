package charset

import (
	"strings"
	"unicode/utf8"
)

// names are the letters and digits of the charsets' names: those that are
// registered (IANA, Character Sets) and those of Windows and .NET, Java, Python
// and the WHATWG Encoding Standard. GB 2312 is a part of GBK.
var names = map[string]Charset{
	"gbk": GBK, "xgbk": GBK, "csgbk": GBK,
	"936": GBK, "cp936": GBK, "ms936": GBK, "windows936": GBK, "xmswin936": GBK,
	"gb18030": GBK, "csgb18030": GBK, "gb180302000": GBK, "gb180302005": GBK, "gb180302022": GBK,
	"cp54936": GBK, "windows54936": GBK,
	"gb2312": GBK, "csgb2312": GBK, "gb23121980": GBK, "gb231280": GBK, "csgb231280": GBK, "csiso58gb231280": GBK,
	"isoir58": GBK, "chinese": GBK, "cngb": GBK,
	"euccn": GBK, "xeuccn": GBK, "eucgb2312cn": GBK, "cp51936": GBK,

	"utf8": UTF8, "csutf8": UTF8, "u8": UTF8, "utf8sig": UTF8, "cp65001": UTF8, "windows65001": UTF8, "65001": UTF8,
	"unicode11utf8": UTF8, "unicode20utf8": UTF8, "xunicode11utf8": UTF8, "xunicode20utf8": UTF8,

	"ascii": ASCII, "usascii": ASCII, "csascii": ASCII, "us": ASCII, "ansix341968": ASCII, "ansix341986": ASCII,
	"iso646us": ASCII, "iso646irv1991": ASCII, "isoir6": ASCII, "ibm367": ASCII, "cp367": ASCII, "20127": ASCII,
	"iso88591": Latin1, "iso885911987": Latin1, "isoir100": Latin1, "latin1": Latin1, "l1": Latin1,
	"csisolatin1": Latin1, "ibm819": Latin1, "cp819": Latin1, "28591": Latin1,
	"windows1252": Windows1252, "cp1252": Windows1252, "xcp1252": Windows1252, "cswindows1252": Windows1252,

	"utf16": UTF16, "csutf16": UTF16, "utf16le": UTF16, "utf16be": UTF16, "csutf16le": UTF16, "csutf16be": UTF16,
	"unicode": UTF16, "csunicode": UTF16, "ucs2": UTF16, "iso10646ucs2": UTF16, "unicodelittle": UTF16,
}

// maxKey is more than the longest key of names.
const maxKey = 24

// Named returns the charset that a name stands for, and whether the name is
// known. Letter case and what stands between letters and digits do not count
// (Unicode Technical Standard #22, section 1.4, Charset Alias Matching).
func Named(name string) (Charset, bool) {
	key := make([]byte, 0, maxKey)
	for i := range len(name) {
		c := name[i]
		switch {
		case 'A' <= c && c <= 'Z':
			c += 'a' - 'A'
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9':
		case c < utf8.RuneSelf:
			continue
		}
		if key = append(key, c); len(key) == maxKey {
			return "", false
		}
	}
	c, ok := names[string(key)]
	return c, ok
}

// maxName is how much of a charset's unknown name is kept, in bytes.
const maxName = 40

// Declared returns the charset that a Content-Type declares, "" when it declares
// none. It reads what programs write beside RFC 9110, too: blanks around the
// equals sign, single quotes, a comma for the semicolon. A charset that is not
// known, or two that contradict each other, are one that no text can be decoded
// from, with a name that is fit to be shown.
func Declared(contentType string) Charset {
	var declared Charset
	for part := range strings.FieldsFuncSeq(contentType, func(r rune) bool { return r == ';' || r == ',' }) {
		key, value, _ := strings.Cut(part, "=")
		value = strings.ToLower(strings.Trim(value, " \t\"'"))
		if !strings.EqualFold(strings.TrimSpace(key), "charset") || value == "" {
			continue
		}
		c, known := Named(value)
		if !known {
			c = unknown(value)
		}
		if declared != "" && declared != c {
			return declared + "/" + c
		}
		declared = c
	}
	return declared
}

// unknown makes a name fit to be shown.
func unknown(name string) Charset {
	name = strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' || '0' <= r && r <= '9' || strings.ContainsRune("-_.:", r) {
			return r
		}
		return '?'
	}, name)
	if Charset(name) == Auto {
		name += "?" // nobody declares that it is to be guessed
	}
	return Charset(name[:min(len(name), maxName)])
}
