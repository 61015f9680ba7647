package protocol

// An envelope is a message of this protocol as scanned: a root element with a
// Header and a Body, each holding fields. Values are not trimmed.
type envelope struct {
	header, body       []Field
	hasHeader, hasBody bool
	bodyStart, bodyEnd int // where the Body's content begins and ends in the text

	headerLike, bodyLike string // the first elements misspelled for the two, "" for none
}

// enter opens an element whose start tag began at start and ends here.
func (s *scanner) enter(name string, start int) error {
	depth := len(s.open)
	switch {
	case depth == 0 && s.done:
		return s.malformed(elementBehindRoot, s.root)
	case depth == 0 && misspelled(name, s.root):
		return elementSpelled.With(s.root, s.excerpt(name), s.root)
	case depth == 0 && name != s.root:
		return rootWrong.With(s.root, s.excerpt(name))
	case depth == maxDepth:
		return s.malformed(tooDeep)
	case depth == 1 && name == "Header":
		if s.env.hasHeader {
			return headerRepeated.With()
		}
		s.env.hasHeader = true
	case depth == 1 && name == "Body":
		if s.env.hasBody {
			return bodyRepeated.With()
		}
		s.env.hasBody = true
		s.env.bodyStart = s.pos
	case depth == 1 && s.env.headerLike == "" && misspelled(name, "Header"):
		s.env.headerLike = name
	case depth == 1 && s.env.bodyLike == "" && misspelled(name, "Body"):
		s.env.bodyLike = name
	}
	s.open = append(s.open, element{name, start})
	if s.inField() {
		s.value = ""
		fields := *s.fields()
		if len(fields) == maxFields {
			return tooManyFields.With(maxFields)
		}
		for _, f := range fields {
			if f.Name == name {
				s.pos = start
				return fieldRepeated.With(s.excerpt(name))
			}
		}
	}
	return nil
}

// leave closes the innermost element, whose content ends at end.
func (s *scanner) leave(end int) error {
	name := s.open[len(s.open)-1].name
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
	if s.open[1].name == "Header" {
		return &s.env.header
	}
	return &s.env.body
}

// inField tells whether text belongs to a field of the Header or the Body.
func (s *scanner) inField() bool {
	return len(s.open) == 3 && (s.open[1].name == "Header" || s.open[1].name == "Body")
}
