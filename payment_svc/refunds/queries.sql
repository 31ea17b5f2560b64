-- name: refund_insert!
-- Begins a refund; asking again changes nothing.
INSERT INTO refunds (event_id, refund_id, order_id, kind, step, state, account_id, asked_ticket_ids, amount_minor)
VALUES (:event_id, :refund_id, :order_id, :kind, :step, 'PENDING', :account_id, :asked_ticket_ids, :amount_minor)
ON CONFLICT (event_id, refund_id) DO NOTHING;

-- name: refund_read^
-- Returns a refund.
SELECT event_id, refund_id, order_id, kind, step, state, account_id, asked_ticket_ids, amount_minor, payout_id, attempt,
       attempt_time, failure_count
FROM refunds
WHERE event_id = :event_id AND refund_id = :refund_id;

-- name: refund_of_payout^
-- Returns which refund a processor's refund is.
SELECT event_id, refund_id FROM processor_payouts WHERE payout_id = :payout_id;

-- name: refund_tickets_read
-- Returns the tickets of a refund.
SELECT ticket_id, line_no, seat_id, pool_id
FROM refund_tickets
WHERE event_id = :event_id AND refund_id = :refund_id
ORDER BY ticket_id;

-- name: refund_others_under_way$
-- Tells whether another refund of the order has steps left.
SELECT EXISTS (
    SELECT 1 FROM refunds
    WHERE event_id = :event_id AND order_id = :order_id AND refund_id <> :refund_id
      AND step IN ('CLAIM', 'REVOKE', 'PAY', 'RETURN')
);

-- name: lines_returned
-- Returns how many of each line of an order other refunds took back.
SELECT t.line_no, count(*)::integer AS quantity
FROM refunds r
JOIN refund_tickets t ON t.event_id = r.event_id AND t.refund_id = r.refund_id
WHERE r.event_id = :event_id AND r.order_id = :order_id AND r.refund_id <> :refund_id
  AND r.step NOT IN ('CLAIM', 'REFUSED')
GROUP BY t.line_no;

-- name: refunds_due
-- Returns refunds that it is time to go on with: steps are left, or the money is still on its way. Those of orders that
-- sold nothing are left out: the checkout goes on with them.
SELECT event_id, refund_id, order_id
FROM refunds
WHERE NOT (kind = 'UNSOLD' AND step = 'PAY')
  AND (step IN ('CLAIM', 'REVOKE', 'PAY', 'RETURN') OR (step = 'DONE' AND state = 'PENDING'))
  AND next_check_time <= clock_timestamp()
ORDER BY next_check_time
LIMIT :batch_max;

-- name: refund_check_later!
-- Says when to look at a refund again.
UPDATE refunds
SET next_check_time = clock_timestamp() + make_interval(secs => :check_after_seconds), failure_count = :failure_count
WHERE event_id = :event_id AND refund_id = :refund_id;

-- name: order_renew$
-- Renews the lease of an order; null when another driver has it.
UPDATE orders SET lease_until = clock_timestamp() + make_interval(secs => :lease_seconds)
WHERE event_id = :event_id AND order_id = :order_id AND lease_owner = :lease_owner
RETURNING order_id;

-- name: refund_refuse!
-- CLAIM → REFUSED: the tickets could not be claimed.
UPDATE refunds SET step = 'REFUSED', state = 'FAILED', problem = :problem
WHERE event_id = :event_id AND refund_id = :refund_id AND step = 'CLAIM';

-- name: refund_claimed!
-- CLAIM → REVOKE: the tickets are out of use.
UPDATE refunds SET step = 'REVOKE', amount_minor = :amount_minor
WHERE event_id = :event_id AND refund_id = :refund_id AND step = 'CLAIM';

-- name: refund_tickets_insert!
-- Writes the tickets of a refund.
INSERT INTO refund_tickets (event_id, refund_id, ticket_id, line_no, seat_id, pool_id)
SELECT :event_id, :refund_id, t.ticket_id, t.line_no, t.seat_id, t.pool_id
FROM unnest(:ticket_ids::uuid[], :line_nos::integer[], :seat_ids::text[], :pool_ids::text[])
     AS t (ticket_id, line_no, seat_id, pool_id)
