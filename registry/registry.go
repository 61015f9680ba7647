// Package registry knows the institutions that may query and the credentials
// by which they are recognised.
package registry

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Institution is a hospital or pharmacy that may query.
type Institution struct {
	ID       string // orgId: 1 to 40 letters and digits
	Name     string
	Created  time.Time
	Disabled time.Time // zero while it may query
}

// Registry keeps institutions and their credentials. Of a token only its
// SHA-256 is stored: tokens are random, so there is nothing to guess that a
// slower hash would protect. It is safe for concurrent use.
type Registry struct {
	store Store
}

// New returns a registry over a store, which holds no resources of its own.
func New(store Store) *Registry { return &Registry{store: store} }

// tokenPrefix makes tokens recognisable, for people and for secret scanners.
const tokenPrefix = "mps_"

// orgId has up to 40 characters in the field.
var institutionIDPattern = regexp.MustCompile(`^[0-9A-Za-z]{1,40}$`)

// MaxName is the longest name of an institution in bytes.
const MaxName = 200

// Check finds what is wrong with the ID or the name of an institution, which Add
// would refuse. Its error is a [failure.Failure].
func Check(id, name string) error {
	if !institutionIDPattern.MatchString(id) {
		return badID.With(id)
	}
	if name == "" || len(name) > MaxName || !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl) {
		return badName.With(MaxName)
	}
	return nil
}

// Add makes an institution known and returns its token, which is shown this
// once and cannot be read again. An institution that is disabled is enabled
// with a new token and the new name; this is also how a token is replaced. One
// that is enabled gives [ErrInstitutionExists]. Every error is a
// [failure.Failure].
func (r *Registry) Add(ctx context.Context, id, name string) (token string, err error) {
	if err := Check(id, name); err != nil {
		return "", err
	}
	var secret [32]byte
	rand.Read(secret[:]) // never fails: crypto/rand ends the program instead
	token = tokenPrefix + base64.RawURLEncoding.EncodeToString(secret[:])
	added, err := r.store.AddInstitution(ctx, Row{ID: id, Name: name, TokenHash: hashToken(token), Created: time.Now()})
	if err != nil {
		return "", unusable.Because(err, err)
	}
	if !added {
		return "", ErrInstitutionExists.With(id)
	}
	return token, nil
}

// Authenticate returns the institution that a token belongs to, or
// [ErrUnauthorized], or the store's error. The store compares hashes: how long
// that takes tells nothing about a token.
func (r *Registry) Authenticate(ctx context.Context, token string) (Institution, error) {
	if token == "" {
		return Institution{}, ErrUnauthorized.With()
	}
	i, found, err := r.store.InstitutionByToken(ctx, hashToken(token))
	if err != nil {
		return Institution{}, fmt.Errorf("registry: looking up an institution: %w", err)
	}
	if !found || !i.Disabled.IsZero() {
		return Institution{}, ErrUnauthorized.With()
	}
	return i, nil
}

// List returns all institutions, ordered by ID. Every error is a
// [failure.Failure].
func (r *Registry) List(ctx context.Context) ([]Institution, error) {
	list, err := r.store.Institutions(ctx)
	if err != nil {
		return nil, unusable.Because(err, err)
	}
	return list, nil
}

// Disable refuses an institution's token from now on. It may be repeated. An
// unknown institution gives [ErrNoInstitution]. Every error is a
// [failure.Failure].
func (r *Registry) Disable(ctx context.Context, id string) error {
	found, err := r.store.DisableInstitution(ctx, id, time.Now())
	if err != nil {
		return unusable.Because(err, err)
	}
	if !found {
		return ErrNoInstitution.With(id)
	}
	return nil
}

func hashToken(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}
