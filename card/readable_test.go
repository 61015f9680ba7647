package card_test

import (
	"errors"
	"strings"
	"testing"

	"mps/card"
	"mps/card/virtual"
	"mps/failure"
	"mps/gbk"
)

// A card that holds no readable patient is never a success, whatever the way in
// which its records are empty.
func TestReadNeedsAPatient(t *testing.T) {
	const (
		blank    = "卡内无个人信息，该卡可能尚未启用，请持卡人到发卡机构处理！"
		noName   = "卡内没有姓名，请持卡人到发卡机构处理！"
		noNumber = "卡内没有身份证号和卡号，请持卡人到发卡机构处理！"
	)
	filled := func(tag byte, fill string, length int) virtual.Option {
		return virtual.Record(tag, []byte(strings.Repeat(fill, length)))
	}
	inGB := func(s string) string { return string(gbk.Append(nil, s, gbk.GB18030)) }
	absent := func(tag byte) virtual.Option { return virtual.Record(tag, nil) }
	tests := []struct {
		name    string
		options []virtual.Option
		want    string
		is      error
		code    string
	}{
		{"08 and 09 absent", []virtual.Option{absent(0x08), absent(0x09)}, noName, card.ErrIncomplete, "card_no_name"},
		{"08 and 09 of 00", []virtual.Option{filled(0x08, "\x00", 18), filled(0x09, "\x00", 30)}, noName, card.ErrIncomplete, "card_no_name"},
		{"08 and 09 of FF", []virtual.Option{filled(0x08, "\xFF", 18), filled(0x09, "\xFF", 30)}, noName, card.ErrIncomplete, "card_no_name"},
		{"08 and 09 of blanks", []virtual.Option{filled(0x08, " ", 18), filled(0x09, " ", 30)}, noName, card.ErrIncomplete, "card_no_name"},
		{"09 absent", []virtual.Option{absent(0x09)}, noName, card.ErrIncomplete, "card_no_name"},
		{"09 without bytes", []virtual.Option{virtual.Record(0x09, []byte{})}, noName, card.ErrIncomplete, "card_no_name"},
		{"09 of full-width blanks", []virtual.Option{filled(0x09, "\xA1\xA1", 15), filled(0x4E, "\xA1\xA1", 10)}, noName, card.ErrIncomplete, "card_no_name"},
		{"09 of no-break blanks", []virtual.Option{filled(0x09, inGB("\u00a0"), 2)}, noName, card.ErrIncomplete, "card_no_name"},
		{"09 of shapeless characters", []virtual.Option{filled(0x09, inGB("\u200b"), 2)}, noName, card.ErrIncomplete, "card_no_name"},
		{"07 and 08 absent", []virtual.Option{absent(0x07), absent(0x08)}, noNumber, card.ErrIncomplete, "card_no_number"},
		{"07 of 00, 08 of FF", []virtual.Option{filled(0x07, "\x00", 9), filled(0x08, "\xFF", 18)}, noNumber, card.ErrIncomplete, "card_no_number"},
		{"07, 08 and 09 absent", []virtual.Option{absent(0x07), absent(0x08), absent(0x09)}, blank, card.ErrBlank, "card_blank"},
		{"07 and 08 absent, 09 of blanks", []virtual.Option{absent(0x07), absent(0x08), filled(0x09, "\xA1\xA1", 15)}, blank, card.ErrBlank, "card_blank"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := card.Read(t.Context(), virtual.New(holder, virtual.V2, tt.options...))
			if c != nil || err == nil {
				t.Fatalf("Read = %v, %v", c, err)
			}
			if want := "接口SSC_ReadCard 失败:" + tt.want; err.Error() != want {
				t.Errorf("error %q\nwant  %q", err, want)
			}
			if !errors.Is(err, tt.is) || !card.Recognised(err) || !card.LeadsOn(err) {
				t.Errorf("%v is no %v of a social security card, or a driver is not asked", err, tt.is)
			}
			if f, is := errors.AsType[failure.Failure](err); !is || f.Code() != tt.code || f.Next() == "" {
				t.Errorf("%v has another code than %s, or does not say what to do", err, tt.code)
			}
		})
	}
}

// A source that gives no names is not asked for one, but for a number.
func TestCheckReadableWithoutNames(t *testing.T) {
	for _, tt := range []struct {
		card  card.Card
		named bool
		want  error
	}{
		{card.Card{IDNumber: whole.IDNumber}, false, nil},
		{card.Card{Number: whole.Number}, false, nil},
		{card.Card{IDNumber: whole.IDNumber}, true, card.ErrIncomplete},
		{card.Card{Number: whole.Number}, true, card.ErrIncomplete},
		{card.Card{IdentificationCode: whole.IdentificationCode}, false, card.ErrBlank},
		{card.Card{IdentificationCode: whole.IdentificationCode}, true, card.ErrBlank},
		{card.Card{Name: whole.Name}, true, card.ErrIncomplete},
		{whole, true, nil},
	} {
		if err := card.CheckReadable("f", &tt.card, tt.named); !errors.Is(err, tt.want) {
			t.Errorf("%v, named %t: %v, want %v", tt.card, tt.named, err, tt.want)
		}
	}
}