ON CONFLICT (event_id, refund_id, ticket_id) DO NOTHING;

-- name: refund_revoked!
-- REVOKE → PAY: the tickets are stopped for good.
UPDATE refunds SET step = 'PAY'
WHERE event_id = :event_id AND refund_id = :refund_id AND step = 'REVOKE';

-- name: refund_attempt^
-- Begins an attempt at giving the money back, before the processor is asked; with a raise, under the next key.
UPDATE refunds
SET attempt = attempt + :attempt_raise,
    attempt_time = CASE WHEN attempt_time IS NULL OR :attempt_raise > 0 THEN clock_timestamp() ELSE attempt_time END
WHERE event_id = :event_id AND refund_id = :refund_id AND step = 'PAY'
RETURNING event_id, refund_id, order_id, kind, step, state, account_id, asked_ticket_ids, amount_minor, payout_id,
          attempt, attempt_time, failure_count;

-- name: refund_fail!
-- PAY → FAILED: the processor refused for good.
UPDATE refunds SET step = 'FAILED', state = 'FAILED', problem = :problem
WHERE event_id = :event_id AND refund_id = :refund_id AND step = 'PAY';

-- name: order_lock$
-- Locks an order for its driver; null when another one has it.
SELECT order_id FROM orders
WHERE event_id = :event_id AND order_id = :order_id AND lease_owner = :lease_owner
FOR UPDATE;

-- name: lines_refund_tickets!
-- Counts a refund's tickets on the lines that they were sold on.
UPDATE order_lines l
SET refunded_quantity = l.refunded_quantity + t.quantity
FROM (SELECT line_no, count(*)::integer AS quantity FROM refund_tickets
      WHERE event_id = :event_id AND refund_id = :refund_id GROUP BY line_no) t
WHERE l.event_id = :event_id AND l.order_id = :order_id AND l.line_no = t.line_no;

-- name: lines_refund_all!
-- Counts every line as refunded.
UPDATE order_lines SET refunded_quantity = quantity
WHERE event_id = :event_id AND order_id = :order_id;

-- name: order_refund!
-- PAID or PARTIALLY_REFUNDED → PARTIALLY_REFUNDED or REFUNDED: the latter when no ticket is left.
UPDATE orders o
SET refunded_minor = o.refunded_minor + :amount_minor, version = o.version + 1,
    state = CASE WHEN EXISTS (
        SELECT 1 FROM order_lines l
        WHERE l.event_id = o.event_id AND l.order_id = o.order_id AND l.kind = 'FACE' AND l.refunded_quantity < l.quantity
    ) THEN 'PARTIALLY_REFUNDED' ELSE 'REFUNDED' END
WHERE o.event_id = :event_id AND o.order_id = :order_id AND o.lease_owner = :lease_owner
  AND o.state IN ('PAID', 'PARTIALLY_REFUNDED');

-- name: order_refund_unsold!
-- Records that the money of an order that sold nothing went back.
UPDATE orders
SET refunded_minor = refunded_minor + :amount_minor, version = version + 1
WHERE event_id = :event_id AND order_id = :order_id AND lease_owner = :lease_owner
  AND state IN ('AWAITING_PAYMENT', 'CONFIRMING');

-- name: refund_paid$
-- PAY → RETURN, or DONE where there are no seats to return: the money is on its way.
UPDATE refunds SET step = :step, state = :state, payout_id = :payout_id, failure_count = 0
WHERE event_id = :event_id AND refund_id = :refund_id AND step = 'PAY'
RETURNING refund_id;

-- name: payout_insert!
-- Records which refund a processor's refund is.
INSERT INTO processor_payouts (payout_id, event_id, refund_id) VALUES (:payout_id, :event_id, :refund_id)
ON CONFLICT (payout_id) DO NOTHING;

-- name: refund_returned!
-- RETURN → DONE: the seats are for sale again; with a problem, inventory would not have them.
UPDATE refunds SET step = 'DONE', problem = :problem, failure_count = 0
WHERE event_id = :event_id AND refund_id = :refund_id AND step = 'RETURN';

