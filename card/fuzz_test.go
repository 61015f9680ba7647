package card_test

import (
	"context"
	"strings"
	"testing"
	"unicode/utf8"

	"mps/card"
	"mps/card/virtual"
)

// scripted is a hostile card: it answers with the pieces of a script, each with
// its length in front, whatever it is asked, and is gone when the script ends.
type scripted struct {
	script []byte
	asked  int
}

func (s *scripted) Transmit(context.Context, []byte) ([]byte, error) {
	s.asked++
	if len(s.script) == 0 {
		return nil, card.ErrRemoved
	}
	n := min(int(s.script[0]), len(s.script)-1)
	response := s.script[1 : 1+n]
	s.script = s.script[1+n:]
	return response, nil
}

// recorded is the script of an honest read.
func recorded(f *testing.F, c *virtual.Card) []byte {
	var script []byte
	_, _ = card.Read(f.Context(), transport(func(ctx context.Context, command []byte) ([]byte, error) {
		response, err := c.Transmit(ctx, command)
		if err == nil {
			script = append(append(script, byte(len(response))), response...)
		}
		return response, err
	}))
	return script
}

func FuzzRead(f *testing.F) {
	f.Add(recorded(f, virtual.New(holder, virtual.V1)))
	f.Add(recorded(f, virtual.New(named("阿卜杜拉·热合曼·买买提·吐尔逊·艾力"), virtual.V2, virtual.FetchReads())))
	f.Add(recorded(f, virtual.New(holder, virtual.V3, virtual.SelectP1(0))))
	f.Add(recorded(f, virtual.New(holder, virtual.Other)))
	f.Add([]byte("\x02\x90\x00\x02\x90\x00\x02\x6C\x12\x02\x61\x00\x02\x61\x00"))
	f.Fuzz(func(t *testing.T, script []byte) {
		s := &scripted{script: script}
		c, err := card.Read(t.Context(), s)
		if s.asked > mostOfAll {
			t.Errorf("%d APDUs", s.asked)
		}
		if (c == nil) == (err == nil) {
			t.Fatalf("Read = %v, %v", c, err)
		}
		if err != nil {
			if e, worded := err.(*card.Error); !worded || e.Err == nil {
				t.Fatalf("%#v is no *card.Error with a reason", err)
			}
			return
		}
		if !utf8.ValidString(c.Name) || len(c.IDNumber) > 18 || len(c.Number) > 9 ||
			len(c.IdentificationCode) != 0 && len(c.IdentificationCode) != 32 {
			t.Errorf("Read = %#v", c)
		}
		if strings.Trim(c.Name, " \u3000") == "" || c.IDNumber+c.Number == "" {
			t.Errorf("Read = %#v, which is nobody", c)
		}
	})
}
