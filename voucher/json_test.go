package voucher

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"mps/charset"
	"mps/failure"
	"mps/gbk"
	"mps/protocol"
)

// A text is one JSON value, or what is none, and what it shows.
type text struct{ shows, json string }

// What the grammar of RFC 8259 has is accepted, wherever in an answer it stands.
var jsonValues = []text{
	{"true", `true`},
	{"false", `false`},
	{"null", `null`},

	{"zero", `0`},
	{"minus zero", `-0`},
	{"identity number as a number", `350102199001010015`},
	{"one more than floating point tells apart", `9007199254740993`},
	{"fraction with a zero behind", `-12.50`},
	{"fraction of zeros", `0.000`},
	{"exponent", `1e5`},
	{"exponent with plus", `1E+5`},
	{"exponent with minus", `2.5e-10`},
	{"exponent with zeros before", `7e007`},
	{"zero with an exponent", `-0.0e-0`},
	{"beyond every floating point number", `1e99999`},
	{"next to nothing", `-1e-99999`},
	{"a thousand digits", strings.Repeat("7", 1000)},
	{"a thousand decimals", "0." + strings.Repeat("3", 1000)},

	{"empty string", `""`},
	{"blank string", `"  "`},
	{"every short escape", `"\"\\\/\b\f\n\r\t"`},
	{"escapes in capitals and small letters", `"\u6797\u6D4B\u8bd5"`},
	{"NUL as an escape", `"\u0000"`},
	{"control characters as escapes", `"\u0001\u001F\u007f\u0085"`},
	{"a pair of surrogates as escapes", `"\uD842\uDFB7"`},
	{"a lone high surrogate as an escape", `"\ud800"`},
	{"a lone low surrogate as an escape", `"\udfff"`},
	{"surrogates in the wrong order", `"\udc00\ud800"`},
	{"a high surrogate before a letter", `"\ud800A"`},
	{"noncharacters as escapes", `"\ufffe\uFFFF\ud83f\udfff"`},
	{"a backslash before u that escapes itself", `"\\u12"`},
	{"a quote behind two backslashes", `"\\\\\""`},
	{"DEL", "\"\x7f\""},
	{"separators that JavaScript does not allow", "\"\u2028\u2029\u0085\""},
	{"a byte order mark within", "\"\uFEFF\""},
	{"the replacement character as an escape", `"\uFFFD"`},
	{"user-defined characters", "\"\ue000\uf8ff\""},
	{"a character of four bytes", "\"𠮷\U0010FFFD\""},
	{"characters beyond ASCII of every length", "\"é林𠮷\""},
	{"what would be a comment", `"/* a */ // b # c"`},
	{"what would be brackets", `"}]{[,:"`},
	{"what would be XML", `"</out_put>]]><a b='c'>&amp;&#0;"`},
	{"long", `"` + strings.Repeat("0123456789", 2000) + `"`},

	{"empty array", `[]`},
	{"blank array", "[ \t\r\n]"},
	{"array of everything", `[null,true,-1.5e3,"a",[],{}]`},
	{"every white space between", "[\t1 ,\r\n\t2\n]"},
	{"empty object", `{}`},
	{"blank object", "{ \t\r\n}"},
	{"empty name", `{"":""}`},
	{"white space around the colon", "{ \"a\" \t:\r\n1 }"},
	{"equal names", `{"a":1,"a":"b","a":null}`},
	{"equal names, one as an escape", `{"a":1,"\u0061":2}`},
	{"names that need escapes", `{"\"":1,"\\":2,"\u0000":3,"\ud800":4}`},
	{"names of the answer deeper down", `{"code":"7","data":{"ecToken":"x"},"message":{}}`},
	{"names that differ in letter case", `{"Code":1,"CODE":2,"ecToken":3,"ECTOKEN":4}`},
	{"as deep as there may be", nested("[", "", "]", deepestValue)},
	{"as deep in objects", nested(`{"a":`, "[]", "}", deepestValue-1)},
	{"wide", "[" + strings.Repeat("[],", 5000) + "[]]"},
}

// deepestValue is the depth of a value in "data" of an answer that is as deep as
// it may be.
const deepestValue = maxDepth - 2

