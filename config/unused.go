package config

import (
	"maps"
	"slices"
)

// Unused returns a failure for each driver that is described and that nothing is
// asked of, because its name is missing in card.sources or voucher.via. Everything
// works without it, and whoever has described it waits for what it never does.
func (c Config) Unused() []error {
	var found []error
	for _, name := range slices.Sorted(maps.Keys(c.Driver)) {
		asked := ViaDriver + name // in both places
		switch {
		case slices.Contains(c.Card.Sources, asked), c.Voucher.Via == asked:
		case c.Driver[name].Kind == KindNationEC:
			found = append(found, unusedVoucher.With(name, asked))
		default:
			found = append(found, unusedCard.With(name, asked))
		}
	}
	return found
}
