package driver_test

import (
	"errors"
	"strings"
	"testing"

	"mps/card"
	"mps/card/driver"
	"mps/driverhost"
	"mps/gbk"
)

// writing is a library that writes a text into its buffer and succeeds.
func writing(text string) library {
	return library{driverhost.Result{Outputs: [][]byte{gbk.Append(nil, text, gbk.GB18030)}}}
}

// A driver that succeeds with fields that say nothing of the patient has not read
// one. Old and blank cards leave identity number, card number and name empty.
func TestSSCardNeedsAPatient(t *testing.T) {
	const (
		code = "350000D15600000512345678ABCDEF01|"
		rest = "|0081544A8686603500000000|2.00|20220928|20320927|"
	)
	for _, tt := range []struct {
		name, fields string
		want         string // "": a patient
		is           error
	}{
		{"whole", "350000|35058219720630061X|D12345678|" + code + "林小满" + rest, "", nil},
		{"no identity number", "350000||D12345678|" + code + "林小满" + rest, "", nil},
		{"no card number", "350000|35058219720630061X||" + code + "林小满" + rest, "", nil},
		{"no name", "350000|35058219720630061X|D12345678|" + code + rest, "卡内没有姓名，请持卡人到发卡机构处理！", card.ErrIncomplete},
		{"name of blanks", "350000|35058219720630061X|D12345678|" + code + " 　 " + rest, "卡内没有姓名，请持卡人到发卡机构处理！", card.ErrIncomplete},
		{"only a card number", "350000||D12345678|" + code + rest, "卡内没有姓名，请持卡人到发卡机构处理！", card.ErrIncomplete},
		{"only a name", "350000|  ||" + code + "林小满" + rest, "卡内没有身份证号和卡号，请持卡人到发卡机构处理！", card.ErrIncomplete},
		{"blank card", "350000|||" + code + rest, "卡内无个人信息，该卡可能尚未启用，请持卡人到发卡机构处理！", card.ErrBlank},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := driver.SSCard{Library: writing(tt.fields), Export: "iReadCardBas"}
			if tt.want != "" {
				fails(t, s, "接口iReadCardBas 失败:"+tt.want, tt.is)
				return
			}
			if c, err := s.Read(t.Context()); err != nil || c.Name != "林小满" {
				t.Errorf("%v, %v", c, err)
			}
		})
	}
}

// A layout that names no name cannot demand one; one that names no identity number
// or no card number wants the other.
func TestLayoutDecidesWhatAPatientNeeds(t *testing.T) {
	generic := func(text string, l driver.Layout) driver.Generic {
		call := driverhost.Call{Export: "read", Args: []driverhost.Arg{driverhost.Buffer(64)}}
		return driver.Generic{Library: writing(text), Steps: once(call), Layout: l}
	}
	nameless := driver.Layout{Separator: "|", IDNumber: "0", Number: "1"}
	for text, want := range map[string]error{
		"35058219720630061X||": nil,
		"|D12345678|":          nil,
		" | |":                 card.ErrBlank,
	} {
		if c, err := generic(text, nameless).Read(t.Context()); !errors.Is(err, want) || (c == nil) != (want != nil) {
			t.Errorf("%q: %v, %v, want %v", text, c, err, want)
		}
	}
	withoutNumber := driver.Layout{IDNumber: "id", Name: "name"}
	for text, want := range map[string]error{
		`{"id":"35058219720630061X","name":"林小满"}`: nil,
		`{"id":"35058219720630061X","name":null}`:  card.ErrIncomplete,
		`{"id":"35058219720630061X"}`:              card.ErrIncomplete,
		`{"name":"林小满","number":"D12345678"}`:      card.ErrIncomplete,
		`{}`: card.ErrBlank,
	} {
		if c, err := generic(text, withoutNumber).Read(t.Context()); !errors.Is(err, want) || (c == nil) != (want != nil) {
			t.Errorf("%s: %v, %v, want %v", text, c, err, want)
		}
	}
}

// What drivers fill fields up with is no part of them.
func TestFieldsAreTrimmed(t *testing.T) {
	const fields = "350000|%s35058219720630061X%s|%sD12345678%s|%s350000D15600000512345678ABCDEF01%s|%s林小满%s|00|%s%s|"
	for _, fill := range []string{" ", "\t", "\r\n", "\u3000", "\u00a0", " \r\n\u3000"} {
		for _, version := range []string{"2.00", "V3.00", "v1.0", ""} {
			text := strings.ReplaceAll(strings.Replace(fields, "%s%s|", fill+version+fill+"|", 1), "%s", fill)
			s := driver.SSCard{Library: writing(text), Export: "iReadCardBas"}
			if got, err := s.Read(t.Context()); err != nil || *got != whole {
				t.Errorf("%q, version %q: %v, %v", fill, version, got, err)
			}
		}
	}
	output := strings.NewReplacer(`"林小满"`, `"\u0000林小满\u0000\u0000"`, `"1"`, `"1 "`).Replace(sieafCard)
	business := driver.SieafLibrary{Library: writing("\r\n" + output + "\r\n"), Export: "business_handle"}
	if got, err := (driver.Sieaf{Business: business, Layout: driver.SieafLayout}).Read(t.Context()); err != nil || *got != whole {
		t.Errorf("%v, %v", got, err)
	}
	// What is within a field is not.
	for _, version := range []string{"2 .00", "VV3.00", "20150612"} {
		text := strings.ReplaceAll(strings.Replace(fields, "%s%s|", version+"|", 1), "%s", "")
		fails(t, driver.SSCard{Library: writing(text), Export: "iReadCardBas"}, unreadable("iReadCardBas", "规范版本"), card.ErrMalformed)
	}
}

// An identity number is spelt as cards spell it, whoever wrote it; what is none stays
// as the driver gave it.
func TestIdentityNumberIsSpeltOneWay(t *testing.T) {
	for given, want := range map[string]string{
		"35058219720630061X":      "35058219720630061X",
		"35058219720630061x":      "35058219720630061X",
		"35058219720630061x \r\n": "35058219720630061X",
		"３５０５８２１９７２０６３００６１ｘ": "35058219720630061X",
		"35058219720630062x": "35058219720630062x", // wrong check digit
		"350582720630061":    "350582720630061",
		"x1234567x":          "x1234567x",
	} {
		s := driver.SSCard{Library: writing("350000|" + given + "|D12345678|350000D15600000512345678ABCDEF01|林小满|00|2.00|"), Export: "iReadCardBas"}
		c, err := s.Read(t.Context())
		if err != nil || c.IDNumber != want || c.IDNumberValid != (want == "35058219720630061X") {
			t.Errorf("%q: %v, %v, want %s", given, c, err, want)
		}
	}
}
