package journal

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"
)

// Filter chooses entries for List. Zero values choose all. IDNumber, Name,
// Token and Code are the plain values searched for; they are hashed before
// they reach the database. A search for one of them reads every entry of the
// time range, about a second for a million.
type Filter struct {
	From, To    time.Time // From is included, To is not
	Institution string
	RequestID   string
	IDNumber    string
	Name        string
	Token       string
	Code        string
	Before      int64 // only entries with a smaller ID: the next page
	Limit       int   // 1 to MaxLimit; 0 means 100
}

// MaxLimit is the most entries that List returns at once.
const MaxLimit = 1000

// Line is an entry as it is stored: personal data as masks.
type Line struct {
	ID          int64
	Time        time.Time
	Duration    time.Duration
	Institution string
	RequestID   string
	Answered    bool // the centre answered; false is a failed attempt
	Terminal    string
	Operator    string
	Function    string
	Certificate string
	Code        string
	Name        string
	IDNumber    string
	Token       string
	Result      string
	Message     string
}

// List returns the entries that a filter chooses, the newest first.
func (j *Journal) List(ctx context.Context, f Filter) ([]Line, error) {
	where, args := j.where(f)
	rows, err := j.db.QueryContext(ctx, `
		SELECT id, time, duration_ms, institution, request_id, answered, terminal, operator, function, certificate,
			code, name, id_number, token, result, message
		FROM entries`+where+" ORDER BY id DESC LIMIT ?",
		append(args, min(cmp.Or(max(f.Limit, 0), 100), MaxLimit))...)
	if err != nil {
		return nil, fmt.Errorf("journal: listing: %w", err)
	}
	defer rows.Close()
	var lines []Line
	for rows.Next() {
		var l Line
		var began, took int64
		err := rows.Scan(&l.ID, &began, &took, &l.Institution, &l.RequestID, &l.Answered, &l.Terminal, &l.Operator,
			&l.Function, &l.Certificate, &l.Code, &l.Name, &l.IDNumber, &l.Token, &l.Result, &l.Message)
		if err != nil {
			return nil, fmt.Errorf("journal: listing: %w", err)
		}
		l.Time, l.Duration = time.UnixMilli(began), time.Duration(took)*time.Millisecond
		lines = append(lines, l)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("journal: listing: %w", err)
	}
	return lines, nil
}

// where returns the WHERE clause of a filter, empty for none, with its
// arguments.
func (j *Journal) where(f Filter) (string, []any) {
	var conditions []string
	var args []any
	add := func(condition string, arg any, wanted bool) {
		if wanted {
			conditions = append(conditions, condition)
			args = append(args, arg)
		}
	}
	add("time >= ?", f.From.UnixMilli(), !f.From.IsZero())
	add("time < ?", f.To.UnixMilli(), !f.To.IsZero())
	add("institution = ?", f.Institution, f.Institution != "")
	add("request_id = ?", f.RequestID, f.RequestID != "")
	add("id_number_hash = ?", j.keys.hash(idNumberKind, f.IDNumber), f.IDNumber != "")
	add("name_hash = ?", j.keys.hash(nameKind, f.Name), f.Name != "")
	add("token_hash = ?", j.keys.hash(tokenKind, f.Token), f.Token != "")
	add("code_hash = ?", j.keys.hash(codeKind, f.Code), f.Code != "")
	add("id < ?", f.Before, f.Before > 0)
	if conditions == nil {
		return "", nil
	}
	return " WHERE " + strings.Join(conditions, " AND "), args
}
