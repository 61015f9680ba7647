package journal

import (
	"cmp"
	"context"
	"time"
)

// Filter chooses entries for List. Zero values choose all. IDNumber, Name,
// Token and Code are the plain values searched for; they are hashed before
// they reach the store. A search for one of them reads every entry of the
// time range, about a second for a million.
type Filter struct {
	From, To    time.Time // From is included, To is not
	Institution string
	RequestID   string
	IDNumber    string
	Name        string
	Token       string
	Code        string
	Before      int64 // only entries with a smaller ID: the next page
	Limit       int   // 1 to MaxLimit; 0 means 100
}

// MaxLimit is the most entries that List returns at once.
const MaxLimit = 1000

// List returns the entries that a filter chooses, the newest first.
func (j *Journal) List(ctx context.Context, f Filter) ([]Stored, error) {
	s := Selection{
		From:        f.From,
		To:          f.To,
		Institution: f.Institution,
		RequestID:   f.RequestID,
		Before:      f.Before,
		Limit:       min(cmp.Or(max(f.Limit, 0), 100), MaxLimit),
	}
	for _, v := range []struct {
		hash        *[]byte
		kind, value string
	}{
		{&s.CodeHash, codeKind, f.Code},
		{&s.NameHash, nameKind, f.Name},
		{&s.IDNumberHash, idNumberKind, f.IDNumber},
		{&s.TokenHash, tokenKind, f.Token},
	} {
		if *v.hash = j.keys.hash(v.kind, v.value); *v.hash == nil && v.value != "" {
			return nil, nil // blanks have no hash, so no entry has theirs
		}
	}
	list, err := j.store.List(ctx, s)
	if err != nil {
		return nil, unusable.Because(err, err)
	}
	return list, nil
}