-- name: refund_settle$
-- Records how the money of a refund that was under way ended.
UPDATE refunds SET state = :state, problem = :problem
WHERE event_id = :event_id AND refund_id = :refund_id AND payout_id IS NOT NULL AND state <> :state AND state <> 'FAILED'
RETURNING refund_id;

-- name: order_unrefund!
-- Takes a refund that failed off what was given back.
UPDATE orders SET refunded_minor = refunded_minor - :amount_minor, version = version + 1
WHERE event_id = :event_id AND order_id = :order_id;

-- name: order_touch!
-- Makes a change of a refund a change of its order.
UPDATE orders SET version = version + 1 WHERE event_id = :event_id AND order_id = :order_id;

-- name: cancellations_insert!
-- Begins the refunds of cancelled events; once each.
INSERT INTO event_cancellations (event_id)
SELECT c.event_id FROM unnest(:event_ids::bigint[]) AS c (event_id)
ON CONFLICT (event_id) DO NOTHING;

-- name: cancellations_running
-- Returns events whose orders are being refunded, the oldest first.
SELECT event_id FROM event_cancellations WHERE state = 'RUNNING' ORDER BY create_time LIMIT :batch_max;

-- name: cancellation_orders
-- Returns orders of a cancelled event that are still to end and that nobody drives, in id order, some at a time. Those
-- whose refund failed wait for a person.
SELECT o.order_id, o.state
FROM orders o
WHERE o.event_id = :event_id AND o.order_id > :after_order_id
  AND o.state IN ('AWAITING_PAYMENT', 'CONFIRMING', 'PAID', 'PARTIALLY_REFUNDED')
  AND (o.lease_until IS NULL OR o.lease_until < clock_timestamp())
  AND NOT EXISTS (SELECT 1 FROM refunds r
                  WHERE r.event_id = o.event_id AND r.order_id = o.order_id AND r.kind = 'EVENT_CANCELLED'
                    AND (r.step = 'FAILED' OR r.next_check_time > clock_timestamp()))
ORDER BY o.order_id
LIMIT :batch_max;

-- name: cancellation_finish$
-- RUNNING → DONE when no order of the event is open; null while one is.
UPDATE event_cancellations c SET state = 'DONE', done_time = clock_timestamp()
WHERE c.event_id = :event_id AND c.state = 'RUNNING' AND NOT EXISTS (
    SELECT 1 FROM orders o
    WHERE o.event_id = c.event_id AND (
        o.state IN ('AWAITING_PAYMENT', 'CONFIRMING')
        OR (o.state IN ('PAID', 'PARTIALLY_REFUNDED') AND NOT EXISTS (
            SELECT 1 FROM refunds r
            WHERE r.event_id = o.event_id AND r.order_id = o.order_id AND r.kind = 'EVENT_CANCELLED'
              AND r.step = 'FAILED'))))
RETURNING c.event_id;

-- name: cancellation_read^
-- Returns how far the refunds of an event have come.
SELECT c.state,
       count(o.order_id) FILTER (WHERE o.state IN ('AWAITING_PAYMENT', 'CONFIRMING', 'PAID', 'PARTIALLY_REFUNDED'))
           AS open_count,
       count(o.order_id) FILTER (WHERE o.end_reason = 'EVENT_CANCELLED' OR (o.state = 'REFUNDED' AND r.refund_id IS NOT NULL))
           AS done_count,
       count(o.order_id) FILTER (WHERE r.state = 'FAILED') AS failed_count,
       coalesce(sum(r.amount_minor) FILTER (WHERE r.payout_id IS NOT NULL AND r.state <> 'FAILED'), 0)::bigint
           AS refunded_minor,
       max(o.currency_code) AS currency_code
FROM event_cancellations c
LEFT JOIN orders o ON o.event_id = c.event_id
LEFT JOIN refunds r ON r.event_id = o.event_id AND r.order_id = o.order_id AND r.kind = 'EVENT_CANCELLED'
WHERE c.event_id = :event_id
GROUP BY c.event_id, c.state;
