-- What every service's database has: the outbox, the inbox, dead letters, remembered requests, signing keys.

-- Facts to publish. Written in the transaction that makes them true; the relay publishes and flags them.
CREATE TABLE outbox (
    outbox_no      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    slot           smallint NOT NULL,       -- hash of the key; one relay at a time for each slot
    topic          text NOT NULL,
    key            text NOT NULL,           -- the partition key, an event's text id
    envelope       bytea NOT NULL,          -- onsale.mesh.v1.Envelope
    occurred_time  timestamptz NOT NULL,
    published_time timestamptz              -- null until the broker acknowledged it
);
CREATE INDEX outbox_unpublished ON outbox (slot, outbox_no) WHERE published_time IS NULL;
CREATE INDEX outbox_published ON outbox (published_time) WHERE published_time IS NOT NULL;

-- The highest offset that the broker acknowledged for each partition; a lower one later means that it has forgotten.
CREATE TABLE outbox_marks (
    topic        text NOT NULL,
    partition_no integer NOT NULL,
    offset_max   bigint NOT NULL,
    PRIMARY KEY (topic, partition_no)
);

-- Envelopes whose effect is done. Pruned after their retention.
CREATE TABLE inbox (
    consumer      text NOT NULL,
    envelope_id   uuid NOT NULL,
    received_time timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (consumer, envelope_id)
);
CREATE INDEX inbox_received ON inbox (received_time);

-- Envelopes that could not be handled, and those of the same key behind them, until somebody resolves them.
CREATE TABLE dead_letters (
    letter_no     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    consumer      text NOT NULL,
    topic         text NOT NULL,
    key           text NOT NULL,
    envelope      bytea NOT NULL,
    problem       text NOT NULL,
    received_time timestamptz NOT NULL DEFAULT clock_timestamp(),
    resolved_time timestamptz
);
CREATE INDEX dead_letters_parked ON dead_letters (consumer, topic, key) WHERE resolved_time IS NULL;

-- Replies to mutating calls by request id, kept 24 hours.
CREATE TABLE requests (
    scope       text NOT NULL,              -- the account or peer that called
    method      text NOT NULL,
    request_id  text NOT NULL,
    body_hash   bytea NOT NULL,
    reply       bytea,                      -- the reply's bytes; null while it runs or when it was refused
    refusal     bytea,                      -- google.rpc.Status; null while it runs or when it succeeded
    lease_until timestamptz NOT NULL,       -- past it a call that never finished may be run again
    create_time timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (scope, method, request_id)
);
CREATE INDEX requests_created ON requests (create_time);

-- Private keys of an issuer; the public halves are its JWKS.
CREATE TABLE signing_keys (
    kid         text PRIMARY KEY,
    purpose     text NOT NULL,
    private_key bytea NOT NULL,             -- raw Ed25519
    create_time timestamptz NOT NULL DEFAULT clock_timestamp(),
    sign_until  timestamptz                 -- null while it signs; its public half stays published after
);
