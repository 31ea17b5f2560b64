-- People: their address, what they may do, how they sign in. No other database knows an address.

CREATE TABLE accounts (
    account_id  uuid PRIMARY KEY,
    email       text NOT NULL,          -- normalised: one account for each address
    create_time timestamptz NOT NULL DEFAULT clock_timestamp(),
    CONSTRAINT accounts_email_key UNIQUE (email)
);

-- What an account may do beyond buying.
CREATE TABLE account_roles (
    account_id uuid NOT NULL REFERENCES accounts (account_id),
    role       text NOT NULL CHECK (role IN ('organiser', 'gate')),
    gate_for   text NOT NULL DEFAULT '', -- of a gate: the organiser's account id as text, '*' for every organiser
    grant_time timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (account_id, role, gate_for),
    CHECK ((role = 'gate') = (gate_for <> ''))
);

-- The newest sign-in code of an address. It makes no account: that is the first successful try.
CREATE TABLE sign_in_codes (
    email         text PRIMARY KEY,
    code_hash     bytea,                -- null once it was used or void
    tries_left    integer NOT NULL CHECK (tries_left >= 0),
    expire_time   timestamptz NOT NULL,
    request_times timestamptz[] NOT NULL -- of the last minutes, to limit how often an address is mailed
);
CREATE INDEX sign_in_codes_expire ON sign_in_codes (expire_time);

-- Codes on their way to the mail server; a row lives for the second until that has taken it.
CREATE TABLE code_mails (
    mail_no           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email             text NOT NULL,
    code              text NOT NULL,
    expire_time       timestamptz NOT NULL,
    attempt_count     integer NOT NULL DEFAULT 0,
    next_attempt_time timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX code_mails_next ON code_mails (next_attempt_time);
CREATE INDEX code_mails_email ON code_mails (email);

-- A signed-in browser: the refresh tokens that came one from the other.
CREATE TABLE sessions (
    session_id  uuid PRIMARY KEY,
    account_id  uuid NOT NULL REFERENCES accounts (account_id),
    create_time timestamptz NOT NULL DEFAULT clock_timestamp(),
    end_time    timestamptz             -- set on sign-out, and when a used token comes back
);
CREATE INDEX sessions_account ON sessions (account_id);

CREATE TABLE refresh_tokens (
    token_hash  bytea PRIMARY KEY,
    session_id  uuid NOT NULL REFERENCES sessions (session_id) ON DELETE CASCADE,
    expire_time timestamptz NOT NULL,
    use_time    timestamptz             -- set when it was traded for the next
);
CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id);
CREATE INDEX refresh_tokens_expire ON refresh_tokens (expire_time);
