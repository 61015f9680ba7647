package card

import (
	"context"
	"testing"
)

// TestWays holds the table together: every way has a source, and every one but the
// first of a step says when it is gone.
func TestWays(t *testing.T) {
	first := ordinary
	for i, w := range ways {
		if w.source == "" {
			t.Errorf("way %d has no source", i)
		}
		if i != first[w.step] && len(w.after) == 0 {
			t.Errorf("way %d is never gone", i)
		}
		for j := range i {
			same, other := ways[j], w
			same.after, same.source, other.after, other.source = nil, "", nil, ""
			if same.step == other.step && same.equal(other) {
				t.Errorf("ways %d and %d are the same", j, i)
			}
		}
	}
}

func (w way) equal(o way) bool {
	return w.fetch == o.fetch && w.master == o.master && w.reset == o.reset &&
		w.p1 == o.p1 && w.short == o.short && w.number == o.number && w.le == o.le
}

// TestWaysOnlyRead goes every way first, with cards that answer everything alike. What is sent selects, reads or fetches: never a PIN (VERIFY, 20),
// never a key (EXTERNAL AUTHENTICATE, 82).
func TestWaysOnlyRead(t *testing.T) {
	for i, w := range ways {
		for _, status := range []StatusError{statusOK, statusNoFile, statusWrongP1P2, statusNeedsKey, 0x63C2, 0x6983, statusUnknown} {
			s := &session{t: onlyReads{t, status}, served: ordinary, left: maxCommands, waiting: true}
			s.served[w.step] = i
			_ = s.climb(beginning, func(w way) error {
				if err := s.prepare(t.Context(), w); err != nil {
					return err
				}
				return s.read(t.Context(), new(Card))
			})
		}
	}
}

// onlyReads answers everything with one status.
type onlyReads struct {
	t      *testing.T
	status StatusError
}

func (x onlyReads) Transmit(_ context.Context, command []byte) ([]byte, error) {
	switch ins := command[1]; {
	case command[0] != 0x00, ins != insSelect && ins != insReadRecord && ins != insGetResponse:
		x.t.Errorf("command % X", command)
	}
	return []byte{byte(x.status >> 8), byte(x.status)}, nil
}

func (onlyReads) Reset(context.Context) error { return nil }