// nested is a value with n levels.
func nested(open, inner, closed string, n int) string {
	return strings.Repeat(open, n) + inner + strings.Repeat(closed, n)
}

// What it does not have is refused, though many a program reads some of it.
var notJSON = []text{
	{"nothing", ``},
	{"True as in Python", `True`},
	{"capitals", `NULL`},
	{"half a word", `tru`},
	{"a letter too many", `nulll`},
	{"two words", `truefalse`},
	{"undefined", `undefined`},
	{"None", `None`},
	{"a word", `abc`},

	{"plus", `+1`},
	{"no digit before the point", `.5`},
	{"minus and no digit before the point", `-.5`},
	{"no digit behind the point", `1.`},
	{"no digit between point and exponent", `1.e3`},
	{"two points", `1.2.3`},
	{"zero before", `01`},
	{"minus and zero before", `-01`},
	{"two zeros", `00`},
	{"only minus", `-`},
	{"two minuses", `--1`},
	{"minus behind", `1-`},
	{"blank behind the minus", `- 1`},
	{"exponent without digits", `1e`},
	{"exponent without digits behind its sign", `1E+`},
	{"exponent with a fraction", `1e1.5`},
	{"two exponents", `1e1e1`},
	{"only an exponent", `e5`},
	{"hexadecimal", `0x1F`},
	{"binary", `0b1`},
	{"octal", `0o7`},
	{"underscores", `1_000`},
	{"thousands", `1,000`},
	{"blank between digits", `1 000`},
	{"a letter behind", `12a`},
	{"not a number", `NaN`},
	{"minus not a number", `-NaN`},
	{"infinity", `Infinity`},
	{"minus infinity", `-Infinity`},
	{"short infinity", `-inf`},
	{"wide digits", `１２`},
	{"a fraction as a character", `½`},

	{"string without an end", `"abc`},
	{"string without a beginning", `abc"`},
	{"string that ends in a backslash", `"abc\"`},
	{"only a quote", `"`},
	{"single quotes", `'abc'`},
	{"backquotes", "`abc`"},
	{"curly quotes", `“abc”`},
	{"wide quotes", `＂abc＂`},
	{"two strings", `"a" "b"`},
	{"strings added", `"a"+"b"`},
	{"a letter behind a string", `"a"b`},
	{"escape of C", `"\a"`},
	{"escape of a single quote", `"\'"`},
	{"escape of NUL", `"\0"`},
	{"escape of a blank", `"\ "`},
	{"escape of a character beyond ASCII", `"\林"`},
	{"hexadecimal escape", `"\x41"`},
	{"capital U", `"\U00006797"`},
	{"braces in an escape", `"\u{6797}"`},
	{"three digits in an escape", `"\u679"`},
	{"no digit in an escape", `"\u"`},
	{"a letter in an escape", `"\u67G7"`},
	{"a blank in an escape", `"\u 679"`},
	{"half an escape behind a surrogate", `"\ud842\u"`},
	{"a line end in a string", "\"a\nb\""},
	{"a carriage return in a string", "\"a\rb\""},
	{"a line continued", "\"a\\\nb\""},
	{"a tab in a string", "\"a\tb\""},
	{"NUL in a string", "\"a\x00b\""},
	{"a control character in a string", "\"a\x1fb\""},
	{"an escape outside of a string", `\u0031`},

	{"a comma behind the last element", `[1,]`},
	{"a comma before the first element", `[,1]`},
	{"an element missing", `[1,,2]`},
	{"only a comma", `[,]`},
	{"no comma", `[1 2]`},
	{"a wide comma", `[1，2]`},
	{"a semicolon", `[1;2]`},
	{"a colon in an array", `[1:2]`},
	{"an array without an end", `[1`},
	{"an array with two ends", `[1]]`},
	{"an array with a brace", `[1}`},
	{"only an end", `]`},
	{"round brackets", `(1)`},
	{"an array without an end, deep", nested("[", "", "", 40)},
	{"dots", `[1,...]`},

	{"a comma behind the last member", `{"a":1,}`},
	{"a comma before the first member", `{,"a":1}`},
	{"a member missing", `{"a":1,,"b":2}`},
	{"no comma between members", `{"a":1 "b":2}`},
	{"a semicolon between members", `{"a":1;"b":2}`},
	{"a name alone", `{"a"}`},
	{"a name without a value", `{"a":}`},
	{"a value without a name", `{:1}`},
	{"no colon", `{"a" 1}`},
	{"two colons", `{"a"::1}`},
	{"a wide colon", `{"a"：1}`},
	{"an equals sign", `{"a"=1}`},
	{"an arrow", `{"a"=>1}`},
	{"a name without quotes", `{a:1}`},
	{"a name in single quotes", `{'a':1}`},
	{"a number as a name", `{1:1}`},
	{"null as a name", `{null:1}`},
	{"an array as a name", `{[]:1}`},
	{"an object in an object", `{{}}`},
	{"an object without an end", `{"a":1`},
	{"an object with two ends", `{"a":1}}`},
	{"an object with a bracket", `{"a":1]`},

	{"a comment before", `/* a */1`},
	{"a comment behind", `1/* a */`},
	{"a comment between", `[1,/* a */2]`},
	{"a comment up to the end of the line", "1// a\n"},
	{"a comment of a shell", "1# a\n"},
	{"a comment of XML", `<!-- a -->1`},

	{"a vertical tab between", "[1,\v2]"},
	{"a form feed between", "[1,\f2]"},
	{"NUL between", "[1,\x002]"},
	{"a control character between", "[1,\x1f2]"},
	{"a no-break space between", "[1,\u00a02]"},
	{"a wide blank between", "[1,　2]"},
	{"a line separator between", "[1,\u20282]"},
	{"a byte order mark between", "[1,\uFEFF2]"},
	{"a byte order mark before", "\uFEFF1"},
	{"a character without a width between", "[1,\u200b2]"},
}

