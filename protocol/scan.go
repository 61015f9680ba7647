package protocol

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// An envelope is a message of this protocol as scanned: a root element with a
// Header and a Body, each holding fields. Values are not trimmed.
type envelope struct {
	header, body       []Field
	hasHeader, hasBody bool
	bodyStart, bodyEnd int // where the Body's content begins and ends in the text
}

// A scanner reads the two-level envelope and nothing more of XML than that
// needs. It never goes back, and what it keeps is bounded by the text.
type scanner struct {
	text  string
	pos   int
	root  string
	open  []string // names of the open elements, outermost first
	value string   // text of the open field so far
	done  bool     // the root element has ended
	env   envelope
}

// scan reads text as a message with the given root element. What was read
// before an error is returned with the error.
func scan(text, root string) (*envelope, error) {
	s := &scanner{text: text, root: root}
	err := s.run()
	return &s.env, err
}

func (s *scanner) run() error {
	for s.pos < len(s.text) {
		var err error
		if s.text[s.pos] == '<' {
			err = s.markup()
		} else {
			err = s.characters()
		}
		if err != nil {
			return err
		}
	}
	switch {
	case s.done:
		return nil
	case len(s.open) > 0:
		return s.truncated()
	}
	return errorf("报文为空：没有<%s>元素", s.root)
}

func (s *scanner) truncated() error {
	return errorf("报文不完整：共%d字节，到末尾仍没有</%s>，可能被截断", len(s.text), s.root)
}

// malformed reports a mistake at the current position.
func (s *scanner) malformed(what string) error {
	return errorf("报文第%d行XML格式错误：%s", 1+strings.Count(s.text[:s.pos], "\n"), what)
}

func (s *scanner) characters() error {
	raw := s.text[s.pos:]
	if n := strings.IndexByte(raw, '<'); n >= 0 {
		raw = raw[:n]
	}
	if len(s.open) == 0 && strings.Trim(raw, blanks) != "" {
		if s.done {
			return s.malformed("</" + s.root + ">之后还有多余的内容")
		}
		return errorf("报文不是XML：应以<?xml或<%s>开头", s.root)
	}
	if s.inField() {
		text, err := s.unescape(normalizeNewlines(raw))
		if err != nil {
			return err
		}
		s.value += text
	}
	s.pos += len(raw)
	return nil
}

// inField tells whether text belongs to a field of the Header or the Body.
func (s *scanner) inField() bool {
	return len(s.open) == 3 && (s.open[1] == "Header" || s.open[1] == "Body")
}

func (s *scanner) markup() error {
	rest := s.text[s.pos:]
	switch {
	case strings.HasPrefix(rest, "</"):
		return s.endTag()
	case strings.HasPrefix(rest, "<?"):
		_, err := s.skipPast("<?", "?>")
		return err
	case strings.HasPrefix(rest, "<!--"):
		_, err := s.skipPast("<!--", "-->")
		return err
	case strings.HasPrefix(rest, "<![CDATA["):
		return s.cdata()
	case strings.HasPrefix("<!--", rest), strings.HasPrefix("<![CDATA[", rest):
		return s.truncated()
	case strings.HasPrefix(rest, "<!"):
		return s.malformed("不允许DOCTYPE等声明")
	}
	return s.startTag()
}

// skipPast moves behind the next closing mark and returns what lies between.
func (s *scanner) skipPast(opening, closing string) (string, error) {
	content := s.text[s.pos+len(opening):]
	n := strings.Index(content, closing)
	if n < 0 {
		return "", s.truncated()
	}
	s.pos += len(opening) + n + len(closing)
	return content[:n], nil
}

func (s *scanner) cdata() error {
	if len(s.open) == 0 {
		return s.malformed("CDATA不在元素之内")
	}
	content, err := s.skipPast("<![CDATA[", "]]>")
	if err == nil && s.inField() {
		s.value += normalizeNewlines(content)
	}
	return err
}

func (s *scanner) startTag() error {
	start := s.pos
	s.pos++
	name, err := s.name()
	if err != nil {
		return err
	}
	selfClosed, err := s.attributes()
	if err != nil {
		return err
	}
	if err := s.enter(name, start); err != nil {
		return err
	}
	if selfClosed {
		return s.leave(s.pos)
	}
	return nil
}

func (s *scanner) endTag() error {
	start := s.pos
	s.pos += len("</")
	name, err := s.name()
	if err != nil {
		return err
	}
	s.skipBlanks()
	if s.pos == len(s.text) {
		return s.truncated()
	}
	if s.text[s.pos] != '>' {
		return s.malformed("</" + excerpt(name) + "之后应为“>”")
	}
	if len(s.open) == 0 || s.open[len(s.open)-1] != name {
		return s.malformed("</" + excerpt(name) + ">没有对应的开始标签")
	}
	s.pos++
	return s.leave(start)
}

