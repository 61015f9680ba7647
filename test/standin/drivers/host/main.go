// Host is the least program around the wall, built by tests for the width that
// the test program itself does not have.
//
//	host driver-host                  is a host program
//	host call LIBRARY EXPORT COMMAND  calls through another host program
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"mps/driverhost"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	switch {
	case len(args) == 1 && args[0] == "driver-host":
		return driverhost.Serve()
	case len(args) > 3 && args[0] == "call":
		// It is not closed: the other program ends with this one, and this one needs
		// to survive no signal about that, which an emulated one would not.
		h := driverhost.New(driverhost.Options{Library: args[1], Command: args[3:], Timeout: time.Minute})
		r, err := h.Call(context.Background(), driverhost.Call{Export: args[2], Args: []driverhost.Arg{driverhost.Int(1), driverhost.Buffer(1024)}})
		if err != nil {
			return err
		}
		_, err = os.Stdout.Write(r.Output(0))
		return err
	}
	return fmt.Errorf("usage: host driver-host, or host call LIBRARY EXPORT COMMAND...")
}
