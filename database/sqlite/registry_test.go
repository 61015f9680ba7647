package sqlite

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"mps/database/storetest"
	"mps/registry"
)

func TestRegistry(t *testing.T) {
	storetest.Registry(t, func(t *testing.T) registry.Store { return openNew(t).Registry() })
}

func TestTokensAreNotStored(t *testing.T) {
	dir := t.TempDir()
	r := registry.New(openAt(t, filepath.Join(dir, "mps.db")).Registry())
	token, err := r.Add(t.Context(), "H35000000001", "第一医院")
	if err != nil {
		t.Fatal(err)
	}
	content := filesIn(t, dir)
	if !bytes.Contains(content, []byte("第一医院")) {
		t.Fatal("the institution is not where this test looks for it")
	}
	if bytes.Contains(content, []byte(strings.TrimPrefix(token, "mps_"))) {
		t.Error("the token is in the files")
	}
}
