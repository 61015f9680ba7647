package sandbox

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"mps/card"
	"mps/card/virtual"
	"mps/gbk"
	"mps/identity"
	"mps/voucher"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := "testdata/" + name
	if *update {
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("differs from %s:\n%s", file, got)
	}
}

func TestPatients(t *testing.T) {
	if n := len(Patients()); n < 10 {
		t.Fatalf("%d patients", n)
	}
	idCode := regexp.MustCompile(`^35\d{4}D15600000[0-9A-F]{17}$`)
	code := regexp.MustCompile(`^99\d{20}35\d{4}$`)
	seen := make(map[string]bool)
	once := func(s string) bool {
		defer func() { seen[s] = true }()
		return !seen[s]
	}
	for i, p := range Patients() {
		if p.Key != fmt.Sprintf("p%02d", i+1) {
			t.Errorf("patient %d has key %s", i, p.Key)
		}
		if found, ok := Find(p.Key); !ok || found != p {
			t.Errorf("%s is not found", p.Key)
		}
		if !identity.ValidNumber(p.IDNumber) || !strings.HasPrefix(p.IDNumber, "3599") || !once(p.IDNumber) {
			t.Errorf("%s: identity number %s", p.Key, p.IDNumber)
		}
		if !code.MatchString(p.Code) || voucher.CheckCode(nil, p.Code) != nil || !once(p.Code) {
			t.Errorf("%s: code %s", p.Key, p.Code)
		}
		if !idCode.MatchString(p.IdentificationCode) || !once(p.IdentificationCode) {
			t.Errorf("%s: identification code %s", p.Key, p.IdentificationCode)
		}
		if len(p.CardNumber) != 9 || !once(p.CardNumber) {
			t.Errorf("%s: card number %s", p.Key, p.CardNumber)
		}
		if p.Name == "" || !once(p.Name) || p.CodeShows == "" || p.CardShows == "" {
			t.Errorf("%s: something is missing", p.Key)
		}
	}
	if _, ok := Find("p99"); ok {
		t.Error("found nobody")
	}
}

func TestPatientsHaveEveryDifficulty(t *testing.T) {
	var supplementary, basic, userDefined, long int
	codes, cards := make(map[codeForm]bool), make(map[cardForm]bool)
	for _, p := range Patients() {
		codes[p.code], cards[p.card] = true, true
		if len(gbk.Append(nil, p.Name, gbk.GB18030)) > 30 {
			long++
		}
		for _, r := range p.Name {
			outside := bytes.HasPrefix(gbk.Append(nil, string(r), gbk.Reference), []byte("&#"))
			switch {
			case outside && r > 0xFFFF:
				supplementary++
			case outside:
				basic++
			case 0xE000 <= r && r <= 0xE765:
				userDefined++
			}
		}
	}
	if supplementary == 0 || basic == 0 || userDefined == 0 || long == 0 {
		t.Errorf("names: %d and %d outside GBK, %d user-defined, %d long", supplementary, basic, userDefined, long)
	}
	if len(codes) != len(codeShows) || len(cards) != len(cardForms) {
		t.Errorf("not every form of code or card has a patient: %v, %v", codes, cards)
	}
}

func TestPatientsAreCopies(t *testing.T) {
	Patients()[0].Name = "某人"
	if p, _ := Find("p01"); p.Name == "某人" {
		t.Error("a caller can change the patients")
	}
}

// TestCards reads every card through the production reader.
func TestCards(t *testing.T) {
	failures := map[cardForm]error{
		cardV3:        card.ErrAuthentication,
		cardOther:     card.ErrOtherCard,
		cardDead:      context.DeadlineExceeded,
		cardPulledOut: card.ErrRemoved,
		cardNameless:  card.ErrIncomplete,
		cardBlank:     card.ErrBlank,
	}
	for _, p := range Patients() {
		t.Run(p.Key, func(t *testing.T) {
			ctx := t.Context()
			if p.card == cardDead {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(ctx, 20*time.Millisecond)
				defer cancel()
			}
			got, err := card.FromReader(&virtual.Reader{Card: p.Card()}).Read(ctx)
			if want := failures[p.card]; want != nil {
				if !errors.Is(err, want) {
					t.Fatalf("error %v, want %v", err, want)
				}
				if !strings.HasPrefix(p.CardShows, "失败：") {
					t.Errorf("fails, but shows %s", p.CardShows)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			want := card.Card{IDNumber: p.IDNumber, Number: p.CardNumber, Name: p.Name,
				IdentificationCode: p.IdentificationCode, IDNumberValid: true}
			if *got != want {
				t.Errorf("read %+v\nwant %+v", *got, want)
			}
			if !strings.HasPrefix(p.CardShows, "成功") {
				t.Errorf("succeeds, but shows %s", p.CardShows)
			}
		})
	}
}
