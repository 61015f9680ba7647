package config

import (
	"log/slog"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
	"golang.org/x/text/width"

	"mps/failure"
	"mps/gbk"
)

// The types below are written as texts, and take nothing else: a bare 60 would
// otherwise be 60 of whatever Go counts in. They read the value as it stands in
// the file, with its quotes.

// A Duration is written like "10s" or "1m30s".
type Duration time.Duration

// UnmarshalTOML reads what time.ParseDuration reads.
func (d *Duration) UnmarshalTOML(value []byte) error {
	s, ok := quoted(value)
	if !ok {
		s = strings.TrimSpace(string(value))
	}
	v, err := time.ParseDuration(s)
	if !ok || err != nil {
		return wrong(value, badDuration.With(shortened(value), likely(s)))
	}
	*d = Duration(v)
	return nil
}

// String writes d as the file has it.
func (d Duration) String() string {
	s := time.Duration(d).String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// units are other ways to write a unit, the longer ones first.
var units = strings.NewReplacer(
	"milliseconds", "ms", "millisecond", "ms", "msec", "ms", "毫秒", "ms", "分钟", "m", "小时", "h",
	"seconds", "s", "second", "s", "secs", "s", "sec", "s", "秒钟", "s", "秒", "s",
	"minutes", "m", "minute", "m", "mins", "m", "min", "m", "分", "m",
	"hours", "h", "hour", "h", "时", "h", " ", "", "\u3000", "", "\"", "", "'", "", "“", "", "”", "",
)

// likely returns the duration that somebody meant who wrote s, as it must be
// written: "60s" when there is no telling.
func likely(s string) string {
	s = units.Replace(strings.ToLower(width.Narrow.String(s)))
	if n, err := strconv.ParseFloat(s, 64); err == nil {
		if n = max(n, -n); n > longest.Seconds() {
			s += "ms" // nobody waits for hours
		} else {
			s += "s"
		}
	}
	s = strings.TrimLeft(s, "+-")
	if _, err := time.ParseDuration(s); err != nil {
		return "60s"
	}
	return s
}

// A Level is written as DEBUG, INFO, WARN or ERROR.
type Level slog.Level

// Level makes l a slog.Leveler.
func (l Level) Level() slog.Level { return slog.Level(l) }

// UnmarshalTOML reads one of the four words, in any letter case.
func (l *Level) UnmarshalTOML(value []byte) error {
	s, ok := quoted(value)
	for _, level := range []slog.Level{slog.LevelDebug, slog.LevelInfo, slog.LevelWarn, slog.LevelError} {
		if ok && strings.EqualFold(s, level.String()) {
			*l = Level(level)
			return nil
		}
	}
	return wrong(value, badLevel.With(shortened(value)))
}

// An Outside is written as reference, gb18030 or question-mark.
type Outside gbk.Fallback

// UnmarshalTOML reads one of the three words.
func (o *Outside) UnmarshalTOML(value []byte) error {
	s, _ := quoted(value)
	switch s {
	case "reference":
		*o = Outside(gbk.Reference)
	case "gb18030":
		*o = Outside(gbk.GB18030)
	case "question-mark":
		*o = Outside(gbk.QuestionMark)
	default:
		return wrong(value, badFallback.With(shortened(value)))
	}
	return nil
}

// A Pattern is a regular expression.
type Pattern struct{ *regexp.Regexp }

// UnmarshalTOML compiles the expression.
func (p *Pattern) UnmarshalTOML(value []byte) error {
	s, ok := quoted(value)
	re, err := regexp.Compile(s)
	if !ok || err != nil {
		return wrong(value, badPattern.With(shortened(value)))
	}
	p.Regexp = re
	return nil
}

// quoted returns the text that a value of TOML is, and whether it is one.
func quoted(value []byte) (s string, ok bool) {
	var document struct{ Value any }
	if err := toml.Unmarshal(append([]byte("Value = "), value...), &document); err != nil {
		return "", false
	}
	s, ok = document.Value.(string)
	return s, ok
}

// shortened returns a value for the text of a failure.
func shortened(value []byte) string {
	const most = 40 // characters
	line, _, _ := strings.Cut(strings.TrimSpace(string(value)), "\n")
	if r := []rune(line); len(r) > most {
		line = string(r[:most]) + "…"
	}
	return line
}

// ours marks the texts that this package has go-toml report, which adds where
// the value stands and keeps of an error its text.
const ours = "mps: "

// wrong is the error of a value that f describes.
func wrong(value []byte, f *failure.Error) error {
	return unstable.NewParserError(value, "%s%v", ours, f)
}
