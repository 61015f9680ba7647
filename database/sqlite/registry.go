package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"mps/registry"
)

// registryStore is the registry.Store of a database.
type registryStore struct {
	db *sql.DB
}

func (s registryStore) AddInstitution(ctx context.Context, r registry.Row) (added bool, err error) {
	return s.changes(ctx, `
		INSERT INTO institutions (id, name, token_hash, created_at) VALUES (?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, token_hash = excluded.token_hash, disabled_at = NULL
		WHERE disabled_at IS NOT NULL`,
		r.ID, r.Name, r.TokenHash, r.Created.UnixMilli())
}

func (s registryStore) DisableInstitution(ctx context.Context, id string, at time.Time) (found bool, err error) {
	return s.changes(ctx,
		"UPDATE institutions SET disabled_at = coalesce(disabled_at, ?) WHERE id = ?", at.UnixMilli(), id)
}

// changes executes a statement and reports whether it touched a row.
func (s registryStore) changes(ctx context.Context, statement string, args ...any) (bool, error) {
	result, err := s.db.ExecContext(ctx, statement, args...)
	if err != nil {
		return false, err
	}
	n, err := result.RowsAffected()
	return n > 0, err
}

func (s registryStore) InstitutionByToken(ctx context.Context, tokenHash []byte) (registry.Institution, bool, error) {
	i, err := scanInstitution(s.db.QueryRowContext(ctx,
		"SELECT id, name, created_at, disabled_at FROM institutions WHERE token_hash = ?", tokenHash))
	if errors.Is(err, sql.ErrNoRows) {
		return registry.Institution{}, false, nil
	}
	return i, err == nil, err
}

func (s registryStore) Institutions(ctx context.Context) ([]registry.Institution, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT id, name, created_at, disabled_at FROM institutions ORDER BY id")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []registry.Institution
	for rows.Next() {
		i, err := scanInstitution(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, i)
	}
	return list, rows.Err()
}

// scanInstitution reads a row of id, name, created_at, disabled_at.
func scanInstitution(row interface{ Scan(...any) error }) (registry.Institution, error) {
	var i registry.Institution
	var created int64
	var disabled sql.NullInt64
	if err := row.Scan(&i.ID, &i.Name, &created, &disabled); err != nil {
		return registry.Institution{}, err
	}
	i.Created = time.UnixMilli(created)
	if disabled.Valid {
		i.Disabled = time.UnixMilli(disabled.Int64)
	}
	return i, nil
}
