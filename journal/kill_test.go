package journal_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"mps/database/sqlite"
	"mps/database/storetest"
	"mps/journal"
)

// childVariable names the data directory and makes this test program record
// entries there until somebody kills it.
const childVariable = "MPS_TEST_JOURNAL_CHILD"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childVariable); dir != "" {
		if err := recordForEver(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	goleak.VerifyTestMain(m)
}

// recordForEver prints the id of each entry after Record returned.
func recordForEver(dir string) error {
	ctx := context.Background()
	db, err := sqlite.Open(ctx, filepath.Join(dir, "mps.db"))
	if err != nil {
		return err
	}
	keys, err := journal.LoadKeys(dir)
	if err != nil {
		return err
	}
	j, err := journal.New(ctx, db.Journal(), keys, journal.Options{})
	if err != nil {
		return err
	}
	errs := make(chan error)
	var printing sync.Mutex
	for caller := range 16 {
		go func() {
			for i := 0; ; i++ {
				id := fmt.Sprintf("%d-%d-%d", os.Getpid(), caller, i)
				if err := j.Record(ctx, storetest.Entry(id)); err != nil {
					errs <- err
					return
				}
				printing.Lock()
				fmt.Println(id)
				printing.Unlock()
			}
		}()
	}
	return <-errs
}

// A process that is killed loses no entry it was told is recorded, three times
// in a row on the same files.
func TestKilledProcessLosesNothing(t *testing.T) {
	dir := t.TempDir()
	var acknowledged []string
	for range 3 {
		acknowledged = append(acknowledged, recordAndKill(t, dir, 500)...)
		db := openDB(t, filepath.Join(dir, "mps.db"))
		keys, err := journal.LoadKeys(dir)
		if err != nil {
			t.Fatal(err)
		}
		j, err := journal.New(t.Context(), db.Journal(), keys, journal.Options{})
		if err != nil {
			t.Fatal(err)
		}
		e := storetest.Entry("")
		for _, id := range acknowledged {
			if _, err := j.Recall(t.Context(), e.Institution, id, e.Code); err != nil {
				t.Errorf("%s: %v", id, err)
			}
		}
		var check string
		if db.query(t, "PRAGMA integrity_check", &check); check != "ok" {
			t.Errorf("integrity check: %s", check)
		}
		j.Close()
		db.Close()
	}
}

// recordAndKill runs the child, kills it after it has printed n ids at the
// earliest, and returns all that it printed.
func recordAndKill(t *testing.T, dir string, n int) []string {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), childVariable+"="+dir)
	var stderr strings.Builder
	child.Stderr = &stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	var ids []string
	reader := bufio.NewReader(out)
	for {
		line, err := reader.ReadString('\n')
		if err != nil {
			break // half a line is no acknowledgement
		}
		if ids = append(ids, strings.TrimSpace(line)); len(ids) == n {
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	child.Wait() // it was killed
	if len(ids) < n {
		t.Fatalf("the child recorded %d entries and ended: %s", len(ids), stderr.String())
	}
	return ids
}
