-- Times are milliseconds since 1970-01-01 UTC. Nothing here is readable
-- personal data: masks for people, keyed hashes (HMAC-SM3) for search.

-- +goose Up
CREATE TABLE institutions (
    id          TEXT    NOT NULL PRIMARY KEY, -- orgId
    name        TEXT    NOT NULL,
    token_hash  BLOB    NOT NULL UNIQUE,      -- SHA-256 of the bearer token
    created_at  INTEGER NOT NULL,
    disabled_at INTEGER                       -- NULL while it may query
) STRICT, WITHOUT ROWID;

-- The one row that ties a journal to its key file, so that a database restored
-- without its key is noticed at start and not at the first search.
CREATE TABLE journal_key (
    id          INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    fingerprint BLOB    NOT NULL
) STRICT;

-- One row per query that reached the centre or tried to. No foreign key to
-- institutions: the journal is a record of its own and outlives them.
CREATE TABLE entries (
    id          INTEGER NOT NULL PRIMARY KEY,
    time        INTEGER NOT NULL, -- when the query began
    institution TEXT    NOT NULL,
    request_id  TEXT    NOT NULL,
    answered    INTEGER NOT NULL, -- 1: the centre answered, so the id is spent
    terminal    TEXT    NOT NULL,
    operator    TEXT    NOT NULL,
    function    TEXT    NOT NULL,
    certificate TEXT    NOT NULL,
    code        TEXT    NOT NULL,
    code_hash   BLOB,
    name        TEXT    NOT NULL,
    name_hash   BLOB,
    id_number      TEXT NOT NULL,
    id_number_hash BLOB,
    token       TEXT    NOT NULL,
    token_hash  BLOB,
    result      TEXT    NOT NULL,
    message     TEXT    NOT NULL,
    duration_ms INTEGER NOT NULL
) STRICT;

-- An id has one answer. Attempts that failed may repeat under the same id.
CREATE UNIQUE INDEX entries_answered ON entries (institution, request_id) WHERE answered = 1;

-- The hashes have no index: hashes are random, so that every entry would cost
-- one more page written. A search by hash reads the entries of a time range.
CREATE INDEX entries_time ON entries (time);

-- Answers kept for retries, sealed. They lie apart from the entries because
-- they are larger than these and live for minutes: the space they leave is
-- used by the next ones and the journal stays dense. They expire in the order
-- of their keys, so that the expiry needs no index.
CREATE TABLE answers (
    entry_id   INTEGER NOT NULL PRIMARY KEY REFERENCES entries (id) ON DELETE CASCADE,
    expires_at INTEGER NOT NULL,
    sealed     BLOB    NOT NULL
) STRICT;

-- +goose Down
DROP TABLE answers;
DROP TABLE entries;
DROP TABLE journal_key;
DROP TABLE institutions;
