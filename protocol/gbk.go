package protocol

import (
	"bytes"
	"strings"

	"mps/charset"
	"mps/gbk"
)

// gbkForm is the form of callers whose strings are bytes. Their messages are
// laid out as they go out; what GBK lacks is written as outside says.
type gbkForm struct{ outside gbk.Fallback }

func (gbkForm) decode(wire []byte) (string, charset.Charset, error) {
	content := bytes.TrimPrefix(wire, []byte(utf8Mark))
	if len(bytes.Trim(content, blanks)) == 0 {
		return "", charset.GBK, requestEmpty.With()
	}
	text, in, err := decodeText(wire)
	if err != nil {
		text = asciiOf(content)
	}
	return text, in, err
}

// signedOf returns the Body's content in the wire bytes. The text is only a
// decoding of them, but "<" and ">" stand for themselves in every accepted
// encoding and never within another character, so counting them leads there.
func (gbkForm) signedOf(wire []byte, text string, env *envelope) []byte {
	if env.bodyEnd <= env.bodyStart { // <Body/>
		return nil
	}
	from := nthIndex(wire, '>', strings.Count(text[:env.bodyStart], ">")) + 1
	to := nthIndex(wire, '<', strings.Count(text[:env.bodyEnd], "<")+1)
	return wire[from:to]
}

// nthIndex returns the index of the n-th c in b, which must be there.
func nthIndex(b []byte, c byte, n int) int {
	at := -1
	for range n {
		at += 1 + bytes.IndexByte(b[at+1:], c)
	}
	return at
}

func (f gbkForm) appendRun(dst []byte, run string) []byte { return gbk.Append(dst, run, f.outside) }

func (gbkForm) signed(body []byte) []byte { return body }

func (gbkForm) encode(message []byte) []byte { return message }

func (gbkForm) nul() int { return 1 }
