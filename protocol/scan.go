package protocol

import (
	"strings"
	"unicode/utf8"

	"mps/charset"
	"mps/failure"
)

// A scanner reads the two-level envelope and nothing more of XML than that
// needs. It never goes back, and what it keeps is bounded by the text.
type scanner struct {
	text  string
	in    charset.Charset // what the text came in
	size  int             // bytes that it came in
	pos   int
	root  string
	open  []element // the open elements, outermost first
	value string    // text of the open field so far
	done  bool      // the root element has ended
	env   envelope
}

// An element is one that is open.
type element struct {
	name  string
	start int // of its start tag
}

// scan reads text, which came in so many bytes, as a message with the given root
// element. What was read before an error is returned with the error.
func scan(text, root string, in charset.Charset, size int) (*envelope, error) {
	s := &scanner{text: text, in: in, size: size, root: root, open: make([]element, 0, 4)}
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
	return rootAbsent.With(s.root)
}

// truncated reports a text that ends within the innermost open element, or within
// the start tag of the root.
func (s *scanner) truncated() error {
	e := element{s.root, s.pos}
	if len(s.open) > 0 {
		e = s.open[len(s.open)-1]
	}
	name := s.excerpt(e.name)
	return truncated.With(s.size, s.line(e.start), name, name)
}

// malformed reports a mistake at the current position. The line is the first
// value of its kind, before the given ones.
func (s *scanner) malformed(kind *failure.Kind, values ...any) error {
	return s.malformedAt(s.pos, kind, values...)
}

func (s *scanner) malformedAt(pos int, kind *failure.Kind, values ...any) error {
	return kind.With(append([]any{s.line(pos)}, values...)...)
}

// line returns the number of the line at pos, which \n, \r or both end.
func (s *scanner) line(pos int) int {
	return 1 + strings.Count(normalizeNewlines(s.text[:pos]), "\n")
}

func (s *scanner) excerpt(text string) string { return excerpt(text, s.in) }

func (s *scanner) characters() error {
	raw := s.text[s.pos:]
	if n := strings.IndexByte(raw, '<'); n >= 0 {
		raw = raw[:n]
	}
	if len(s.open) == 0 && strings.Trim(raw, blanks) != "" {
		if s.done {
			return s.malformed(textBehindRoot, s.root)
		}
		return notXML.With(s.root)
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

func (s *scanner) markup() error {
	rest := s.text[s.pos:]
	switch {
	case strings.HasPrefix(rest, "</"):
		return s.endTag()
	case strings.HasPrefix(rest, "<?"):
		_, err := s.skipPast("处理指令<?", "<?", "?>")
		return err
	case strings.HasPrefix(rest, "<!--"):
		_, err := s.skipPast("注释<!--", "<!--", "-->")
		return err
	case strings.HasPrefix(rest, "<![CDATA["):
		return s.cdata()
	case strings.HasPrefix("<!--", rest), strings.HasPrefix("<![CDATA[", rest):
		return s.truncated()
	case strings.HasPrefix(rest, "<!"):
		return s.malformed(declarationRefused)
	}
	return s.startTag()
}

// skipPast moves behind the next closing mark and returns what lies between. what
// is what begins here, as a person calls it.
func (s *scanner) skipPast(what, opening, closing string) (string, error) {
	content := s.text[s.pos+len(opening):]
	n := strings.Index(content, closing)
	if n < 0 {
		return "", s.malformed(unclosed, what, s.size, closing)
	}
	s.pos += len(opening) + n + len(closing)
	return content[:n], nil
}

func (s *scanner) cdata() error {
	if len(s.open) == 0 {
		return s.malformed(cdataOutside)
	}
	content, err := s.skipPast("<![CDATA[", "<![CDATA[", "]]>")
	if err == nil && s.inField() {
		s.value += normalizeNewlines(content)
	}
	return err
}

func (s *scanner) startTag() error {
	start := s.pos
	s.pos++
	name, err := s.name(lessThanInData)
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
	name, err := s.name(lessThanInData)
	if err != nil {
		return err
	}
	s.skipBlanks()
	if s.pos == len(s.text) {
		return s.truncated()
	}
	if s.text[s.pos] != '>' {
		return s.malformed(endTagOpen, s.excerpt(name))
	}
	if len(s.open) == 0 || s.open[len(s.open)-1].name != name {
		return s.unmatched(name)
	}
	s.pos++
	return s.leave(start)
}

// unmatched reports an end tag that is not that of the innermost open element.
func (s *scanner) unmatched(name string) error {
	ended := s.excerpt(name)
	if len(s.open) == 0 {
		return s.malformed(endTagUnmatched, ended)
	}
	innermost := s.open[len(s.open)-1]
	due := s.excerpt(innermost.name)
	for _, e := range s.open {
		if e.name == name {
			return s.malformedAt(innermost.start, elementUnclosed, due, s.line(s.pos), ended, due)
		}
	}
	return s.malformed(endTagWrong, ended, due)
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
	if _, err := s.name(attributeNoName); err != nil {
		return err
	}
	s.skipBlanks()
	if !strings.HasPrefix(s.text[s.pos:], "=") {
		return s.malformed(attributeNoEquals)
	}
	s.pos++
	s.skipBlanks()
	if s.pos == len(s.text) {
		return s.truncated()
	}
	quote := s.text[s.pos]
	if quote != '"' && quote != '\'' {
		return s.malformed(attributeNoQuotes)
	}
	start := s.pos
	value, err := s.skipPast("引号", string(quote), string(quote))
	if err != nil {
		return err
	}
	if strings.Contains(value, "<") {
		return s.malformedAt(start, attributeLessThan)
	}
	return nil
}

const blanks = " \t\r\n" // XML 1.0, section 2.3

func (s *scanner) skipBlanks() {
	for s.pos < len(s.text) && strings.IndexByte(blanks, s.text[s.pos]) >= 0 {
		s.pos++
	}
}

// name reads an element or attribute name; none is the mistake where there is
// none. Which characters beyond ASCII may stand in one is not checked: the
// specification itself uses Chinese names.
func (s *scanner) name(none *failure.Kind) (string, error) {
	start := s.pos
	for s.pos < len(s.text) && isNameByte(s.text[s.pos], s.pos == start) {
		s.pos++
	}
	name := s.text[start:s.pos]
	switch {
	case s.pos == len(s.text):
		return "", s.truncated()
	case name == "":
		return "", s.malformed(none)
	case len(name) > maxName:
		return "", s.malformed(nameTooLong)
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
