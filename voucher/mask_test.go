package voucher

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestNothingPersonalIsPrinted(t *testing.T) {
	q := fullQuery()
	a, err := ParseAnswer([]byte(`{"code":"40004","message":"证件359901198503120013无效",` +
		`"data":{"userName":"林小测","idNo":"359901198503120013","ecToken":"350000ec7ed79i1c4n0a83460a0000d425f060"}}`))
	if err != nil {
		t.Fatal(err)
	}
	holder := a.Holder()
	var b bytes.Buffer
	logs := slog.New(slog.NewJSONHandler(&b, nil))
	logs.Info("x", "query", q, "answer", a, "holder", holder)
	logs.Info("x", "query", &q, "answer", *a, "holder", &holder)
	fmt.Fprintf(&b, "%v %+v %s %v %+v %v %+v", q, &q, a, a, *a, holder, &holder)
	for _, secret := range []string{testCode, "小测", "19850312", "c4n0a8346", "[123 34 "} {
		if strings.Contains(b.String(), secret) {
			t.Errorf("%q is in %s", secret, b.String())
		}
	}
	for _, useful := range []string{"40004", "林", "H35020000001"} {
		if !strings.Contains(b.String(), useful) {
			t.Errorf("%q is not in %s", useful, b.String())
		}
	}
}
