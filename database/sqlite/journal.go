package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"mps/journal"
)

// journalStore is the journal.Store of a database.
type journalStore struct {
	db           *sql.DB
	insertEntry  *sql.Stmt
	insertAnswer *sql.Stmt
}

const (
	insertEntry = `
		INSERT INTO entries (time, duration_ms, institution, request_id, answered, terminal, operator, function,
			certificate, code, code_hash, name, name_hash, id_number, id_number_hash, token, token_hash, result, message)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`
	insertAnswer = "INSERT INTO answers (entry_id, expires_at, sealed) VALUES (?, ?, ?)"
)

func newJournalStore(ctx context.Context, db *sql.DB) (*journalStore, error) {
	entry, err := db.PrepareContext(ctx, insertEntry)
	if err != nil {
		return nil, err
	}
	answer, err := db.PrepareContext(ctx, insertAnswer)
	if err != nil {
		entry.Close()
		return nil, err
	}
	return &journalStore{db: db, insertEntry: entry, insertAnswer: answer}, nil
}

func (s *journalStore) close() error {
	return errors.Join(s.insertEntry.Close(), s.insertAnswer.Close())
}

func (s *journalStore) TieKey(ctx context.Context, fingerprint []byte) (tied []byte, err error) {
	_, err = s.db.ExecContext(ctx,
		"INSERT INTO journal_key (id, fingerprint) VALUES (1, ?) ON CONFLICT DO NOTHING", fingerprint)
	if err != nil {
		return nil, err
	}
	err = s.db.QueryRowContext(ctx, "SELECT fingerprint FROM journal_key WHERE id = 1").Scan(&tied)
	return tied, err
}

func (s *journalStore) Begin(ctx context.Context) (journal.Batch, error) {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	return &batch{
		ctx:    ctx,
		tx:     tx,
		entry:  tx.StmtContext(ctx, s.insertEntry),
		answer: tx.StmtContext(ctx, s.insertAnswer),
	}, nil
}

// batch is one transaction, which inserts each row as it comes.
type batch struct {
	ctx           context.Context // of the transaction
	tx            *sql.Tx
	entry, answer *sql.Stmt
	added         []bool
}

func (b *batch) Append(r *journal.Row) error {
	result, err := b.entry.ExecContext(b.ctx,
		r.Time.UnixMilli(), r.Duration.Milliseconds(), r.Institution, r.RequestID, r.Answered(), r.Terminal, r.Operator,
		r.Function, r.Certificate, r.Code, r.CodeHash, r.Name, r.NameHash, r.IDNumber, r.IDNumberHash, r.Token,
		r.TokenHash, r.Result, r.Message)
	if err != nil {
		return err
	}
	n, err := result.RowsAffected()
	if err != nil {
		return err
	}
	b.added = append(b.added, n > 0)
	if n == 0 || !r.Answered() {
		return nil
	}
	id, err := result.LastInsertId()
	if err != nil {
		return err
	}
	_, err = b.answer.ExecContext(b.ctx, id, r.Expires.UnixMilli(), r.Sealed)
	return err
}

func (b *batch) Flush() (added []bool, err error) { return b.added, nil }

func (b *batch) Commit() error { return b.tx.Commit() }

func (b *batch) Rollback() error {
	if err := b.tx.Rollback(); !errors.Is(err, sql.ErrTxDone) {
		return err
	}
	return nil
}

func (s *journalStore) Recall(ctx context.Context, institution, requestID string) (journal.Answer, error) {
	var a journal.Answer
	var expires sql.NullInt64
	err := s.db.QueryRowContext(ctx, `
		SELECT code_hash, sealed, expires_at FROM entries LEFT JOIN answers ON entry_id = id
		WHERE institution = ? AND request_id = ? AND answered = 1`,
		institution, requestID).Scan(&a.CodeHash, &a.Sealed, &expires)
	if errors.Is(err, sql.ErrNoRows) {
		return journal.Answer{}, journal.ErrNotRecorded
	}
	if err != nil {
		return journal.Answer{}, err
	}
	if expires.Valid {
		a.Expires = time.UnixMilli(expires.Int64)
	}
	return a, nil
}

func (s *journalStore) List(ctx context.Context, sel journal.Selection) ([]journal.Stored, error) {
	where, args := conditions(sel)
	rows, err := s.db.QueryContext(ctx, `
		SELECT id, time, duration_ms, institution, request_id, answered, terminal, operator, function, certificate,
			code, name, id_number, token, result, message
		FROM entries`+where+" ORDER BY id DESC LIMIT ?",
		append(args, sel.Limit)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []journal.Stored
	for rows.Next() {
		var e journal.Stored
		var began, took int64
		err := rows.Scan(&e.ID, &began, &took, &e.Institution, &e.RequestID, &e.Answered, &e.Terminal, &e.Operator,
			&e.Function, &e.Certificate, &e.Code, &e.Name, &e.IDNumber, &e.Token, &e.Result, &e.Message)
		if err != nil {
			return nil, err
		}
		e.Time, e.Duration = time.UnixMilli(began), time.Duration(took)*time.Millisecond
		list = append(list, e)
	}
	return list, rows.Err()
}

// conditions returns the WHERE clause of a selection, empty for none, with its
// arguments.
func conditions(s journal.Selection) (where string, args []any) {
	var all []string
	add := func(condition string, arg any, wanted bool) {
		if wanted {
			all = append(all, condition)
			args = append(args, arg)
		}
	}
	add("time >= ?", s.From.UnixMilli(), !s.From.IsZero())
	add("time < ?", s.To.UnixMilli(), !s.To.IsZero())
	add("institution = ?", s.Institution, s.Institution != "")
	add("request_id = ?", s.RequestID, s.RequestID != "")
	add("id_number_hash = ?", s.IDNumberHash, s.IDNumberHash != nil)
	add("name_hash = ?", s.NameHash, s.NameHash != nil)
	add("token_hash = ?", s.TokenHash, s.TokenHash != nil)
	add("code_hash = ?", s.CodeHash, s.CodeHash != nil)
	add("id < ?", s.Before, s.Before > 0)
	if all == nil {
		return "", nil
	}
	return " WHERE " + strings.Join(all, " AND "), args
}

func (s *journalStore) DropExpired(ctx context.Context, now time.Time, n int) (int, error) {
	// Answers expire in the order of their keys, more or less: the oldest are
	// found without an index.
	result, err := s.db.ExecContext(ctx, `
		DELETE FROM answers WHERE expires_at <= ? AND entry_id IN
			(SELECT entry_id FROM answers ORDER BY entry_id LIMIT ?)`,
		now.UnixMilli(), n)
	if err != nil {
		return 0, err
	}
	dropped, err := result.RowsAffected()
	return int(dropped), err
}
