-- name: insert_message(id, created, sender, recipients, subject, content, summary, raw)!
-- Keeps one mail.
INSERT INTO messages (id, created, sender, recipients, subject, content, summary, raw)
VALUES (:id, :created, :sender, :recipients, :subject, :content, :summary, :raw);

-- name: insert_recipient(id, address)!
-- Makes a mail findable by one exact address.
INSERT OR IGNORE INTO recipients (address, seq) SELECT :address, seq FROM messages WHERE id = :id;

-- name: delete_beyond(messages_max)!
-- Forgets all but the newest mail.
DELETE FROM messages WHERE seq <= (SELECT max(seq) FROM messages) - :messages_max;

-- name: delete_message(id)!
-- Forgets one mail.
DELETE FROM messages WHERE id = :id;

-- name: delete_all()!
-- Forgets every mail.
DELETE FROM messages;

-- name: message_raw(id)$
-- A mail as it came.
SELECT raw FROM messages WHERE id = :id;

-- name: message_summary(id)$
-- What a list shows of one mail.
SELECT summary FROM messages WHERE id = :id;

-- name: newest_id()$
-- The newest mail.
SELECT id FROM messages ORDER BY seq DESC LIMIT 1;

-- name: message_count()$
-- How much mail there is.
SELECT count(seq) FROM messages;

-- name: newest_messages(start, limit)
-- A page of all mail, newest first.
SELECT summary FROM messages ORDER BY seq DESC LIMIT :limit OFFSET :start;

-- name: messages_to(address)
-- All mail to one exact address, newest first, with what a search looks at.
SELECT m.sender, m.recipients, m.subject, m.content, m.summary
FROM recipients r JOIN messages m ON m.seq = r.seq WHERE r.address = :address ORDER BY m.seq DESC;

-- name: every_message()
-- All mail, newest first, with what a search looks at.
SELECT sender, recipients, subject, content, summary FROM messages ORDER BY seq DESC;
