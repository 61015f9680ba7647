package charset

import "strings"

// names are the names of the charsets in lower case, those that are registered
// (IANA, Character Sets) and those that Java, Windows and the WHATWG use.
// GB 2312 is a part of GBK.
var names = map[string]Charset{
	"gbk": GBK, "x-gbk": GBK, "cp936": GBK, "ms936": GBK, "windows-936": GBK, "936": GBK,
	"gb18030": GBK, "gb18030-2000": GBK, "gb18030-2005": GBK, "gb18030-2022": GBK,
	"gb2312": GBK, "gb_2312": GBK, "gb_2312-80": GBK, "gb2312-80": GBK, "csgb2312": GBK, "iso-ir-58": GBK,
	"euc-cn": GBK, "euc_cn": GBK, "x-euc-cn": GBK, "euccn": GBK, "cn-gb": GBK, "chinese": GBK,
	"utf-8": UTF8, "utf8": UTF8, "utf_8": UTF8, "unicode-1-1-utf-8": UTF8, "csutf8": UTF8, "cp65001": UTF8,
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
		c, known := names[value]
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
