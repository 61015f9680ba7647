package wiring

import (
	"log/slog"
	"strings"
	"time"

	"mps/card"
	"mps/card/pcsc"
	"mps/card/virtual"
	"mps/config"
	"mps/sandbox"
)

// Cards builds the sources of cards in the order in which they are tried.
func Cards(c config.Config, log *slog.Logger) (card.Sources, error) {
	sources := card.Sources{Log: log}
	for _, name := range c.Card.Sources {
		s, err := Card(c, name, log)
		if err != nil {
			return card.Sources{}, err
		}
		sources.Order = append(sources.Order, card.NamedSource{Name: name, Source: s})
	}
	return sources, nil
}

// Card builds the one source of cards that an element of card.sources names.
func Card(c config.Config, name string, log *slog.Logger) (card.Source, error) {
	kind, key, _ := strings.Cut(name, ":")
	switch {
	case name == "pcsc":
		return fromReader(c, pcsc.New(pcsc.Options{Name: c.Card.Reader, Wait: time.Duration(c.Card.Wait), Log: log})), nil
	case kind == "virtual":
		patient, ok := sandbox.Find(key)
		if !ok {
			return nil, unknownPatient.With(key)
		}
		return fromReader(c, &virtual.Reader{Card: patient.Card()}), nil
	case kind == "driver":
		d, ok := c.Driver[key]
		if !ok {
			return nil, unknownDriver.With(key)
		}
		return cardDriver(key, d, log)
	}
	return nil, unknownSource.With(name)
}

func fromReader(c config.Config, r card.Reader) card.Source {
	return card.FromReaderWithin(r, time.Duration(c.Card.ReadTimeout))
}
