package wiring

import (
	"log/slog"
	"strings"
	"time"

	"mps/agent"
	"mps/card"
	"mps/card/pcsc"
	"mps/card/virtual"
	"mps/config"
	"mps/sandbox"
)

// Cards builds the sources of cards in the order in which they are tried.
func Cards(c config.Config, log *slog.Logger) (card.Sources, error) {
	var sources card.Sources
	for _, name := range c.Card.Sources {
		s, err := Card(c, name, log)
		if err != nil {
			return nil, err
		}
		sources = append(sources, s)
	}
	return sources, nil
}

// Card builds the one source of cards that an element of card.sources names.
func Card(c config.Config, name string, log *slog.Logger) (agent.CardSource, error) {
	if key, ok := strings.CutPrefix(name, "driver:"); ok {
		d, ok := c.Driver[key]
		if !ok {
			return nil, unknownDriver.With(key)
		}
		return cardDriver(key, d, log)
	}
	r, err := reader(c.Card, name, log)
	if err != nil {
		return nil, err
	}
	return card.Source{Reader: r}, nil
}

// reader returns the reader that an element of card.sources names.
func reader(c config.Card, name string, log *slog.Logger) (card.Reader, error) {
	if name == pcscSource {
		return pcsc.New(pcsc.Options{Name: c.Reader, Wait: time.Duration(c.Wait), Log: log}), nil
	}
	key, ok := strings.CutPrefix(name, "virtual:")
	if !ok {
		return nil, unknownSource.With(name)
	}
	patient, ok := sandbox.Find(key)
	if !ok {
		return nil, unknownPatient.With(key)
	}
	return &virtual.Reader{Card: patient.Card()}, nil
}

const pcscSource = "pcsc"
