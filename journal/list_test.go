package journal

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

func TestList(t *testing.T) {
	j := newJournal(t, openDB(t), Options{})
	base := time.UnixMilli(1700000000000)
	for i := range 6 {
		e := benchEntry(fmt.Sprint("r-", i))
		e.Time = base.Add(time.Duration(i) * time.Hour)
		if i%2 == 1 {
			e.Institution = "H2"
		}
		if i == 3 {
			e.Name, e.IDNumber, e.Token, e.Code = "黄样例", "35020319850615002X", "350000token", "code"
			e.Answer, e.Result, e.Message = nil, "centre_timeout", "超时"
		}
		if err := j.Record(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name   string
		filter Filter
		want   []string
	}{
		{"all", Filter{}, []string{"r-5", "r-4", "r-3", "r-2", "r-1", "r-0"}},
		{"page", Filter{Limit: 2}, []string{"r-5", "r-4"}},
		{"next page", Filter{Limit: 2, Before: 5}, []string{"r-3", "r-2"}},
		{"negative limit", Filter{Limit: -1, Before: 2}, []string{"r-0"}},
		{"time", Filter{From: base.Add(time.Hour), To: base.Add(3 * time.Hour)}, []string{"r-2", "r-1"}},
		{"institution", Filter{Institution: "H2"}, []string{"r-5", "r-3", "r-1"}},
		{"request", Filter{RequestID: "r-4"}, []string{"r-4"}},
		{"identity number", Filter{IDNumber: " 35020319850615002x"}, []string{"r-3"}},
		{"name", Filter{Name: "黄样例"}, []string{"r-3"}},
		{"token", Filter{Token: "350000token"}, []string{"r-3"}},
		{"code", Filter{Code: "code"}, []string{"r-3"}},
		{"part of a name", Filter{Name: "黄"}, nil},
		{"blank", Filter{Name: " "}, nil},
		{"both", Filter{Name: "黄样例", Institution: "H1"}, nil},
		{"no injection", Filter{Institution: "' OR 1=1 --"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			lines, err := j.List(t.Context(), c.filter)
			if err != nil {
				t.Fatal(err)
			}
			var ids []string
			for _, l := range lines {
				ids = append(ids, l.RequestID)
			}
			if !slices.Equal(ids, c.want) {
				t.Errorf("got %v, want %v", ids, c.want)
			}
		})
	}
	lines, err := j.List(t.Context(), Filter{RequestID: "r-3"})
	if err != nil || len(lines) != 1 {
		t.Fatal(lines, err)
	}
	want := Line{
		ID: 4, Time: base.Add(3 * time.Hour), Duration: 35 * time.Millisecond, Institution: "H2", RequestID: "r-3",
		Terminal: "收费窗口3", Operator: "00123", Function: "N04.00.00.01", Certificate: "01",
		Code: "****", Name: "黄**", IDNumber: "350203**********2X", Token: "***********",
		Result: "centre_timeout", Message: "超时",
	}
	if lines[0] != want {
		t.Errorf("got  %+v\nwant %+v", lines[0], want)
	}
}
