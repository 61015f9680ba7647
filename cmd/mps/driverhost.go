package main

import "mps/driverhost"

// driverHostCommand is the child process that a vendor's library runs in. It
// reads no configuration: what it needs comes with each call.
type driverHostCommand struct{}

func (driverHostCommand) Run() error { return driverhost.Serve() }
