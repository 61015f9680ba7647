package voucher

import (
	"fmt"
	"log/slog"

	"mps/mask"
)

// String shows the query without the scanned text.
func (q Query) String() string {
	return fmt.Sprintf("{Code:%d bytes OrgID:%s BusinessType:%s}",
		len(q.Code), q.OrgID, q.BusinessType)
}

// LogValue is String for structured logs.
func (q Query) LogValue() slog.Value { return slog.StringValue(q.String()) }

// String shows the holder masked.
func (h Holder) String() string {
	return fmt.Sprintf("{Name:%s IDNumber:%s Token:%s}",
		mask.Name(h.Name), mask.Number(h.IDNumber), mask.Number(h.Token))
}

// LogValue is String for structured logs.
func (h Holder) LogValue() slog.Value { return slog.StringValue(h.String()) }

// String shows the answer with its personal data masked.
func (a Answer) String() string {
	return fmt.Sprintf("{Code:%s Message:%s Holder:%v JSON:%d bytes RequestID:%s Replayed:%t}",
		a.Code, mask.Text(a.Message), a.Holder(), len(a.JSON), a.RequestID, a.Replayed)
}

// LogValue is String for structured logs.
func (a Answer) LogValue() slog.Value { return slog.StringValue(a.String()) }
