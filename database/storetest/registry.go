package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"mps/registry"
)

// Registry tests a store of the registry. open returns the store of a new,
// empty database.
func Registry(t *testing.T, open func(t *testing.T) registry.Store) {
	for name, test := range map[string]func(*testing.T, registry.Store){
		"institution":         testInstitution,
		"concurrent adding":   testConcurrentAdding,
		"token taken":         testTokenTaken,
		"order":               testOrder,
		"largest institution": testLargestInstitution,
		"registry":            testRegistry,
		"ended context":       testRegistryEndedContext,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

func institution(id string, token byte) registry.Row {
	return registry.Row{ID: id, Name: "医院" + id, TokenHash: bytes.Repeat([]byte{token}, 32), Created: at(0)}
}

// testInstitution takes one through all that can happen to it.
func testInstitution(t *testing.T, s registry.Store) {
	add := func(r registry.Row, want bool) {
		t.Helper()
		if added, err := s.AddInstitution(t.Context(), r); err != nil || added != want {
			t.Fatalf("added %t, error %v", added, err)
		}
	}
	disable := func(id string, when time.Time, want bool) {
		t.Helper()
		if found, err := s.DisableInstitution(t.Context(), id, when); err != nil || found != want {
			t.Fatalf("found %t, error %v", found, err)
		}
	}
	expect := func(token byte, name string, disabled time.Time) {
		t.Helper()
		i, found, err := s.InstitutionByToken(t.Context(), bytes.Repeat([]byte{token}, 32))
		if err != nil || !found || i.ID != "H1" || i.Name != name || !i.Created.Equal(at(0)) || !i.Disabled.Equal(disabled) {
			t.Errorf("token %d: %+v, found %t, error %v", token, i, found, err)
		}
	}
	absent := func(token byte) {
		t.Helper()
		i, found, err := s.InstitutionByToken(t.Context(), bytes.Repeat([]byte{token}, 32))
		if err != nil || found || i != (registry.Institution{}) {
			t.Errorf("token %d: %+v, found %t, error %v", token, i, found, err)
		}
	}
	if list, err := s.Institutions(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("in the beginning: %+v, error %v", list, err)
	}
	absent(1)
	disable("H1", at(1), false)
	add(institution("H1", 1), true)
	expect(1, "医院H1", time.Time{})

	again := institution("H1", 2)
	again.Name, again.Created = "新院", at(9)
	add(again, false)
	expect(1, "医院H1", time.Time{})
	absent(2)

	disable("H1", at(1), true)
	disable("H1", at(2), true)
	expect(1, "医院H1", at(1))
	disable("h1", at(1), false)

	add(again, true)
	absent(1)
	expect(2, "新院", time.Time{})
}

func testConcurrentAdding(t *testing.T, s registry.Store) {
	var mu sync.Mutex
	var added []byte // the tokens
	var wg sync.WaitGroup
	for i := range byte(8) {
		wg.Go(func() {
			ok, err := s.AddInstitution(t.Context(), institution("H1", i+1))
			if err != nil {
				t.Error(err)
			}
			if ok {
				mu.Lock()
				added = append(added, i+1)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if len(added) != 1 {
		t.Fatalf("%d were added", len(added))
	}
	if _, found, err := s.InstitutionByToken(t.Context(), bytes.Repeat(added, 32)); err != nil || !found {
		t.Errorf("found %t, error %v", found, err)
	}
}

func testTokenTaken(t *testing.T, s registry.Store) {
	if _, err := s.AddInstitution(t.Context(), institution("H1", 1)); err != nil {
		t.Fatal(err)
	}
	if added, err := s.AddInstitution(t.Context(), institution("H2", 1)); err == nil || added {
		t.Error("two institutions have one token")
	}
	if list, err := s.Institutions(t.Context()); err != nil || len(list) != 1 {
		t.Errorf("list %+v, error %v", list, err)
	}
}

func testOrder(t *testing.T, s registry.Store) {
	for i, id := range []string{"b", "a1", "B", "a", "10", "9"} {
		if _, err := s.AddInstitution(t.Context(), institution(id, byte(i+1))); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.DisableInstitution(t.Context(), "a", at(1)); err != nil {
		t.Fatal(err)
	}
	list, err := s.Institutions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, i := range list {
		ids = append(ids, i.ID)
		if i.Name != "医院"+i.ID || !i.Created.Equal(at(0)) || i.Disabled.IsZero() != (i.ID != "a") {
			t.Errorf("%+v", i)
		}
	}
	if got := fmt.Sprint(ids); got != "[10 9 B a a1 b]" {
		t.Errorf("order %s", got)
	}
}

func testLargestInstitution(t *testing.T, s registry.Store) {
	r := institution(strings.Repeat("Z", 40), 1)
	r.Name = strings.Repeat("𱍐", registry.MaxName/4)
	if _, err := s.AddInstitution(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	if i, found, err := s.InstitutionByToken(t.Context(), r.TokenHash); err != nil || !found || i.ID != r.ID || i.Name != r.Name {
		t.Errorf("%+v, found %t, error %v", i, found, err)
	}
}

// testRegistry goes through a registry, as operators and the server do.
func testRegistry(t *testing.T, s registry.Store) {
	r := registry.New(s)
	token, err := r.Add(t.Context(), "H1", "第一医院")
	if err != nil {
		t.Fatal(err)
	}
	if i, err := r.Authenticate(t.Context(), token); err != nil || i.ID != "H1" {
		t.Errorf("%+v, error %v", i, err)
	}
	if _, err := r.Add(t.Context(), "H1", "第一医院"); !errors.Is(err, registry.ErrInstitutionExists) {
		t.Errorf("adding again: %v", err)
	}
	if err := r.Disable(t.Context(), "H1"); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Authenticate(t.Context(), token); !errors.Is(err, registry.ErrUnauthorized) {
		t.Errorf("disabled: %v", err)
	}
	renewed, err := r.Add(t.Context(), "H1", "第一医院")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Authenticate(t.Context(), renewed); err != nil {
		t.Error(err)
	}
	if list, err := r.List(t.Context()); err != nil || len(list) != 1 {
		t.Errorf("list %+v, error %v", list, err)
	}
	if err := r.Disable(t.Context(), "H2"); !errors.Is(err, registry.ErrNoInstitution) {
		t.Errorf("disabling a stranger: %v", err)
	}
}

func testRegistryEndedContext(t *testing.T, s registry.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, do := range map[string]func() error{
		"AddInstitution":     func() error { _, err := s.AddInstitution(ctx, institution("H1", 1)); return err },
		"DisableInstitution": func() error { _, err := s.DisableInstitution(ctx, "H1", at(1)); return err },
		"InstitutionByToken": func() error { _, _, err := s.InstitutionByToken(ctx, []byte{1}); return err },
		"Institutions":       func() error { _, err := s.Institutions(ctx); return err },
	} {
		if err := do(); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}
