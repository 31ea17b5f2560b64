-- name: database_time$
-- Returns the time by which codes and sessions end.
SELECT clock_timestamp();

-- name: lock_email
-- Makes the sign-ins of one address wait for each other, until the transaction ends.
SELECT pg_advisory_xact_lock(hashtextextended(:email, 0));

-- name: code_read^
-- Returns the newest code of an address, locked.
SELECT code_hash, tries_left, expire_time, request_times
FROM sign_in_codes
WHERE email = :email
FOR UPDATE;

-- name: code_put!
-- Stores a new code, which voids the one before.
INSERT INTO sign_in_codes (email, code_hash, tries_left, expire_time, request_times)
VALUES (:email, :code_hash, :tries_left, :expire_time, :request_times)
ON CONFLICT (email) DO UPDATE SET
    code_hash = excluded.code_hash,
    tries_left = excluded.tries_left,
    expire_time = excluded.expire_time,
    request_times = excluded.request_times;

-- name: code_miss$
-- Takes one try from a code and returns how many are left.
UPDATE sign_in_codes SET tries_left = greatest(tries_left - 1, 0)
WHERE email = :email
RETURNING tries_left;

-- name: code_use!
-- Voids a code that was right: it works once.
UPDATE sign_in_codes SET code_hash = NULL, tries_left = 0 WHERE email = :email;

-- name: codes_prune!
-- Forgets codes that ended a day ago.
DELETE FROM sign_in_codes WHERE expire_time < clock_timestamp() - interval '1 day';

-- name: mail_put!
-- Puts a code on its way; one that is still on its way to the address is void and need not go.
WITH void AS (
    DELETE FROM code_mails WHERE email = :email
)
INSERT INTO code_mails (email, code, expire_time) VALUES (:email, :code, :expire_time);

-- name: mails_due
-- Takes some mails to send; nobody else takes them until the lease ends.
UPDATE code_mails SET
    attempt_count = attempt_count + 1,
    next_attempt_time = clock_timestamp() + make_interval(secs => :lease_seconds::float8)
WHERE mail_no IN (
    SELECT mail_no FROM code_mails
    WHERE next_attempt_time <= clock_timestamp() AND expire_time > clock_timestamp()
    ORDER BY mail_no
    LIMIT :batch_max
    FOR UPDATE SKIP LOCKED
)
RETURNING mail_no, email, code, attempt_count;

-- name: mails_sent!
-- Forgets mails that the mail server took.
DELETE FROM code_mails WHERE mail_no = ANY (:mail_nos::bigint[]);

-- name: mails_again!
-- Lets mails be tried again soon.
UPDATE code_mails SET next_attempt_time = clock_timestamp() + make_interval(secs => :wait_seconds::float8)
WHERE mail_no = ANY (:mail_nos::bigint[]);

-- name: mails_prune!
-- Forgets mails whose code ended before the mail server came back.
DELETE FROM code_mails WHERE expire_time < clock_timestamp();

-- name: account_by_id^
-- Returns an account with its roles.
SELECT a.account_id, a.email,
       coalesce(array_agg(DISTINCT r.role) FILTER (WHERE r.role IS NOT NULL), '{}') AS roles,
       coalesce(array_agg(DISTINCT r.gate_for) FILTER (WHERE r.role = 'gate'), '{}') AS gate_for
FROM accounts a
LEFT JOIN account_roles r USING (account_id)
WHERE a.account_id = :account_id
GROUP BY a.account_id, a.email;

-- name: account_id_by_email$
-- Returns the account of an address; null when it has none.
SELECT account_id FROM accounts WHERE email = :email;

-- name: account_put!
-- Makes an account unless the address has one.
INSERT INTO accounts (account_id, email) VALUES (:account_id, :email)
ON CONFLICT ON CONSTRAINT accounts_email_key DO NOTHING;

-- name: role_put!
-- Grants a role; again changes nothing.
INSERT INTO account_roles (account_id, role, gate_for) VALUES (:account_id, :role, :gate_for)
ON CONFLICT DO NOTHING;

-- name: session_put!
-- Begins a session.
INSERT INTO sessions (session_id, account_id) VALUES (:session_id, :account_id);

-- name: session_end!
-- Ends a session, and with it every token that came of it.
UPDATE sessions SET end_time = clock_timestamp() WHERE session_id = :session_id AND end_time IS NULL;

-- name: refresh_put!
-- Stores a refresh token by its hash.
INSERT INTO refresh_tokens (token_hash, session_id, expire_time)
VALUES (:token_hash, :session_id, clock_timestamp() + make_interval(secs => :life_seconds::float8));

-- name: refresh_read^
-- Returns a refresh token and its session, both locked: two who bring the same token wait for each other.
SELECT t.session_id, s.account_id, t.use_time IS NOT NULL AS used,
       t.expire_time <= clock_timestamp() OR s.end_time IS NOT NULL AS over
FROM refresh_tokens t
JOIN sessions s USING (session_id)
WHERE t.token_hash = :token_hash
FOR UPDATE;

-- name: refresh_use!
-- Marks a refresh token as traded.
UPDATE refresh_tokens SET use_time = clock_timestamp() WHERE token_hash = :token_hash;

-- name: sessions_prune!
-- Forgets sessions none of whose tokens could still be used, some at a time.
DELETE FROM sessions WHERE session_id IN (
    SELECT s.session_id FROM sessions s
    WHERE NOT EXISTS (
        SELECT FROM refresh_tokens t
        WHERE t.session_id = s.session_id AND t.expire_time > clock_timestamp()
    )
    LIMIT :batch_max
);
