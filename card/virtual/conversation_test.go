package virtual

import (
	"bytes"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// holder is the invented person on the cards of these tests.
var holder = Holder{
	IDNumber:           "35058219720630061X",
	Name:               "林小满",
	Number:             "D12345678",
	IdentificationCode: "350000D15600000512345678ABCDEF01",
	Issued:             "20200229",
	Expires:            "20300228",
	Nation:             "01",
}

// TestConversations holds conversations with cards against testdata/*.apdu: a
// line "card" with the kind and the options makes the card, "reset" powers it up
// again, ">" is a command and "<" the response that must follow; # begins a
// comment.
func TestConversations(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.apdu")
	if err != nil || len(paths) == 0 {
		t.Fatal("no conversations:", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".apdu"), func(t *testing.T) {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			converse(t, string(text))
		})
	}
}

func converse(t *testing.T, text string) {
	var c *Card
	var response []byte
	for i, line := range strings.Split(text, "\n") {
		line, _, _ = strings.Cut(line, "#")
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch word {
		case "":
		case "card":
			c = cardFor(t, strings.Fields(rest))
		case "reset":
			c.Reset()
		case ">":
			var err error
			if response, err = c.Transmit(t.Context(), unhex(t, rest)); err != nil {
				t.Fatalf("line %d: %v", i+1, err)
			}
		case "<":
			if want := unhex(t, rest); !bytes.Equal(response, want) {
				t.Errorf("line %d: card answers % X, want % X", i+1, response, want)
			}
		default:
			t.Fatalf("line %d: what is %q?", i+1, word)
		}
	}
}

func cardFor(t *testing.T, words []string) *Card {
	kinds := map[string]Kind{"V1": V1, "V2": V2, "V3": V3, "Other": Other}
	options := map[string]Option{
		"T0": T0(), "FetchReads": FetchReads(), "SelectP1=00": SelectP1(0x00), "Blank": Padding(PadBlank),
		"SelectWantsLe": SelectWantsLe(), "ReadWantsAll": ReadWantsAll(), "ByTag=6A86": ByTag(0x6A86), "ByNumber=6A81": ByNumber(0x6A81),
		"TagIsNumber": TagIsNumber(), "Missing=6A88": Missing(0x6A88), "ShortOnly=6A82": ShortOnly(0x6A82), "NoShort=6A86": NoShort(0x6A86),
		"MasterFirst": MasterFirst(), "InsistOnFetch=6985": InsistOnFetch(0x6985), "Confused=6F00": Confused(0x6F00), "Stumble2=6985": Stumble(2, 0x6985),
	}
	kind, known := kinds[words[0]]
	if !known {
		t.Fatalf("no kind %q", words[0])
	}
	var chosen []Option
	for _, word := range words[1:] {
		option, known := options[word]
		if !known {
			t.Fatalf("no option %q", word)
		}
		chosen = append(chosen, option)
	}
	return New(holder, kind, chosen...)
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}
