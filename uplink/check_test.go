package uplink

import (
	"errors"
	"slices"
	"testing"

	"mps/failure"
	"mps/protocol"
	"mps/voucher"
)

// The function table is below package voucher and states the limit of a code by
// itself.
func TestCodeLimitIsThatOfTheFunctionTable(t *testing.T) {
	f, err := protocol.Lookup(protocol.PatientInfo)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(f.Params, func(p protocol.Param) bool { return p.Name == protocol.VoucherCode })
	if i < 0 || f.Params[i].MaxLength != voucher.MaxCode {
		t.Errorf("%+v, want %d", f.Params, voucher.MaxCode)
	}
}

// Whatever is refused is named, and nothing of it is repeated.
func FuzzCheck(f *testing.F) {
	f.Add("r-1", "N04.00.00.01", "收费窗口3", testCode, "H35020000001")
	f.Add("r 1", "<b>", "a\nb", "", "H2\x00")
	f.Add("", "", "", "\xff", "\u202e")
	f.Fuzz(func(t *testing.T, id, function, terminal, code, orgID string) {
		r := Request{RequestID: id, Function: function, Terminal: terminal, Query: voucher.Query{Code: code, OrgID: orgID}}
		err := r.Check()
		if _, ok := errors.AsType[failure.Failure](err); err != nil && !ok {
			t.Errorf("%T is no failure", err)
		}
		good := len(id) <= 64 && len(terminal) <= maxTerminal && code != "" && len(code) <= voucher.MaxCode && len(orgID) <= maxField
		if err == nil && !good {
			t.Errorf("accepted %q %q %q %q %q", id, function, terminal, code, orgID)
		}
	})
}
