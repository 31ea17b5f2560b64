-- One row per mail taken; searchable columns hold lower case.
CREATE TABLE IF NOT EXISTS messages (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    created TEXT NOT NULL,
    sender TEXT NOT NULL,
    recipients TEXT NOT NULL,
    subject TEXT NOT NULL,
    content TEXT NOT NULL,
    summary TEXT NOT NULL,
    raw BLOB NOT NULL
);

-- A mail by each address that it went to.
CREATE TABLE IF NOT EXISTS recipients (
    address TEXT NOT NULL,
    seq INTEGER NOT NULL REFERENCES messages (seq) ON DELETE CASCADE,
    PRIMARY KEY (address, seq)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS recipients_by_seq ON recipients (seq);
