-- name: notice_insert$
-- Stores a notice; null when it is stored already. One that asks for nothing is stored as processed.
INSERT INTO webhook_inbox (notice_id, type, intent_id, payout_id, body, process_time)
VALUES (:notice_id, :type, :intent_id, :payout_id, :body, CASE WHEN :asks THEN NULL ELSE clock_timestamp() END)
ON CONFLICT (notice_id) DO NOTHING
RETURNING notice_id;

-- name: notices_take
-- Takes waiting notices for a while, the longest waiting first; another process skips them.
UPDATE webhook_inbox
SET attempt_count = attempt_count + 1,
    next_attempt_time = clock_timestamp() + make_interval(secs => :lease_seconds)
WHERE notice_id IN (
    SELECT notice_id FROM webhook_inbox
    WHERE process_time IS NULL AND next_attempt_time <= clock_timestamp()
    ORDER BY next_attempt_time
    LIMIT :batch_max
    FOR UPDATE SKIP LOCKED)
RETURNING notice_id, intent_id, payout_id, attempt_count;

-- name: notice_processed!
-- Records that a notice's effect is done.
UPDATE webhook_inbox SET process_time = clock_timestamp() WHERE notice_id = :notice_id;

-- name: notice_again!
-- Puts a notice back for a little later.
UPDATE webhook_inbox SET next_attempt_time = clock_timestamp() + make_interval(secs => :after_seconds)
WHERE notice_id = :notice_id;

-- name: notices_prune!
-- Forgets notices processed more than 30 days ago, some at a time.
DELETE FROM webhook_inbox WHERE notice_id IN (
    SELECT notice_id FROM webhook_inbox
    WHERE process_time < clock_timestamp() - interval '30 days'
    LIMIT :batch_max);
