-- name: insert_object(id, kind, created, document)!
-- Adds one Stripe object; seq is the order of creation, which lists follow.
INSERT INTO objects (id, kind, created, document) VALUES (:id, :kind, :created, :document);

-- name: update_object(document, id)!
-- Replaces the document of an object.
UPDATE objects SET document = :document WHERE id = :id;

-- name: delete_object(id)!
-- Removes an object; only webhook endpoints ever go.
DELETE FROM objects WHERE id = :id;

-- name: object_document(id, kind)$
-- The document of one object.
SELECT document FROM objects WHERE id = :id AND kind = :kind;

-- name: object_seq(id, kind)$
-- The place of one object in the lists of its kind.
SELECT seq FROM objects WHERE id = :id AND kind = :kind;

-- name: insert_link(field, value, id)!
-- Makes an object findable by a value that never changes, such as its charge.
INSERT INTO links (kind, field, value, seq)
SELECT kind, :field, :value, seq FROM objects WHERE id = :id;

-- name: older_objects(kind, seq, created_min, created_max, batch_rows)
-- A batch of one kind, newest first, strictly older than a place.
SELECT seq, document FROM objects
WHERE kind = :kind AND seq < :seq AND created >= :created_min AND created <= :created_max
ORDER BY seq DESC LIMIT :batch_rows;

-- name: newer_objects(kind, seq, created_min, created_max, batch_rows)
-- A batch of one kind, oldest first, strictly newer than a place.
SELECT seq, document FROM objects
WHERE kind = :kind AND seq > :seq AND created >= :created_min AND created <= :created_max
ORDER BY seq ASC LIMIT :batch_rows;

-- name: older_linked_objects(kind, field, value, seq, created_min, created_max, batch_rows)
-- A batch of one kind that carry a value, newest first, strictly older than a place.
SELECT o.seq, o.document FROM links l JOIN objects o ON o.seq = l.seq
WHERE l.kind = :kind AND l.field = :field AND l.value = :value AND l.seq < :seq
  AND o.created >= :created_min AND o.created <= :created_max
ORDER BY l.seq DESC LIMIT :batch_rows;

-- name: newer_linked_objects(kind, field, value, seq, created_min, created_max, batch_rows)
-- A batch of one kind that carry a value, oldest first, strictly newer than a place.
SELECT o.seq, o.document FROM links l JOIN objects o ON o.seq = l.seq
WHERE l.kind = :kind AND l.field = :field AND l.value = :value AND l.seq > :seq
  AND o.created >= :created_min AND o.created <= :created_max
ORDER BY l.seq ASC LIMIT :batch_rows;

-- name: balance_by_currency(now)
-- What the account holds in each currency, already available and not yet.
SELECT json_extract(document, '$.currency') AS currency,
       sum(CASE WHEN json_extract(document, '$.available_on') <= :now
                THEN json_extract(document, '$.net') ELSE 0 END) AS available,
       sum(CASE WHEN json_extract(document, '$.available_on') > :now
                THEN json_extract(document, '$.net') ELSE 0 END) AS pending
FROM objects WHERE kind = 'balance_transaction' GROUP BY 1 ORDER BY 1;

-- name: insert_job(name, object_id, due_at)!
-- Remembers something that Stripe does by itself later, such as settling a charge.
INSERT INTO jobs (name, object_id, due_at) VALUES (:name, :object_id, :due_at);

-- name: due_jobs(now, batch_rows)
-- The jobs whose time has come, the longest due first.
SELECT id, name, object_id FROM jobs WHERE due_at <= :now ORDER BY due_at, id LIMIT :batch_rows;

-- name: next_job_due_at()$
-- When the next job is due.
SELECT min(due_at) FROM jobs;

-- name: delete_job(id)!
-- A job that was done.
DELETE FROM jobs WHERE id = :id;

-- name: insert_delivery(event_id, endpoint_id, due_at)!
-- Queues one event for one webhook endpoint.
INSERT INTO deliveries (event_id, endpoint_id, due_at, attempts, state)
VALUES (:event_id, :endpoint_id, :due_at, 0, 'waiting');

-- name: due_deliveries(now, batch_rows)
-- The deliveries whose time has come, the longest due first.
SELECT id, event_id, endpoint_id, attempts FROM deliveries
WHERE state = 'waiting' AND due_at <= :now ORDER BY due_at, id LIMIT :batch_rows;

-- name: next_delivery_due_at(now)$
-- When the next delivery after now is due.
SELECT min(due_at) FROM deliveries WHERE state = 'waiting' AND due_at > :now;

-- name: postpone_delivery(attempts, due_at, id)!
-- waiting -> waiting: the attempt failed, another will follow.
UPDATE deliveries SET attempts = :attempts, due_at = :due_at WHERE id = :id;

-- name: give_up_delivery(attempts, id)!
-- waiting -> failed: the last attempt failed.
UPDATE deliveries SET attempts = :attempts, state = 'failed' WHERE id = :id;

-- name: delete_delivery(id)!
-- The endpoint took the event, or is gone.
DELETE FROM deliveries WHERE id = :id;

-- name: waiting_delivery_count(event_id)$
-- How many endpoints have not taken an event yet.
SELECT count(id) FROM deliveries WHERE event_id = :event_id AND state = 'waiting';

-- name: open_delivery_count(event_id)$
-- How many deliveries of an event have not succeeded, given up ones included.
SELECT count(id) FROM deliveries WHERE event_id = :event_id;

-- name: open_deliveries(batch_rows)
-- Deliveries that have not succeeded, oldest first.
SELECT d.id, d.event_id, json_extract(o.document, '$.type') AS event_type, d.endpoint_id,
       d.attempts, d.due_at, d.state
FROM deliveries d JOIN objects o ON o.id = d.event_id ORDER BY d.id LIMIT :batch_rows;

-- name: insert_reply(idempotency_key, fingerprint, status, body, request_id, kept_at)!
-- Keeps the reply to a request under its idempotency key.
INSERT OR REPLACE INTO replies (idempotency_key, fingerprint, status, body, request_id, kept_at)
VALUES (:idempotency_key, :fingerprint, :status, :body, :request_id, :kept_at);

-- name: kept_reply(idempotency_key, kept_after)^
-- The reply kept under an idempotency key.
SELECT fingerprint, status, body, request_id FROM replies
WHERE idempotency_key = :idempotency_key AND kept_at > :kept_after;

-- name: delete_old_replies(kept_before)!
-- Forgets replies after Stripe's retention.
DELETE FROM replies WHERE kept_at <= :kept_before;

-- name: delete_old_events(events_max, batch_rows)!
-- Forgets the oldest events beyond a count, but none that is still to be delivered.
DELETE FROM objects WHERE seq IN (
    SELECT seq FROM objects
    WHERE kind = 'event'
      AND seq <= (SELECT seq FROM objects WHERE kind = 'event'
                  ORDER BY seq DESC LIMIT 1 OFFSET :events_max)
      AND id NOT IN (SELECT event_id FROM deliveries)
    ORDER BY seq LIMIT :batch_rows);

-- name: delete_loose_event_links()!
-- Forgets what found events that are gone.
DELETE FROM links WHERE kind = 'event'
  AND seq < (SELECT coalesce(min(seq), 0) FROM objects WHERE kind = 'event');