// Bytes within a string that are no UTF-8 (RFC 3629), of which those of the first
// group cannot be GBK either, or look like a UTF-8 that is forbidden. What the
// others are is decided by whoever declares it: with nothing but these two or
// three bytes to go by, they are Chinese.
var notUTF8 = struct{ never, unlessGBK []text }{
	never: []text{
		{"a lead byte of two alone", "\xc3"},
		{"a lead byte of three alone", "\xe6"},
		{"a lead byte of four alone", "\xf0"},
		{"a lead byte before a letter that is no trail byte", "\xe61"},
		{"a continuation alone", "\x97"},
		{"three bytes of four", "\xf0\xa0\xae"},
		{"FF", "\xff"},
		{"FE", "\xfe"},
		{"two FF", "\xff\xff"},
		{"overlong slash", "\xc0\xaf"},
		{"overlong NUL", "\xc0\x80"},
		{"overlong letter", "\xc1\x81"},
		{"overlong quote in three bytes", "\xe0\x80\xa2"},
		{"overlong in three bytes, the largest", "\xe0\x9f\xbf"},
		{"overlong in four bytes", "\xf0\x80\x80\xa2"},
		{"overlong in four bytes, the largest", "\xf0\x8f\xbf\xbf"},
		{"five bytes", "\xf8\x88\x80\x80\x80"},
		{"five bytes, overlong", "\xf8\x80\x80\x80\xa2"},
		{"six bytes", "\xfc\x84\x80\x80\x80\x80"},
		{"six bytes, overlong", "\xfc\x80\x80\x80\x80\xa2"},
		{"the first surrogate", "\xed\xa0\x80"},
		{"the last surrogate", "\xed\xbf\xbf"},
		{"a pair of surrogates, as CESU-8 has it", "\xed\xa1\x82\xed\xbe\xb7"},
		{"the first beyond Unicode", "\xf4\x90\x80\x80"},
		{"far beyond Unicode", "\xf7\xbf\xbf\xbf"},
		{"one of them among Chinese", "\u6797\xed\xa0\x80\u8bd5"},
		{"Chinese with its last byte missing", "\u6d4b\u8bd5\u6797\xe8\xaf"},
	},
	unlessGBK: []text{
		{"two bytes of three", "\xe6\x9e"},
		{"two continuations", "\x97\xa0"},
		{"the first continuation alone, or €", "\x80"},
		{"a lead byte before a letter", "\xe9a"},
	},
}

