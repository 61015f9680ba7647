package protocol

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// mistakes returns what is wrong with a table of functions, one line each:
// whatever would make an answer without the fields that its request is due.
func mistakes(table []Function) []string {
	var all []string
	seen := map[string]bool{}
	for _, f := range table {
		complain := func(format string, args ...any) {
			all = append(all, fmt.Sprintf("function %q: ", f.ID)+fmt.Sprintf(format, args...))
		}
		if f.ID == "" || f.Name == "" || seen[f.ID] {
			complain("id and name must be there, and the id once")
		}
		seen[f.ID] = true

		params := map[string]Param{}
		for _, p := range f.Params {
			if _, twice := params[p.Name]; twice || p.Name == "" || p.Title == "" {
				complain("parameter %q must have a name, once, and a title", p.Name)
			}
			params[p.Name] = p
		}
		isJSON := map[string]bool{}
		for _, form := range f.Forms {
			names := map[string]bool{}
			for _, field := range form.Fields {
				if field.Name == "" || field.Title == "" || names[field.Name] {
					complain("field %q must have a name, once in its form, and a title", field.Name)
				}
				names[field.Name] = true
				if json, other := isJSON[field.Name]; other && json != field.JSON {
					complain("field %q is JSON in one form and not in another", field.Name)
				}
				isJSON[field.Name] = field.JSON
			}
			if len(names) == 0 {
				complain("a form without a field")
			}
		}

		switch chooses := slices.ContainsFunc(f.Forms, func(form Form) bool { return form.Param != "" }); {
		case len(f.Forms) == 0:
			complain("no form: every answer would be empty")
		case !chooses:
			if len(f.Forms) > 1 || f.Forms[0].Value != "" {
				complain("several forms and no parameter to choose by")
			}
		default:
			by := params[f.Forms[0].Param]
			if !by.Required || len(by.Values) == 0 {
				complain("forms are chosen by %q, which must be a required parameter with values", by.Name)
			}
			var want, got []string
			for _, v := range by.Values {
				want = append(want, v.Code)
			}
			for _, form := range f.Forms {
				if form.Param != by.Name {
					complain("forms are chosen by %q and by %q", by.Name, form.Param)
				}
				got = append(got, form.Value)
			}
			slices.Sort(want)
			slices.Sort(got)
			if !slices.Equal(got, want) {
				complain("%s has the values %v and forms for %v", by.Name, want, got)
			}
		}
	}
	return all
}

func TestFunctionTable(t *testing.T) {
	for _, m := range mistakes(Functions()) {
		t.Error(m)
	}
}

// The test above finds what it is there for.
func TestFunctionTableMistakes(t *testing.T) {
	fields := []FieldSpec{{Name: "a", Title: "甲"}}
	by := Param{Name: "kind", Title: "种类", Required: true, Values: []Value{{Code: "1"}, {Code: "2"}}}
	optional, anything := by, by
	optional.Required, anything.Values = false, nil
	both := []Form{{"kind", "1", fields}, {"kind", "2", fields}}
	for _, tt := range []struct {
		name  string
		right bool
		f     Function
	}{
		{"single form", true, Function{ID: "N", Name: "名", Forms: []Form{{Fields: fields}}}},
		{"a form for each value", true, Function{ID: "N", Name: "名", Params: []Param{by}, Forms: both}},
		{"no id", false, Function{Name: "名", Forms: []Form{{Fields: fields}}}},
		{"no form", false, Function{ID: "N", Name: "名"}},
		{"no field", false, Function{ID: "N", Name: "名", Forms: []Form{{}}}},
		{"a field without a title", false, Function{ID: "N", Name: "名", Forms: []Form{{Fields: []FieldSpec{{Name: "a"}}}}}},
		{"a field twice", false, Function{ID: "N", Name: "名", Forms: []Form{{Fields: append(fields, fields...)}}}},
		{"two forms for all", false, Function{ID: "N", Name: "名", Forms: []Form{{Fields: fields}, {Fields: fields}}}},
		{"a value and no parameter", false, Function{ID: "N", Name: "名", Forms: []Form{{Value: "1", Fields: fields}}}},
		{"one form for all, one by value", false, Function{ID: "N", Name: "名", Params: []Param{by}, Forms: append([]Form{{Fields: fields}}, both...)}},
		{"a value without a form", false, Function{ID: "N", Name: "名", Params: []Param{by}, Forms: both[:1]}},
		{"a value with two forms", false, Function{ID: "N", Name: "名", Params: []Param{by}, Forms: append(both, both[0])}},
		{"a form for no value", false, Function{ID: "N", Name: "名", Params: []Param{by}, Forms: append(both, Form{"kind", "3", fields})}},
		{"chosen by no parameter", false, Function{ID: "N", Name: "名", Forms: both}},
		{"chosen by an optional parameter", false, Function{ID: "N", Name: "名", Params: []Param{optional}, Forms: both}},
		{"chosen by any value", false, Function{ID: "N", Name: "名", Params: []Param{anything}, Forms: both}},
		{"a parameter twice", false, Function{ID: "N", Name: "名", Params: []Param{by, by}, Forms: both}},
		{"JSON in one form only", false, Function{ID: "N", Name: "名", Params: []Param{by}, Forms: []Form{both[0], {"kind", "2", []FieldSpec{{Name: "a", Title: "甲", JSON: true}}}}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if found := mistakes([]Function{tt.f}); (len(found) == 0) != tt.right {
				t.Errorf("mistakes: %q", found)
			}
		})
	}
	one := Function{ID: "N", Name: "名", Forms: []Form{{Fields: fields}}}
	if len(mistakes([]Function{one, one})) == 0 {
		t.Error("two functions may have one id")
	}
}

