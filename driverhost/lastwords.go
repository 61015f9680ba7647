package driverhost

import (
	"bytes"
	"regexp"
	"strings"
	"sync"

	"mps/mask"
)

// Limits of what is kept of a child's standard error.
const (
	maxLines = 8
	maxLine  = 200 // bytes
)

// lastWords takes what a child writes to its standard error and keeps the few
// lines in which Go's runtime says why it died. All else comes from the library,
// which may print whole cards: it is counted and forgotten.
type lastWords struct {
	mu    sync.Mutex
	line  []byte
	kept  []string
	bytes int
}

// runtimeLine matches what Go's runtime prints first when it dies.
var runtimeLine = regexp.MustCompile(`^(fatal error: [a-z :]+|SIG[A-Z]+: [a-z ]+|\[signal SIG[A-Z]+: [a-zA-Z ]+|Exception 0x[0-9a-f]+|runtime: [a-z ]+)`)

// Write never fails: the child must not wait or die because of what it prints.
func (w *lastWords) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.bytes += len(p)
	for rest := p; len(rest) > 0; {
		line, after, ended := bytes.Cut(rest, []byte("\n"))
		w.line = append(w.line, line[:min(len(line), maxLine-len(w.line))]...)
		if rest = after; !ended {
			break
		}
		if said := runtimeLine.Find(w.line); said != nil && len(w.kept) < maxLines {
			w.kept = append(w.kept, mask.Text(string(said)))
		}
		w.line = w.line[:0]
	}
	return len(p), nil
}

// said is what the runtime said, empty when it said nothing.
func (w *lastWords) said() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Join(w.kept, "; ")
}

// printed is how many bytes were written in all.
func (w *lastWords) printed() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.bytes
}
