package agent

import (
	"context"
	"regexp"

	"mps/voucher"
)

// A VoucherQuerier asks who the holder of an e-voucher is.
type VoucherQuerier interface {
	Query(ctx context.Context, q voucher.Query) (*voucher.Answer, error)
}

// A VoucherLookup finds out who shows an e-voucher. The two ways to do it are
// ScanThenAsk and LibraryScans.
type VoucherLookup interface {
	// lookUp answers q, whose code is empty when the caller brought none. It
	// waits for the turn at the scanner as far as it needs one.
	lookUp(ctx context.Context, q voucher.Query, scanner *turn) (*voucher.Answer, error)
}

// ScanThenAsk scans the code, unless the caller brought it, and asks about it
// when the scanner is free for the next patient again.
type ScanThenAsk struct {
	Codes   CodeSource     // nil: only codes that callers bring are used
	Pattern *regexp.Regexp // what a code looks like; nil: voucher.DefaultCodePattern
	Querier VoucherQuerier // must be set
}

func (s ScanThenAsk) lookUp(ctx context.Context, q voucher.Query, scanner *turn) (*voucher.Answer, error) {
	if q.Code == "" {
		var err error
		if q.Code, err = s.scan(ctx, scanner); err != nil {
			return nil, err
		}
	}
	if err := voucher.CheckCode(s.Pattern, q.Code); err != nil {
		return nil, err
	}
	return s.Querier.Query(ctx, q)
}

func (s ScanThenAsk) scan(ctx context.Context, scanner *turn) (string, error) {
	if s.Codes == nil {
		return "", scannerAbsent.With()
	}
	return withTurn(ctx, scanner, s.Codes.Code)
}

// LibraryScans asks a querier that drives the scanner itself, such as a
// vendor's library, and has the scanner for as long as that takes. What the
// querier does with a code that the caller brought is up to it.
type LibraryScans struct {
	Pattern *regexp.Regexp // what a caller's code looks like; nil: voucher.DefaultCodePattern
	Querier VoucherQuerier // must be set
}

func (s LibraryScans) lookUp(ctx context.Context, q voucher.Query, scanner *turn) (*voucher.Answer, error) {
	if q.Code != "" {
		if err := voucher.CheckCode(s.Pattern, q.Code); err != nil {
			return nil, err
		}
	}
	return withTurn(ctx, scanner, func(ctx context.Context) (*voucher.Answer, error) {
		return s.Querier.Query(ctx, q)
	})
}