// Ways to refuse: an answer that is none, and a success without a patient.
const (
	malformed = "no answer"
	nobody    = "a success without a patient"
	patient   = "a success with a patient"
)

// read tells what comes of an answer, and that what is kept of it is what came.
func read(t *testing.T, answer string, c charset.Charset) string {
	t.Helper()
	a, err := DecodeAnswer([]byte(answer), c)
	if err != nil {
		if f, ok := errors.AsType[failure.Failure](err); !ok || !errors.Is(err, ErrMalformed) || !strings.HasSuffix(f.Error(), "！") {
			t.Errorf("%.200q: %v", answer, err)
		}
		return malformed
	}
	if string(a.JSON) != answer {
		t.Errorf("%.200q is kept as %.200q", answer, a.JSON)
	}
	carried(t, a)
	if a.Err() != nil {
		return nobody
	}
	return patient
}

// xmlLines makes of line ends what every reader of XML does (XML 1.0, 2.11).
var xmlLines = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// carried checks that a host program finds an answer verbatim in out_put.
func carried(t *testing.T, a *Answer) {
	t.Helper()
	request := &protocol.Request{Funid: protocol.PatientInfo, Body: []protocol.Field{{Name: protocol.CertType, Value: protocol.CertVoucher}}}
	f, err := protocol.Lookup(request.Funid)
	if err != nil {
		t.Fatal(err)
	}
	response := f.Success(request, map[string]string{protocol.OutPut: string(a.JSON)})
	for _, outside := range []gbk.Fallback{gbk.Reference, gbk.GB18030} {
		codec := protocol.Codec{Outside: outside}
		got, err := protocol.DecodeResponse(codec.EncodeResponse(response))
		if err != nil {
			t.Errorf("%.200q in out_put: %v", a.JSON, err)
		} else if want := xmlLines.Replace(string(a.JSON)); xmlLines.Replace(got.Value(protocol.OutPut)) != want {
			t.Errorf("out_put is %.200q, not %.200q", got.Value(protocol.OutPut), a.JSON)
		}
	}
}

// holderAnd is an object that names a patient and has a value beside that.
func holderAnd(value string) string {
	return `{"ecToken":"350000ec","userName":"Lin","x":` + value + `}`
}

// quoted is the string that holds a text. It leaves bytes beyond ASCII as they
// are.
func quoted(s string) string {
	b := []byte{'"'}
	for _, c := range []byte(s) {
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c < ' ':
			b = fmt.Appendf(b, `\u%04x`, c)
		default:
			b = append(b, c)
		}
	}
	return string(append(b, '"'))
}

// places are where in an answer a value may stand, each in an answer that names a
// patient. A string is a value, and a name.
var places = map[string]func(value string) string{
	"beside data": func(v string) string { return `{"code":"0","data":` + holderAnd("0") + `,"x":` + v + `}` },
	"before code": func(v string) string { return `{"x":` + v + `,"code":"0","data":` + holderAnd("0") + `}` },
	"in data":     func(v string) string { return `{"code":"0","data":` + holderAnd(v) + `}` },
	"in a string": inString,
	"name in data": func(v string) string {
		return `{"code":"0","data":{"ecToken":"350000ec","userName":"Lin",` + v + `:0}}`
	},
}

// inString is an answer whose "data" is a string that holds the object with the
// value: it is a second text, within the first.
func inString(value string) string { return `{"code":"0","data":` + quoted(holderAnd(value)) + `}` }

// charsets are those in which an ASCII text is the same. Others are read as what
// they are declared.
func charsets(s string) []charset.Charset {
	for _, c := range []byte(s) {
		if c >= utf8.RuneSelf {
			return []charset.Charset{charset.UTF8}
		}
	}
	return []charset.Charset{charset.UTF8, charset.Auto, charset.GBK}
}

func TestAnswerOfJSON(t *testing.T) {
	for _, v := range jsonValues {
		for place, answer := range places {
			if place == "name in data" && v.json[0] != '"' {
				continue
			}
			for _, c := range charsets(v.json) {
				t.Run(v.shows+", "+place+", "+string(c), func(t *testing.T) {
					if got := read(t, answer(v.json), c); got != patient {
						t.Errorf("%.300q is %s", answer(v.json), got)
					}
				})
			}
		}
	}
}