// enter opens an element whose start tag began at start and ends here.
func (s *scanner) enter(name string, start int) error {
	depth := len(s.open)
	switch {
	case depth == 0 && s.done:
		return s.malformed("</" + s.root + ">之后还有多余的元素")
	case depth == 0 && name != s.root:
		return errorf("报文的根元素应为<%s>，实际是<%s>", s.root, excerpt(name))
	case depth == maxDepth:
		return s.malformed("元素嵌套过深")
	case depth == 1 && name == "Header":
		if s.env.hasHeader {
			return errorf("报文中<Header>重复")
		}
		s.env.hasHeader = true
	case depth == 1 && name == "Body":
		if s.env.hasBody {
			return errorf("报文中<Body>重复")
		}
		s.env.hasBody = true
		s.env.bodyStart = s.pos
	}
	s.open = append(s.open, name)
	if s.inField() {
		s.value = ""
		fields := *s.fields()
		if len(fields) == maxFields {
			return errorf("报文中的字段过多：最多%d个", maxFields)
		}
		for _, f := range fields {
			if f.Name == name {
				s.pos = start
				return errorf("报文中<%s>重复", excerpt(name))
			}
		}
	}
	return nil
}

// leave closes the innermost element, whose content ends at end.
func (s *scanner) leave(end int) error {
	name := s.open[len(s.open)-1]
	if s.inField() {
		fields := s.fields()
		*fields = append(*fields, Field{Name: name, Value: s.value})
	}
	s.open = s.open[:len(s.open)-1]
	switch {
	case len(s.open) == 0:
		s.done = true
	case len(s.open) == 1 && name == "Body":
		s.env.bodyEnd = end
	}
	return nil
}

// fields returns the list that the open field belongs to.
func (s *scanner) fields() *[]Field {
	if s.open[1] == "Header" {
		return &s.env.header
	}
	return &s.env.body
}

// attributes moves behind the end of a start tag. What the attributes say does
// not matter to this protocol.
func (s *scanner) attributes() (selfClosed bool, err error) {
	for {
		s.skipBlanks()
		rest := s.text[s.pos:]
		switch {
		case rest == "" || rest == "/":
			return false, s.truncated()
		case rest[0] == '>':
			s.pos++
			return false, nil
		case strings.HasPrefix(rest, "/>"):
			s.pos += len("/>")
			return true, nil
		}
		if err := s.attribute(); err != nil {
			return false, err
		}
	}
}

func (s *scanner) attribute() error {
	if _, err := s.name(); err != nil {
		return err
	}
	s.skipBlanks()
	if !strings.HasPrefix(s.text[s.pos:], "=") {
		return s.malformed("属性之后应为“=”")
	}
	s.pos++
	s.skipBlanks()
	if s.pos == len(s.text) {
		return s.truncated()
	}
	quote := s.text[s.pos]
	if quote != '"' && quote != '\'' {
		return s.malformed("属性的值应放在引号之内")
	}
	value, err := s.skipPast(string(quote), string(quote))
	if err != nil {
		return err
	}
	if strings.Contains(value, "<") {
		return s.malformed("属性的值含有“<”")
	}
	return nil
}

const blanks = " \t\r\n" // XML 1.0, section 2.3

func (s *scanner) skipBlanks() {
	for s.pos < len(s.text) && strings.IndexByte(blanks, s.text[s.pos]) >= 0 {
		s.pos++
	}
}

// name reads an element or attribute name. Which characters beyond ASCII may
// stand in one is not checked: the specification itself uses Chinese names.
func (s *scanner) name() (string, error) {
	start := s.pos
	for s.pos < len(s.text) && isNameByte(s.text[s.pos], s.pos == start) {
		s.pos++
	}
	name := s.text[start:s.pos]
	switch {
	case s.pos == len(s.text):
		return "", s.truncated()
	case name == "":
		return "", s.malformed("“<”之后应为元素名；数据中的“<”请写成&lt;")
	case len(name) > maxName:
		return "", s.malformed("元素名过长")
	}
	return name, nil
}

func isNameByte(c byte, first bool) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', c == '_', c == ':', c >= utf8.RuneSelf:
		return true
	case '0' <= c && c <= '9', c == '-', c == '.':
		return !first
	}
	return false
}

// unescape resolves character references and the five entities that XML
// defines. Any other entity would need a DTD and is refused.
func (s *scanner) unescape(raw string) (string, error) {
	n := strings.IndexByte(raw, '&')
	if n < 0 {
		return raw, nil
	}
	var b strings.Builder
	for n >= 0 {
		b.WriteString(raw[:n])
		raw = raw[n+1:]
		name, rest, ok := strings.Cut(raw, ";")
		r := resolve(name)
		if !ok || r == utf8.RuneError {
			return "", s.malformed("不支持的实体；数据中的“&”请写成&amp;")
		}
		b.WriteRune(r)
		raw = rest
		n = strings.IndexByte(raw, '&')
	}
	b.WriteString(raw)
	return b.String(), nil
}

// resolve returns the character that &name; stands for, U+FFFD for none.
func resolve(name string) rune {
	switch name {
	case "lt":
		return '<'
	case "gt":
		return '>'
	case "amp":
		return '&'
	case "quot":
		return '"'
	case "apos":
		return '\''
	}
	digits, isReference := strings.CutPrefix(name, "#")
	if !isReference {
		return utf8.RuneError
	}
	base := 10
	if hex, ok := strings.CutPrefix(digits, "x"); ok {
		digits, base = hex, 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil || n > utf8.MaxRune || !utf8.ValidRune(rune(n)) || !isXMLChar(rune(n)) {
		return utf8.RuneError
	}
	return rune(n)
}

// normalizeNewlines applies XML 1.0, section 2.11.
func normalizeNewlines(s string) string {
	if !strings.Contains(s, "\r") {
		return s
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}
