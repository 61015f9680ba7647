package config

import (
	"iter"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode"

	"mps/failure"
)

// Durations are at least shortest, because nothing that is waited for comes
// sooner, and at most longest, because nobody waits for longer. Both catch a
// wrong unit.
const (
	shortest = 100 * time.Millisecond
	longest  = time.Hour
)

// A span is how long a duration may be, apart from 0 where that has a meaning.
type span struct {
	least, most time.Duration
	zero        bool
}

// spans are those of the durations that are no ordinary time limits; a key of
// [driver.<name>] stands there without the name. 0 means not to wait for a card,
// for a driver the agent's own limit, and for its security module the default.
var spans = map[string]span{
	"card.wait":              {shortest, longest, true},
	"driver.hsm_timeout":     {shortest, longest, true},
	"driver.timeout":         {shortest, longest, true},
	"sandbox.slow":           {time.Millisecond, longest, false},
	"server.answer_lifetime": {time.Second, 7 * 24 * time.Hour, false},
}

// spanOf returns how long the duration of a key may be.
func spanOf(key string) span {
	if parts := strings.Split(key, "."); parts[0] == "driver" {
		key = parts[0] + "." + parts[len(parts)-1]
	}
	if s, ok := spans[key]; ok {
		return s
	}
	return span{shortest, longest, false}
}

func (c *Config) checkDurations() error {
	for key, v := range values(reflect.ValueOf(*c)) {
		d, ok := v.Interface().(Duration)
		if !ok {
			continue
		}
		s := spanOf(key)
		t := time.Duration(d)
		switch {
		case t >= s.least && t <= s.most, t == 0 && s.zero:
		case s.zero:
			return at(key, notInSpanOrZero.With(key, d, Duration(s.least), Duration(s.most)))
		default:
			return at(key, notInSpan.With(key, d, Duration(s.least), Duration(s.most)))
		}
	}
	return nil
}

// paths are the keys whose values are the names of files or folders.
var paths = []string{"log.file", "server.data", "driver.library", "driver.host"}

// checkPaths finds the backslashes that double quotes have turned into control
// characters: "C:\temp" is a tab and emp.
func (c *Config) checkPaths() error {
	for key, v := range values(reflect.ValueOf(*c)) {
		parts := strings.Split(key, ".")
		if v.Kind() != reflect.String || !slices.Contains(paths, parts[0]+"."+parts[len(parts)-1]) {
			continue
		}
		if strings.ContainsFunc(v.String(), unicode.IsControl) {
			return at(key, badPath.With(key))
		}
	}
	return nil
}

// values yields the keys of a configuration with their values. An element of a
// map has its own name in the key.
func values(config reflect.Value) iter.Seq2[string, reflect.Value] {
	return func(yield func(string, reflect.Value) bool) { walk("", config, yield) }
}

func walk(key string, v reflect.Value, yield func(string, reflect.Value) bool) bool {
	switch {
	case v.Kind() == reflect.Struct && v.Type() != reflect.TypeFor[Pattern]():
		for i := range v.NumField() {
			field := v.Type().Field(i)
			if !field.IsExported() {
				continue
			}
			if !walk(join(key, field.Tag.Get("toml")), v.Field(i), yield) {
				return false
			}
		}
		return true
	case v.Type() == reflect.TypeFor[map[string]Driver]():
		names := v.MapKeys()
		slices.SortFunc(names, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
		for _, name := range names {
			if !walk(join(key, name.String()), v.MapIndex(name), yield) {
				return false
			}
		}
		return true
	}
	return yield(key, v)
}

// join returns the key of a part of a section; an embedded part has none of its
// own.
func join(section, part string) string {
	if section == "" || part == "" {
		return section + part
	}
	return section + "." + part
}

// A keyed error is about the value of one key.
type keyed struct {
	key string
	failure.Failure
}

// Unwrap returns the failure.
func (k keyed) Unwrap() error { return k.Failure }

func at(key string, f failure.Failure) error { return keyed{key, f} }