func TestAnswerOfNoJSON(t *testing.T) {
	for _, v := range notJSON {
		for place, answer := range places {
			want := malformed
			if place == "in a string" {
				want = nobody // the answer around it is JSON, and goes on as it is
			}
			for _, c := range charsets(v.json) {
				t.Run(v.shows+", "+place+", "+string(c), func(t *testing.T) {
					if got := read(t, answer(v.json), c); got != want {
						t.Errorf("%.300q is %s, should be %s", answer(v.json), got, want)
					}
				})
			}
		}
		t.Run(v.shows+", alone", func(t *testing.T) {
			if got := read(t, v.json, charset.UTF8); got != malformed {
				t.Errorf("%q is %s", v.json, got)
			}
		})
	}
}

// What is no UTF-8 is an error wherever it stands, and never taken for GBK while
// it can be a damaged UTF-8 by the rules of package charset.
func TestAnswerOfNoUTF8(t *testing.T) {
	for i, v := range slices.Concat(notUTF8.never, notUTF8.unlessGBK) {
		for place, answer := range places {
			charsets := []charset.Charset{charset.UTF8}
			if i < len(notUTF8.never) {
				charsets = append(charsets, charset.Auto)
			}
			for _, c := range charsets {
				t.Run(v.shows+", "+place+", "+string(c), func(t *testing.T) {
					for _, in := range []string{`"` + v.json + `"`, `"a` + v.json + `"`, `"` + v.json + ` a"`} {
						if got := read(t, answer(in), c); got != malformed {
							t.Errorf("%.300q is %s", answer(in), got)
						}
					}
				})
			}
		}
		t.Run(v.shows+", outside of a string", func(t *testing.T) {
			for _, answer := range []string{v.json + `{"code":"0"}`, `{"code":"0"}` + v.json, `{"code":` + v.json + `"0"}`} {
				if got := read(t, answer, charset.UTF8); got != malformed {
					t.Errorf("%q is %s", answer, got)
				}
			}
		})
	}
}

// An answer is one JSON text, an object, and nothing else.
func TestAnswerIsOneText(t *testing.T) {
	answer := `{"code":"0","data":` + holderAnd("0") + `}`
	utf16As := func(first, second int) string {
		var b []byte
		for _, u := range utf16.Encode([]rune(answer)) {
			pair := [2]byte{byte(u), byte(u >> 8)}
			b = append(b, pair[first], pair[second])
		}
		return string(b)
	}
	for _, v := range []text{
		{"nothing", ""},
		{"white space", " \t\r\n"},
		{"a byte order mark", "\uFEFF"},
		{"two byte order marks", "\uFEFF\uFEFF" + answer},
		{"a byte order mark behind white space", " \uFEFF" + answer},
		{"a byte order mark behind", answer + "\uFEFF"},
		{"two bytes of a byte order mark", "\xef\xbb" + answer},
		{"one byte of a byte order mark", "\xef" + answer},
		{"UTF-16, little end first", utf16As(0, 1)},
		{"UTF-16, big end first", utf16As(1, 0)},
		{"UTF-16 with its mark, little end first", "\xff\xfe" + utf16As(0, 1)},
		{"UTF-16 with its mark, big end first", "\xfe\xff" + utf16As(1, 0)},
		{"the mark of UTF-16 before ASCII", "\xff\xfe" + answer},
		{"the mark of GB18030", "\x84\x31\x95\x33" + answer},
		{"cut off", answer[:len(answer)-1]},
		{"cut off in a string", answer[:20]},
		{"only a brace", "{"},
		{"its second half", answer[1:]},
		{"two texts", answer + answer},
		{"two texts on lines of their own", answer + "\n" + answer + "\n"},
		{"a sequence of texts (RFC 7464)", "\x1e" + answer + "\n"},
		{"a comma behind", answer + ","},
		{"a semicolon behind", answer + ";"},
		{"a brace too many", answer + "}"},
		{"a letter behind", answer + "x"},
		{"NUL behind", answer + "\x00"},
		{"the end of file of DOS behind", answer + "\x1a"},
		{"a comment before", "// a\n" + answer},
		{"a comment behind", answer + "/* a */"},
		{"a form feed before", "\f" + answer},
		{"a wide blank before", "　" + answer},
		{"a no-break space behind", answer + "\u00a0"},
		{"JSONP", "callback(" + answer + ")"},
		{"the guard of some services", ")]}',\n" + answer},
		{"an assignment", "var a = " + answer},
		{"a log line", "2026-11-24 " + answer},
		{"in an array", "[" + answer + "]"},
		{"in a string", quoted(answer)},
		{"null", "null"},
		{"true", "true"},
		{"a number", "0"},
		{"a string", `"0"`},
		{"an empty array", "[]"},
		{"an empty object", "{}"},
		{"a web page", "<!DOCTYPE html><title>登录</title>"},
		{"XML", `<?xml version="1.0"?><code>0</code>`},
		{"a form", "code=0&message=success"},
		{"a level too deep", `{"code":"0","data":` + holderAnd(nested("[", "", "]", deepestValue+1)) + `}`},
		{"a thousand levels, without an end", strings.Repeat(`{"a":[`, 500)},
	} {
		for _, c := range []charset.Charset{charset.UTF8, charset.Auto} {
			t.Run(v.shows+", "+string(c), func(t *testing.T) {
				if got := read(t, v.json, c); got != malformed {
					t.Errorf("%.300q is %s", v.json, got)
				}
			})
		}
	}

	// White space around it is none of it, and a byte order mark may be left out
	// (RFC 8259, section 8.1), which programs of Windows write.
	for _, v := range []text{
		{"as it is", answer},
		{"white space around", " \t\r\n" + answer + "\n\r\t "},
		{"a byte order mark before", "\uFEFF" + answer},
		{"a byte order mark and white space before", "\uFEFF\r\n" + answer},
	} {
		for _, c := range []charset.Charset{charset.UTF8, charset.Auto} {
			a, err := DecodeAnswer([]byte(v.json), c)
			if err != nil || string(a.JSON) != answer || a.Err() != nil {
				t.Errorf("%s, %s: %v, %v", v.shows, c, a, err)
			}
		}
	}
}

