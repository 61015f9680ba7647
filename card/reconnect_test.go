package card_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"mps/card"
	"mps/card/virtual"
)

// slippery is a reader whose card is lost before its n-th command; then the next
// of cards is in it, or the error of losing it counts.
type slippery struct {
	n     int
	cards []*virtual.Card
	asked int
}

var errLost = errors.New("lost")

func (s *slippery) Connect(context.Context) (card.Conn, error) { return s, nil }

func (s *slippery) Transmit(ctx context.Context, command []byte) ([]byte, error) {
	if s.asked++; s.asked > s.n && len(s.cards) > 1 {
		return nil, errLost
	}
	return s.cards[0].Transmit(ctx, command)
}

func (s *slippery) Reconnect(_ context.Context, lost error) error {
	if !errors.Is(lost, errLost) {
		return lost
	}
	s.cards, s.asked = s.cards[1:], 0
	if s.cards[0] == nil {
		return card.ErrNoCard
	}
	return nil
}

func (s *slippery) Close() error { return nil }

// TestReconnect loses the card before each command of a read, several times. What
// is read in the end is all of one card.
func TestReconnect(t *testing.T) {
	same := func() *virtual.Card { return virtual.New(holder, virtual.V2) }
	other := holder
	other.IDNumber, other.Name, other.Number, other.IdentificationCode = "350203198511214024", "陈晓", "A00000001", "350000D15600000512345678ABCDEF02"
	another := func() *virtual.Card { return virtual.New(other, virtual.V2) }
	const pulled = " 失败:卡片已被拔出，请重新插卡，读卡完成前不要拔卡！"
	for n := range 7 {
		for name, tt := range map[string]struct {
			cards []*virtual.Card
			first bool // the card that was in first may be read
			gone  bool
		}{
			"once":          {[]*virtual.Card{same(), same()}, true, false},
			"three times":   {[]*virtual.Card{same(), same(), same(), same()}, true, false},
			"another":       {[]*virtual.Card{same(), another()}, false, false},
			"another later": {[]*virtual.Card{same(), same(), another(), another()}, false, false},
			"gone":          {[]*virtual.Card{same(), nil}, false, true},
		} {
			s := &slippery{n: n, cards: tt.cards}
			c, err := card.FromReader(s).Read(t.Context())
			switch {
			case tt.first && (err != nil || *c != whole):
				t.Errorf("%s, %d: %v, %v", name, n, c, err)
			case tt.gone && (!errors.Is(err, card.ErrNoCard) || !strings.HasSuffix(err.Error(), pulled)):
				t.Errorf("%s, %d: %v, %v", name, n, c, err)
			case tt.first || tt.gone:
			case n <= 2: // nothing was known of the first
				if err != nil || c.Name != "陈晓" || c.IDNumber != other.IDNumber || c.IdentificationCode != other.IdentificationCode {
					t.Errorf("%s, %d: %v, %v", name, n, c, err)
				}
			case !errors.Is(err, card.ErrRemoved) || err.Error() != "接口SSC_ReadCard"+pulled:
				t.Errorf("%s, %d: %v, %v", name, n, c, err)
			}
		}
	}
}

// TestLostForGood names the command that the read had come to before the card was
// lost, even when it is lost again at the first command of the next attempt.
func TestLostForGood(t *testing.T) {
	for n, want := range []string{"SSC_SelectApp", "SSC_ReadCard", "SSC_ReadCard"} {
		s := &slippery{n: n, cards: []*virtual.Card{virtual.New(holder, virtual.V2), virtual.New(holder, virtual.V2, virtual.PullOutAfter(0))}}
		_, err := card.FromReader(s).Read(t.Context())
		if !errors.Is(err, card.ErrRemoved) || err.Error() != "接口"+want+" 失败:卡片已被拔出，请重新插卡，读卡完成前不要拔卡！" {
			t.Errorf("lost at command %d: %v", n, err)
		}
	}
}

// TestTraceSource traces a read whose card slips.
func TestTraceSource(t *testing.T) {
	var trace strings.Builder
	s := &slippery{n: 3, cards: []*virtual.Card{virtual.New(holder, virtual.V2), virtual.New(holder, virtual.V2)}}
	c, err := card.TraceSource(card.FromReader(s), &trace).Read(t.Context())
	if err != nil || *c != whole {
		t.Errorf("%v, %v", c, err)
	}
	if got, want := strings.Count(trace.String(), "> "), 4+7; got != want || strings.Count(trace.String(), "! lost\n") != 1 {
		t.Errorf("%d commands, want %d:\n%s", got, want, trace.String())
	}
	if s := card.TraceSource(card.Sources{}, &trace); s == nil {
		t.Error("another source is lost")
	}
	if _, err := card.TraceSource(card.FromReader(nil), &trace).Read(t.Context()); !errors.Is(err, card.ErrNoReader) {
		t.Error(err)
	}
}