// A function with one form answers every request in it.
func TestSingleForm(t *testing.T) {
	f := Function{ID: "N05", Forms: []Form{{Fields: []FieldSpec{{Name: "a"}, {Name: "b", JSON: true}}}}}
	for _, r := range []*Request{{Funid: "N05"}, {Funid: "N05", Body: []Field{{Name: "kind", Value: "1"}}}} {
		got := f.Success(r, map[string]string{"a": "甲", "b": "{}"})
		if want := []Field{{Name: "a", Value: "甲"}, {Name: "b", Value: "{}", JSON: true}}; !slices.Equal(got.Body, want) {
			t.Errorf("%+v", got.Body)
		}
	}
}

// No value is lost on the way into a success.
func TestSuccessHasAPlaceForEachValue(t *testing.T) {
	f, err := Lookup(PatientInfo)
	if err != nil {
		t.Fatal(err)
	}
	card := &Request{Funid: PatientInfo, Body: []Field{{Name: CertType, Value: CertCard}}}
	for name, values := range map[string]map[string]string{
		"name misspelt":            {Name: "甲", "idcardno": "1"},
		"field of the other form":  {OutPut: "{}"},
		"empty, and of none of it": {"x": ""},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f.Success(card, values)
		}()
	}
	f.Success(card, map[string]string{Name: "甲"})
}

var libraryBody = regexp.MustCompile(`\{"([^"]*)", "([^"]*)",\s*"((?:[^"\\]|\\.)*)"\},`)

// The client library has the Body of every failed answer as a literal of its own.
func TestClientLibraryHasTheSameBodies(t *testing.T) {
	b, err := os.ReadFile("../capi/answer.c")
	if err != nil {
		t.Fatal(err)
	}
	_, table, found := strings.Cut(string(b), "empty_bodies[] = {")
	table, _, ended := strings.Cut(table, "\n};")
	if !found || !ended {
		t.Fatal("capi/answer.c has no empty_bodies")
	}
	got := map[string]string{}
	for _, m := range libraryBody.FindAllStringSubmatch(table, -1) {
		got[m[1]+" "+m[2]] = strings.ReplaceAll(m[3], `\n`, "\n")
	}
	want := map[string]string{}
	for _, f := range Functions() {
		for _, form := range f.Forms {
			if form.Param != "" && form.Param != CertType {
				t.Errorf("function %s: the client library knows requests by %s only", f.ID, CertType)
			}
			var fields []Field
			for _, spec := range form.Fields {
				fields = append(fields, Field{Name: spec.Name, JSON: spec.JSON})
			}
			c := Codec{}
			body := string(c.writer().appendFields(nil, fields))
			want[f.ID+" "+form.Value] = strings.TrimSuffix(strings.TrimPrefix(body, "\n"), "    ")
		}
	}
	for key, body := range want {
		if got[key] != body {
			t.Errorf("capi/answer.c: function and certificate %s: Body is\n%q, should be\n%q", key, got[key], body)
		}
	}
	if len(got) != len(want) {
		t.Errorf("capi/answer.c has %d bodies, the function table %d", len(got), len(want))
	}
}
