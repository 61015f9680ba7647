package config

import (
	"reflect"
	"slices"

	carddriver "mps/card/driver"
)

// Driver is one vendor's library or service, [driver.<name>]. Which keys count
// depends on its kind.
type Driver struct {
	Kind    string   `toml:"kind"` // one of carddriver's, or KindNationEC
	Library string   `toml:"library"`
	Host    string   `toml:"host"`    // mps program of the library's width; "" is this one
	Timeout Duration `toml:"timeout"` // of one call; 0 is that of the agent's call

	carddriver.Options

	HSMTimeout Duration `toml:"hsm_timeout"` // sscard: of one exchange with hsm; 0 is 10 s
	CodeField  string   `toml:"code_field"`  // nationec
}

// KindNationEC is the kind of Driver that asks for e-vouchers.
const KindNationEC = "nationec"

// check finds values that mean nothing for the driver's kind: whoever has written
// them waits for what they never do. A kind that nobody knows is found by whoever
// wants to use the driver.
func (d Driver) check(name string) error {
	if v := d.Charset; v != "" && !v.Valid() {
		key := "driver." + name + ".charset"
		return at(key, badCharset.With(key, string(v)))
	}
	counts, library, known := carddriver.Keys(d.Kind)
	if d.Kind == KindNationEC {
		counts, library, known = []string{"export", "buffer", "charset", "url", "code_field"}, true, true
	}
	if !known {
		return nil
	}
	counts = append(slices.Clone(counts), "kind", "timeout")
	if slices.Contains(counts, "hsm") {
		counts = append(counts, "hsm_timeout")
	}
	if library {
		counts = append(counts, "library", "host")
	}
	for _, key := range d.given() {
		if !slices.Contains(counts, key) {
			return at("driver."+name+"."+key, strayKey.With(name, d.Kind, key))
		}
	}
	return nil
}

// given returns the keys that have a value.
func (d Driver) given() []string {
	var keys []string
	v := reflect.ValueOf(d)
	for _, field := range reflect.VisibleFields(v.Type()) {
		key := field.Tag.Get("toml")
		if f := v.FieldByIndex(field.Index); key != "" && !empty(f) {
			keys = append(keys, key)
		}
	}
	return keys
}

// empty reports whether a value says nothing.
func empty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Map, reflect.Slice:
		return v.Len() == 0
	}
	return v.IsZero()
}
