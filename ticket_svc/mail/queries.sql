-- name: mails_plan!
-- Plans mails, each once. One planned already that nobody tried to send yet learns the new facts and is sent earlier.
INSERT INTO mails (event_id, mail_id, kind, reference, account_id, facts, state, due_time, create_time)
SELECT m.event_id, gen_random_uuid(), m.kind, m.reference, m.account_id, m.facts, 'PENDING', m.due_time,
       clock_timestamp()
FROM unnest(:event_ids::bigint[], :kinds::text[], :references::text[], :account_ids::uuid[], :facts::jsonb[],
            :due_times::timestamptz[])
     AS m (event_id, kind, reference, account_id, facts, due_time)
ORDER BY m.event_id, m.kind, m.reference, m.account_id
ON CONFLICT ON CONSTRAINT mails_once DO UPDATE
    SET facts = mails.facts || excluded.facts, due_time = least(mails.due_time, excluded.due_time)
    WHERE mails.state = 'PENDING' AND mails.attempts = 0;

-- name: mails_take
-- Leases mails whose time has come, the oldest first; whoever crashes with one leaves it due again after the lease.
UPDATE mails AS m
SET due_time = clock_timestamp() + make_interval(secs => :lease_seconds), attempts = m.attempts + 1
FROM (
    SELECT event_id, mail_id
    FROM mails
    WHERE state = 'PENDING' AND due_time <= clock_timestamp()
    ORDER BY due_time
    LIMIT :batch_max
    FOR UPDATE SKIP LOCKED
) AS due
WHERE m.event_id = due.event_id AND m.mail_id = due.mail_id
RETURNING m.event_id, m.mail_id, m.kind, m.reference, m.account_id, m.facts, m.attempts;

-- name: mail_end!
-- Records what became of a mail for good.
UPDATE mails SET state = :state, problem = :problem, end_time = clock_timestamp()
WHERE event_id = :event_id AND mail_id = :mail_id AND state = 'PENDING';

-- name: mail_retry!
-- Records a failed attempt and when the next one is due.
UPDATE mails
SET problem = :problem, due_time = clock_timestamp() + make_interval(secs => :wait_seconds)
WHERE event_id = :event_id AND mail_id = :mail_id AND state = 'PENDING';
