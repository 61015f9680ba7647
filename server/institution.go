package server

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"errors"
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

var (
	// ErrUnauthorized is returned for a token that is unknown or of an
	// institution that is disabled.
	ErrUnauthorized = errors.New("机构凭证无效或已停用")
	// ErrInstitutionExists is returned by Add.
	ErrInstitutionExists = errors.New("机构已存在；如需更换凭证，请先停用该机构再重新添加")
	// ErrNoInstitution is returned by Disable.
	ErrNoInstitution = errors.New("没有这个机构，请核对机构编号")
)

// Institutions keeps institutions and their credentials in a database opened
// by package database. Of a token only its SHA-256 is stored: tokens are
// random, so there is nothing to guess that a slower hash would protect.
type Institutions struct {
	DB *sql.DB
}

// tokenPrefix makes tokens recognisable, for people and for secret scanners.
const tokenPrefix = "mps_"

// orgId has up to 40 characters in the field.
var institutionIDPattern = regexp.MustCompile(`^[0-9A-Za-z]{1,40}$`)

// maxName is the longest name of an institution in bytes.
const maxName = 200

// Add makes an institution known and returns its token, which is shown this
// once and cannot be read again. An institution that is disabled is enabled
// with a new token and the new name; this is also how a token is replaced.
func (i Institutions) Add(ctx context.Context, id, name string) (token string, err error) {
	if !institutionIDPattern.MatchString(id) {
		return "", fmt.Errorf("机构编号 %.60q 不正确：应为 1 到 40 位字母或数字（即 orgId）", id)
	}
	if name == "" || len(name) > maxName || !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl) {
		return "", fmt.Errorf("机构名称不正确：应为 1 到 %d 字节的文字，不含控制字符", maxName)
	}
	var secret [32]byte
	rand.Read(secret[:]) // never fails: crypto/rand ends the program instead
	token = tokenPrefix + base64.RawURLEncoding.EncodeToString(secret[:])
	result, err := i.DB.ExecContext(ctx, `
		INSERT INTO institutions (id, name, token_hash, created_at) VALUES (?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, token_hash = excluded.token_hash, disabled_at = NULL
		WHERE disabled_at IS NOT NULL`,
		id, name, hashToken(token), time.Now().UnixMilli())
	if err != nil {
		return "", fmt.Errorf("adding institution %s: %w", id, err)
	}
	if n, err := result.RowsAffected(); err != nil {
		return "", fmt.Errorf("adding institution %s: %w", id, err)
	} else if n == 0 {
		return "", fmt.Errorf("机构 %s：%w", id, ErrInstitutionExists)
	}
	return token, nil
}

// Authenticate returns the institution that a token belongs to, or
// [ErrUnauthorized]. The database compares hashes: how long that takes tells
// nothing about a token.
func (i Institutions) Authenticate(ctx context.Context, token string) (Institution, error) {
	if token == "" {
		return Institution{}, ErrUnauthorized
	}
	row := i.DB.QueryRowContext(ctx,
		"SELECT id, name, created_at, disabled_at FROM institutions WHERE token_hash = ?", hashToken(token))
	institution, err := scanInstitution(row)
	switch {
	case errors.Is(err, sql.ErrNoRows), err == nil && !institution.Disabled.IsZero():
		return Institution{}, ErrUnauthorized
	case err != nil:
		return Institution{}, fmt.Errorf("looking up an institution: %w", err)
	}
	return institution, nil
}

// List returns all institutions, ordered by ID.
func (i Institutions) List(ctx context.Context) ([]Institution, error) {
	rows, err := i.DB.QueryContext(ctx, "SELECT id, name, created_at, disabled_at FROM institutions ORDER BY id")
	if err != nil {
		return nil, fmt.Errorf("listing institutions: %w", err)
	}
	defer rows.Close()
	var list []Institution
	for rows.Next() {
		institution, err := scanInstitution(rows)
		if err != nil {
			return nil, fmt.Errorf("listing institutions: %w", err)
		}
		list = append(list, institution)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("listing institutions: %w", err)
	}
	return list, nil
}

// Disable refuses an institution's token from now on. It may be repeated.
func (i Institutions) Disable(ctx context.Context, id string) error {
	result, err := i.DB.ExecContext(ctx,
		"UPDATE institutions SET disabled_at = coalesce(disabled_at, ?) WHERE id = ?", time.Now().UnixMilli(), id)
	if err != nil {
		return fmt.Errorf("disabling institution %s: %w", id, err)
	}
	if n, err := result.RowsAffected(); err != nil {
		return fmt.Errorf("disabling institution %s: %w", id, err)
	} else if n == 0 {
		return fmt.Errorf("机构 %.60q：%w", id, ErrNoInstitution)
	}
	return nil
}

func hashToken(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// scanInstitution reads a row of id, name, created_at, disabled_at.
func scanInstitution(row interface{ Scan(...any) error }) (Institution, error) {
	var i Institution
	var created int64
	var disabled sql.NullInt64
	if err := row.Scan(&i.ID, &i.Name, &created, &disabled); err != nil {
		return Institution{}, err
	}
	i.Created = time.UnixMilli(created)
	if disabled.Valid {
		i.Disabled = time.UnixMilli(disabled.Int64)
	}
	return i, nil
}
