-- name: outbox_add!
-- Writes a fact to publish, in the transaction that makes it true.
INSERT INTO outbox (slot, topic, key, envelope, occurred_time)
VALUES (:slot, :topic, :key, :envelope, :occurred_time);

-- name: outbox_add_many!
-- Writes many facts at once, in their order.
INSERT INTO outbox (slot, topic, key, envelope, occurred_time)
SELECT f.slot, f.topic, f.key, f.envelope, f.occurred_time
FROM unnest(:slots::smallint[], :topics::text[], :keys::text[], :envelopes::bytea[], :occurred_times::timestamptz[])
     WITH ORDINALITY AS f (slot, topic, key, envelope, occurred_time, no)
ORDER BY f.no;

-- name: outbox_try_slot$
-- Tries to become the one relay of a slot, until the session ends.
SELECT pg_try_advisory_lock(:lock_space::integer, :slot::integer);

-- name: outbox_batch
-- Returns what is not published yet in some slots, oldest first. The order within a key is that of the commits that
-- wrote it, because whoever changes an aggregate holds its row lock while it takes the number.
SELECT outbox_no, topic, key, envelope
FROM outbox
WHERE published_time IS NULL AND slot = ANY (:slots::smallint[])
ORDER BY outbox_no
LIMIT :batch_max;

-- name: outbox_published!
-- Flags facts as acknowledged by the broker.
UPDATE outbox SET published_time = clock_timestamp() WHERE outbox_no = ANY (:outbox_nos::bigint[]);

-- name: outbox_mark$
-- Raises the highest offset seen of a partition; returns the one known before, null at first.
WITH before AS (
    SELECT offset_max FROM outbox_marks WHERE topic = :topic AND partition_no = :partition_no
), raised AS (
    INSERT INTO outbox_marks (topic, partition_no, offset_max) VALUES (:topic, :partition_no, :offset_max)
    ON CONFLICT (topic, partition_no) DO UPDATE SET offset_max = excluded.offset_max
)
SELECT offset_max FROM before;

-- name: outbox_marks
-- Returns the partitions that something was published to.
SELECT topic, partition_no FROM outbox_marks;

-- name: outbox_unmark!
-- Forgets the marks of a topic whose partitions begin anew.
DELETE FROM outbox_marks WHERE topic = :topic;

-- name: outbox_republish!
-- Takes back the flags of a topic's facts of the last 24 hours: the broker has forgotten them, whoever published them.
UPDATE outbox SET published_time = NULL
WHERE topic = :topic AND published_time IS NOT NULL AND occurred_time > clock_timestamp() - interval '24 hours';

-- name: outbox_prune$
-- Forgets published facts older than a day, some at a time.
WITH forgotten AS (
    DELETE FROM outbox WHERE outbox_no IN (
        SELECT outbox_no FROM outbox
        WHERE published_time < now() - interval '24 hours'
        LIMIT :batch_max
        FOR UPDATE SKIP LOCKED
    )
    RETURNING 1
)
SELECT count(*) FROM forgotten;

-- name: inbox_first
-- Records envelopes; returns the ids of those whose effect is not done already.
INSERT INTO inbox (consumer, envelope_id) SELECT :consumer::text, unnest(:envelope_ids::uuid[])
ON CONFLICT DO NOTHING
RETURNING envelope_id;

-- name: inbox_prune$
-- Forgets envelopes received more than a week ago, some at a time: the broker keeps nothing that long.
WITH forgotten AS (
    DELETE FROM inbox WHERE (consumer, envelope_id) IN (
        SELECT consumer, envelope_id FROM inbox
        WHERE received_time < now() - interval '7 days'
        LIMIT :batch_max
        FOR UPDATE SKIP LOCKED
    )
    RETURNING 1
)
SELECT count(*) FROM forgotten;

-- name: letters_parked
-- Returns which of some keys are parked behind a dead letter.
SELECT DISTINCT key FROM dead_letters
WHERE consumer = :consumer AND topic = :topic AND key = ANY(:keys::text[]) AND resolved_time IS NULL;

-- name: letter_add!
-- Puts an envelope among the dead letters; its key is parked from now on.
INSERT INTO dead_letters (consumer, topic, key, envelope, problem)
VALUES (:consumer, :topic, :key, :envelope, :problem);

-- name: letters_open
-- Returns unresolved dead letters of a consumer, oldest first.
SELECT letter_no, topic, key, envelope, problem
FROM dead_letters
WHERE consumer = :consumer AND resolved_time IS NULL
ORDER BY letter_no
LIMIT :batch_max;

-- name: letter_resolve!
-- Flags a dead letter as handled.
UPDATE dead_letters SET resolved_time = clock_timestamp() WHERE letter_no = :letter_no;

-- name: request_claim^
-- Begins a request, or takes over one whose runner's lease ended; no row when another one holds or finished it.
-- The lease's end names the claim.
INSERT INTO requests (scope, method, request_id, body_hash, lease_until)
VALUES (:scope, :method, :request_id, :body_hash, clock_timestamp() + make_interval(secs => :lease_seconds))
ON CONFLICT (scope, method, request_id) DO UPDATE
    SET lease_until = excluded.lease_until
    WHERE requests.reply IS NULL AND requests.refusal IS NULL
      AND requests.lease_until < clock_timestamp() AND requests.body_hash = excluded.body_hash
RETURNING lease_until;

-- name: request_read^
-- Returns what is known of a request.
SELECT body_hash, reply, refusal, lease_until
FROM requests
WHERE scope = :scope AND method = :method AND request_id = :request_id;

-- name: request_finish!
-- Stores a request's outcome.
INSERT INTO requests (scope, method, request_id, body_hash, reply, refusal, lease_until)
VALUES (:scope, :method, :request_id, :body_hash, :reply, :refusal, clock_timestamp())
ON CONFLICT (scope, method, request_id) DO UPDATE
    SET reply = excluded.reply, refusal = excluded.refusal
    WHERE requests.reply IS NULL AND requests.refusal IS NULL;

-- name: request_forget!
-- Drops a claim that ended without an outcome, so that the request may be run again at once.
DELETE FROM requests
WHERE scope = :scope AND method = :method AND request_id = :request_id AND lease_until = :lease_until
  AND reply IS NULL AND refusal IS NULL;

-- name: requests_prune$
-- Forgets requests older than a day, some at a time.
WITH forgotten AS (
    DELETE FROM requests WHERE (scope, method, request_id) IN (
        SELECT scope, method, request_id FROM requests
        WHERE create_time < now() - interval '24 hours'
        LIMIT :batch_max
        FOR UPDATE SKIP LOCKED
    )
    RETURNING 1
)
SELECT count(*) FROM forgotten;

-- name: keys_read
-- Returns an issuer's keys, newest first.
SELECT kid, private_key, create_time, sign_until
FROM signing_keys
WHERE purpose = :purpose
ORDER BY create_time DESC, kid;

-- name: key_add!
-- Stores a key.
INSERT INTO signing_keys (kid, purpose, private_key) VALUES (:kid, :purpose, :private_key);

-- name: keys_lock!
-- Makes one process at a time look for an issuer's first key.
SELECT pg_advisory_xact_lock(hashtextextended(:purpose, 0));

-- name: replica_written^
-- Returns the time, and how far the write-ahead log was written no earlier than then, in bytes.
SELECT clock_timestamp() AS now, pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint AS position;

-- name: replica_replayed$
-- Returns how far a replica has replayed, in bytes; null where nothing is replayed, because it is none.
SELECT pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::bigint WHERE pg_is_in_recovery();
