package server

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestInstitutions(t *testing.T) {
	f := start(t, nil, nil)
	i := f.institutions
	token, err := i.Add(t.Context(), "H35000000001", "协和医院")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(token, tokenPrefix) || len(token) != len(tokenPrefix)+43 {
		t.Errorf("token %q", token)
	}
	got, err := i.Authenticate(t.Context(), token)
	if err != nil || got.ID != "H35000000001" || got.Name != "协和医院" || got.Created.IsZero() {
		t.Errorf("got %+v, error %v", got, err)
	}
	if _, err := i.Add(t.Context(), "H35000000001", "别的名称"); !errors.Is(err, ErrInstitutionExists) {
		t.Errorf("adding again: %v", err)
	}
	if _, err := i.Authenticate(t.Context(), token); err != nil {
		t.Errorf("the refused Add changed the token: %v", err)
	}
	for range 2 {
		if err := i.Disable(t.Context(), "H35000000001"); err != nil {
			t.Fatal(err)
		}
		if _, err := i.Authenticate(t.Context(), token); !errors.Is(err, ErrUnauthorized) {
			t.Errorf("disabled: %v", err)
		}
	}
	list, err := i.List(t.Context())
	if err != nil || len(list) != 2 || list[0].ID != "H1" || list[1].Disabled.IsZero() || !list[0].Disabled.IsZero() {
		t.Errorf("list %+v, error %v", list, err)
	}
	renewed, err := i.Add(t.Context(), "H35000000001", "协和医院新院")
	if err != nil || renewed == token {
		t.Fatalf("enabling again: token is the same: %v, error %v", renewed == token, err)
	}
	if _, err := i.Authenticate(t.Context(), token); !errors.Is(err, ErrUnauthorized) {
		t.Errorf("the old token: %v", err)
	}
	if got, err := i.Authenticate(t.Context(), renewed); err != nil || got.Name != "协和医院新院" {
		t.Errorf("the new token: %+v, %v", got, err)
	}
	if err := i.Disable(t.Context(), "H2"); !errors.Is(err, ErrNoInstitution) {
		t.Errorf("disabling a stranger: %v", err)
	}
}

func TestTokensAreNotStored(t *testing.T) {
	f := start(t, nil, nil)
	for _, name := range []string{"mps.db", "mps.db-wal"} {
		content, err := os.ReadFile(filepath.Join(f.dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(content, []byte(f.token)) || bytes.Contains(content, []byte(f.token[len(tokenPrefix):])) {
			t.Errorf("the token is in %s", name)
		}
	}
}

func TestAddRefuses(t *testing.T) {
	f := start(t, nil, nil)
	for _, c := range []struct{ id, name string }{
		{"", "x"}, {strings.Repeat("H", 41), "x"}, {"H-1", "x"}, {"医院", "x"}, {"H1 ", "x"}, {"H1\n", "x"},
		{"H9", ""}, {"H9", strings.Repeat("x", maxName+1)}, {"H9", "a\nb"}, {"H9", "\xff"},
	} {
		if token, err := f.institutions.Add(t.Context(), c.id, c.name); err == nil || token != "" {
			t.Errorf("%q %q was added", c.id, c.name)
		}
	}
}
