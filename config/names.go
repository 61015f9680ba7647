package config

import (
	"reflect"
	"slices"
	"strings"
)

// nearest returns a question behind the name of a key that there is not, ""
// when no key is near: one that is spelt alike, of the same section before one of
// another.
func nearest(key []string) string {
	section, last := split(key)
	var found []string
	best := 2 * (2 + len(last)/3)
	for _, known := range keys(nil, reflect.TypeFor[Config]()) {
		if known[0] == "driver" && key[0] == "driver" && len(known) > 1 && len(key) > 1 {
			known[1] = key[1] // whatever its name
		}
		inSection, name := split(known)
		score := 2 * distance(name, last)
		if inSection != section {
			score++
		}
		if score < best {
			best, found = score, nil
		}
		if score == best {
			found = append(found, "["+strings.Join(known, ".")+"]")
		}
	}
	const most = 3
	if len(found) == 0 || len(found) > most {
		return ""
	}
	return "（是不是" + strings.Join(found, "、") + "？）"
}

// split returns the section and the last part of a key's name.
func split(key []string) (section, last string) {
	return strings.Join(key[:len(key)-1], "."), key[len(key)-1]
}

// keys returns the names of all sections and keys of a type; a driver is called
// <名字>.
func keys(section []string, t reflect.Type) [][]string {
	var names [][]string
	for i := range t.NumField() {
		f := t.Field(i)
		name := slices.Clone(section)
		if !f.Anonymous {
			name = append(name, f.Tag.Get("toml"))
			names = append(names, name)
		}
		switch {
		case f.Type == reflect.TypeFor[map[string]Driver]():
			names = append(names, keys(append(slices.Clone(name), "<名字>"), f.Type.Elem())...)
		case f.Type.Kind() == reflect.Struct && f.Type != reflect.TypeFor[Pattern]():
			names = append(names, keys(name, f.Type)...)
		}
	}
	return names
}

// distance returns how many letters must be added, removed or changed to make b
// of a (Levenshtein).
func distance(a, b string) int {
	from, to := []rune(a), []rune(b)
	row := make([]int, len(to)+1)
	for j := range row {
		row[j] = j
	}
	for i, r := range from {
		before := slices.Clone(row)
		row[0] = i + 1
		for j := range to {
			change := before[j]
			if r != to[j] {
				change++
			}
			row[j+1] = min(change, before[j+1]+1, row[j]+1)
		}
	}
	return row[len(to)]
}
