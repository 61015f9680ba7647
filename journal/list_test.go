package journal_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"mps/database/storetest"
	"mps/journal"
)

func TestList(t *testing.T) {
	j := newJournal(t, openNew(t), journal.Options{})
	base := time.UnixMilli(1700000000000)
	for i := range 6 {
		e := storetest.Entry(fmt.Sprint("r-", i))
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
		filter journal.Filter
		want   []string
	}{
		{"all", journal.Filter{}, []string{"r-5", "r-4", "r-3", "r-2", "r-1", "r-0"}},
		{"page", journal.Filter{Limit: 2}, []string{"r-5", "r-4"}},
		{"next page", journal.Filter{Limit: 2, Before: 5}, []string{"r-3", "r-2"}},
		{"negative limit", journal.Filter{Limit: -1, Before: 2}, []string{"r-0"}},
		{"time", journal.Filter{From: base.Add(time.Hour), To: base.Add(3 * time.Hour)}, []string{"r-2", "r-1"}},
		{"institution", journal.Filter{Institution: "H2"}, []string{"r-5", "r-3", "r-1"}},
		{"request", journal.Filter{RequestID: "r-4"}, []string{"r-4"}},
		{"identity number", journal.Filter{IDNumber: " 35020319850615002x"}, []string{"r-3"}},
		{"name", journal.Filter{Name: "黄样例"}, []string{"r-3"}},
		{"token", journal.Filter{Token: "350000token"}, []string{"r-3"}},
		{"code", journal.Filter{Code: "code"}, []string{"r-3"}},
		{"part of a name", journal.Filter{Name: "黄"}, nil},
		{"blank", journal.Filter{Name: " "}, nil},
		{"both", journal.Filter{Name: "黄样例", Institution: "H1"}, nil},
		{"no injection", journal.Filter{Institution: "' OR 1=1 --"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			list, err := j.List(t.Context(), c.filter)
			if err != nil {
				t.Fatal(err)
			}
			var ids []string
			for _, l := range list {
				ids = append(ids, l.RequestID)
			}
			if !slices.Equal(ids, c.want) {
				t.Errorf("got %v, want %v", ids, c.want)
			}
		})
	}
	list, err := j.List(t.Context(), journal.Filter{RequestID: "r-3"})
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	want := journal.Stored{
		ID: 4, Time: base.Add(3 * time.Hour), Duration: 35 * time.Millisecond, Institution: "H2", RequestID: "r-3",
		Terminal: "收费窗口3", Operator: "00123", Function: "N04.00.00.01", Certificate: "01",
		Code: "****", Name: "黄**", IDNumber: "350203**********2X", Token: "***********",
		Result: "centre_timeout", Message: "超时",
	}
	if list[0] != want {
		t.Errorf("got  %+v\nwant %+v", list[0], want)
	}
}
