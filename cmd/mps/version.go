package main

import (
	"fmt"

	"mps"
)

type versionCommand struct{}

func (versionCommand) Run(p *program) error {
	_, err := fmt.Fprintln(p.stdout, mps.Version())
	return err
}
