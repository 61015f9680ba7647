package config

import (
	"strings"

	"mps/failure"
)

// asciiOf are the marks of Chinese input methods and what TOML has for them, or
// what most likely was meant.
var asciiOf = map[rune]rune{
	'＝': '=', '：': '=', '“': '"', '”': '"', '„': '"', '‟': '"', '＂': '"', '‘': '\'', '’': '\'', '＇': '\'', '｀': '\'', '`': '\'',
	'「': '"', '」': '"', '『': '"', '』': '"', '《': '"', '》': '"',
	'［': '[', '］': ']', '【': '[', '】': ']', '〔': '[', '〕': ']', '｛': '{', '｝': '}', '，': ',', '、': ',', '；': ',', '。': '.', '．': '.', '＃': '#',
	'－': '-', '—': '-', '＿': '_', '＋': '+', '\u3000': ' ', '\u00A0': ' ',
	'０': '0', '１': '1', '２': '2', '３': '3', '４': '4', '５': '5', '６': '6', '７': '7', '８': '8', '９': '9',
}

// A scanned line is what can be said about a line that is no TOML.
type scanned struct {
	key  string // before the equals sign; "" without one
	wide rune   // the first mark that should be ASCII, 0 for none
	bare bool   // the value is a text without quotes
}

// scan looks at a line outside of its quotes and comments. In quotes that do not
// end, a curly quote is what was to end them.
func scan(line string) scanned {
	var s scanned
	quote, inQuotes := rune(0), rune(0) // open quote, first wide quote behind it
	equals := -1
	for i, r := range line {
		mark := asciiOf[r]
		switch {
		case quote != 0:
			if r == quote {
				quote, inQuotes = 0, 0
			} else if inQuotes == 0 && (mark == '"' || mark == '\'') {
				inQuotes = r
			}
			continue
		case r == '#':
			line = line[:i]
		case r == '"', r == '\'':
			quote = r
		case r == '=' && equals < 0:
			equals = i
		case mark != 0 && s.wide == 0:
			s.wide = r
		}
		if r == '#' {
			break
		}
	}
	if quote != 0 && s.wide == 0 {
		s.wide = inQuotes
	}
	if equals >= 0 {
		s.key = strings.TrimSpace(line[:equals])
		s.bare = isBare(strings.TrimSpace(line[equals+1:]))
	}
	return s
}

// isBare reports a value that is none of TOML's but a text without quotes: a path,
// an address, a duration.
func isBare(value string) bool {
	if value == "" || strings.ContainsRune("\"'[{", rune(value[0])) {
		return false
	}
	const literal = " 0123456789+-_.:eExXoObBTZtz" // of numbers and dates
	return strings.Trim(value, literal) != "" || strings.Count(value, ":") == 1 || strings.Count(value, ".") > 1
}

// translations say which of our failures a text of go-toml is. A test holds them
// against its source. The first that is part of the text counts.
var translations = []struct {
	text string
	kind *failure.Kind
}{
	{"cannot decode TOML", badKind},
	{"cannot store a table in", noSection},
	{"cannot store an array table in", noList},
	{"array of size", noList},
	{"cannot reach element", noList},
	{"already exists", repeated},
	{"is already defined", repeated},
	{"should be a table", repeated},
	{"missing key", badForm},

	{"expected newline", restOfLine},
	{"extra characters at the end", badDate},
	{"extra bytes at the end", badDate},
	{"to close table name", openSection},
	{"to close array table name", openSection},
	{"expected '=' after key", noEquals},
	{"expected key but reached end of input", noEquals},
	{"invalid character at start of key", badKeyName},
	{"expected value, not end of input", noValue},
	{"expected value but got", badArray},
	{"at start of value", badValue},
	{"expected keyword", badValue},
	{"strings must be quoted", badValue},

	{"levels deep", badForm},
	{"array is incomplete", badArray},
	{"after array value", badArray},
	{"inline table", badBraces},

	{"unterminated", openQuote},
	{"not terminated by", openQuote},
	{"cannot have new lines", openQuote},
	{"too many quotes", openQuote},
	{"control characters", badCharacter},
	{"carriage returns", badCharacter},
	{"invalid UTF-8", badCharacter},
	{"escape", badEscape},
	{"need a character after", badEscape},

	{"impossible date", badDate},
	{"dates are expected", badDate},
	{"datetimes are expected", badDate},
	{"datetime separator", badDate},
	{"date-time", badDate},
	{"times are expected", badDate},
	{"hour cannot be", badDate},
	{"minutes", badDate},
	{"seconds", badDate},
	{"fraction point", badDate},
	{"timezone", badDate},
	{"separator", badDate},
	{"expected digit (0-9)", badDate},

	{"number", badNumber},
	{"expected digit", badNumber},
	{"radix", badNumber},
	{"leading zeroes", badNumber},
	{"decimal point", badNumber},
	{"exponent", badNumber},
	{"integer value", badNumber},
	{"float value", badNumber},
	{"unable to parse float", badNumber},
	{"expected \"nan\"", badNumber},
	{"expected \"inf\"", badNumber},
}

// translated returns what a text of go-toml means, badForm when the table does
// not have it.
func translated(text string) *failure.Kind {
	for _, t := range translations {
		if strings.Contains(text, t.text) {
			return t.kind
		}
	}
	return badForm
}