// The limit is that of the answer in UTF-8, in which it goes on: what the centre
// gives is not lost between server and agent.
func TestAnswerSize(t *testing.T) {
	sized := func(n int, fill string) string {
		const before, behind = `{"code":"0","data":{"ecToken":"350000ec","userName":"Lin","x":"`, `"}}`
		return before + strings.Repeat(fill, (n-len(before)-len(behind))/len(fill)) + behind
	}
	if got := read(t, sized(MaxAnswer, "x"), charset.UTF8); got != patient {
		t.Errorf("the largest answer is %s", got)
	}
	if got := read(t, sized(MaxAnswer+1, "x"), charset.UTF8); got != malformed {
		t.Errorf("a larger one is %s", got)
	}
	chinese := sized(MaxAnswer+3, "林")
	inGBK := gbk.Append(nil, chinese, gbk.Reference)
	if len(chinese) <= MaxAnswer || len(inGBK) > MaxAnswer {
		t.Fatalf("%d bytes, %d in GBK", len(chinese), len(inGBK))
	}
	if a, err := DecodeAnswer(inGBK, charset.GBK); !errors.Is(err, answerTooLarge) {
		t.Errorf("an answer that is larger in UTF-8: %v, %v", a, err)
	}
}

// The lists above agree with encoding/json, and no text stands in both.
func TestJSONTexts(t *testing.T) {
	shown := map[string]bool{}
	for _, list := range [][]text{jsonValues, notJSON} {
		for _, v := range list {
			if shown[v.shows] {
				t.Errorf("two texts show %q", v.shows)
			}
			shown[v.shows] = true
			if valid := json.Valid([]byte(v.json)); valid != (&list[0] == &jsonValues[0]) && !strings.Contains(v.json, "//") {
				t.Errorf("%s: valid is %t", v.shows, valid)
			}
		}
	}
	for _, v := range slices.Concat(notUTF8.never, notUTF8.unlessGBK) {
		if utf8.ValidString(v.json) || bytes.ContainsAny([]byte(v.json), `"\`) {
			t.Errorf("%s is %q", v.shows, v.json)
		}
	}
}
