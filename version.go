// Package mps holds what the whole product has once: its version.
package mps

import (
	_ "embed"
	"strings"
)

//go:embed VERSION
var version string

// Version is the product's version, for example 1.2.3: the content of the file
// VERSION, which the client library is built with too.
func Version() string { return strings.TrimSpace(version) }
