-- name: seat_count
-- Counts seats.
SELECT count(*) FROM seats;

-- name: hold_count
-- Counts holds.
SELECT count(*) FROM holds;

-- name: shard_count
-- Counts pool shards.
SELECT count(*) FROM pool_shards;

-- name: seats_without_owner
-- Finds claimed seats that no hold in the right state lists. A seat whose hold has ended lies about until it is tidied.
SELECT s.event_id, s.seat_no, s.state, s.hold_id, h.state AS hold_state
FROM seats s
LEFT JOIN holds h ON h.event_id = s.event_id AND h.hold_id = s.hold_id
WHERE s.state IN (1, 2, 3)
  AND (h.hold_id IS NULL OR NOT s.seat_no = ANY (h.seat_nos)
       OR (s.state = 1 AND h.state NOT IN ('HELD', 'EXPIRED', 'RELEASED'))
       OR (s.state = 2 AND h.state <> 'PINNED')
       OR (s.state = 3 AND h.state <> 'CONFIRMED'));

-- name: seats_claimed_twice
-- Finds seats that two live holds list.
SELECT event_id, seat_no, count(*) AS claims
FROM (
    SELECT h.event_id, s.seat_no
    FROM holds h CROSS JOIN LATERAL unnest(h.seat_nos) AS s (seat_no)
    WHERE (h.state IN ('PINNED', 'CONFIRMED') OR (h.state = 'HELD' AND h.held_until > clock_timestamp()))
      AND NOT EXISTS (
          SELECT FROM seat_returns r
          WHERE r.event_id = h.event_id AND r.hold_id = h.hold_id AND s.seat_no = ANY (r.seat_nos))
) AS claimed
GROUP BY event_id, seat_no
HAVING count(*) > 1;

-- name: pools_beyond_capacity
-- Finds pools whose shards hold other than the pool's capacity.
SELECT p.event_id, p.pool_no, p.capacity, sum(s.capacity) AS in_shards, sum(s.held + s.sold) AS taken
FROM pools p JOIN pool_shards s ON s.event_id = p.event_id AND s.pool_no = p.pool_no
GROUP BY p.event_id, p.pool_no, p.capacity
HAVING sum(s.capacity) <> p.capacity OR sum(s.held + s.sold) > p.capacity;

-- name: shards_miscounted
-- Finds shards whose counters differ from the places that holds claim in them.
SELECT s.event_id, s.pool_no, s.shard_no, s.held + s.sold AS counted, coalesce(sum(h.claimed), 0) AS claimed
FROM pool_shards s
LEFT JOIN hold_places h ON h.event_id = s.event_id AND h.pool_no = s.pool_no AND h.shard_no = s.shard_no
GROUP BY s.event_id, s.pool_no, s.shard_no, s.held, s.sold
HAVING s.held + s.sold <> coalesce(sum(h.claimed), 0);

-- name: allotment_count
-- Counts allotments.
SELECT count(*) FROM allotments;

-- name: allotments_beyond_their_end
-- Finds seats and counters that belong to an allotment that is released.
SELECT a.event_id, a.allotment_no, kept.what
FROM allotments a
JOIN (
    SELECT event_id, allotment_no, 's' || seat_no AS what FROM seats WHERE allotment_no IS NOT NULL
    UNION ALL
    SELECT event_id, allotment_no, 'p' || pool_no FROM pool_shards WHERE allotment_no IS NOT NULL
) AS kept ON kept.event_id = a.event_id AND kept.allotment_no = a.allotment_no
WHERE a.state = 'RELEASED';

-- name: codes_overused
-- Finds access codes with more holds live or sold than they may have.
SELECT c.event_id, c.code_no, c.uses_max, count(*) AS uses
FROM allotment_codes c
JOIN holds h ON h.event_id = c.event_id AND h.code_no = c.code_no
WHERE h.state = 'PINNED' OR h.state = 'CONFIRMED' AND h.sold_count > 0
   OR h.state = 'HELD' AND h.held_until > clock_timestamp()
GROUP BY c.event_id, c.code_no, c.uses_max
HAVING count(*) > c.uses_max;

-- name: event_totals
-- Counts each event's seats by state, and its places.
SELECT e.event_id, e.capacity,
       coalesce(s.total, 0) + coalesce(p.total, 0) AS counted
FROM events e
LEFT JOIN (SELECT event_id, count(*) AS total FROM seats GROUP BY event_id) s ON s.event_id = e.event_id
LEFT JOIN (SELECT event_id, sum(available + held + sold) AS total FROM pool_shards GROUP BY event_id) p
       ON p.event_id = e.event_id;

-- name: snapshots
-- Returns what is shown as available, with the number of seats that it must speak of.
SELECT a.event_id, a.version, a.states, (SELECT count(*) FROM seats s WHERE s.event_id = a.event_id) AS seat_count
FROM availability a;

-- name: fences_gone_back
-- Finds holds that carry a later fence of a seat than the seat has.
SELECT h.event_id, h.hold_id, f.seat_no, f.fence AS hold_fence, s.fence AS seat_fence
FROM holds h
CROSS JOIN LATERAL unnest(h.seat_nos, h.seat_fences) AS f (seat_no, fence)
JOIN seats s ON s.event_id = h.event_id AND s.seat_no = f.seat_no
WHERE f.fence > s.fence;

-- name: fences_used_twice
-- Finds fences of a seat under which two holds took it.
SELECT h.event_id, f.seat_no, f.fence, count(*) AS holds
FROM holds h CROSS JOIN LATERAL unnest(h.seat_nos, h.seat_fences) AS f (seat_no, fence)
GROUP BY h.event_id, f.seat_no, f.fence
HAVING count(*) > 1;

-- name: parties_torn
-- Finds live holds that have lost some of their seats.
SELECT h.event_id, h.hold_id, h.state, f.seat_no, s.state AS seat_state
FROM holds h
CROSS JOIN LATERAL unnest(h.seat_nos) AS f (seat_no)
LEFT JOIN seats s ON s.event_id = h.event_id AND s.seat_no = f.seat_no
    AND s.hold_id = h.hold_id
    AND s.state = CASE h.state WHEN 'HELD' THEN 1 WHEN 'PINNED' THEN 2 WHEN 'CONFIRMED' THEN 3 END
WHERE (h.state IN ('PINNED', 'CONFIRMED') OR (h.state = 'HELD' AND h.held_until > clock_timestamp()))
  AND s.seat_no IS NULL
  AND NOT EXISTS (
      SELECT FROM seat_returns r
      WHERE r.event_id = h.event_id AND r.hold_id = h.hold_id AND f.seat_no = ANY (r.seat_nos));

-- name: sold_without_pin
-- Finds confirmed holds that were never pinned for an order.
SELECT event_id, hold_id FROM holds
WHERE state = 'CONFIRMED' AND (pin_time IS NULL OR order_id IS NULL);

-- name: sold_seats
-- Returns sold seats with the order that they were sold to.
SELECT s.event_id, 's' || s.seat_no AS seat_id, h.order_id
FROM seats s JOIN holds h ON h.event_id = s.event_id AND h.hold_id = s.hold_id
WHERE s.state = 3;

-- name: sold_places
-- Returns how many places of each pool are sold.
SELECT event_id, 'p' || pool_no AS pool_id, sum(sold)::bigint AS sold FROM pool_shards GROUP BY event_id, pool_no;

-- name: confirmed_orders
-- Returns the orders of confirmed holds.
SELECT order_id FROM holds WHERE state = 'CONFIRMED';

-- name: pins_overdue
-- Finds pins whose orders should have ended them a minute ago.
SELECT event_id, hold_id, order_id, pin_time FROM holds
WHERE state = 'PINNED' AND greatest(pin_deadline, pin_time + interval '60 seconds') < clock_timestamp();

-- name: paid_lines
-- Returns what is paid and not refunded, by line, but for orders with a refund under way.
SELECT o.event_id, o.order_id, l.line_no, l.seat_id, l.pool_id, l.quantity - l.refunded_quantity AS quantity
FROM orders o JOIN order_lines l ON l.event_id = o.event_id AND l.order_id = o.order_id
WHERE o.state IN ('PAID', 'PARTIALLY_REFUNDED', 'REFUNDED') AND l.kind = 'FACE'
  AND l.quantity > l.refunded_quantity;

-- name: orders_refunding
-- Returns orders with a refund under way: their seats, lines and tickets change one after the other.
SELECT DISTINCT order_id FROM refunds WHERE step NOT IN ('DONE', 'REFUSED');

-- name: living_tickets
-- Returns tickets that open a gate, did, or are on their way to somebody or back.
SELECT event_id, order_id, line_no, CASE WHEN seat_no IS NULL THEN '' ELSE 's' || seat_no END AS seat_id,
       CASE WHEN pool_no IS NULL THEN '' ELSE 'p' || pool_no END AS pool_id
FROM tickets WHERE state IN ('ACTIVE', 'USED', 'TRANSFERRING', 'REFUNDING');

-- name: orders_money
-- Returns each order's money.
SELECT o.order_id, o.state, o.currency_code, o.total_minor, o.captured_minor, o.refunded_minor, o.intent_id,
       coalesce((SELECT sum(l.quantity * l.unit_price_minor) FROM order_lines l
                 WHERE l.event_id = o.event_id AND l.order_id = o.order_id), 0)::bigint AS lines_minor
FROM orders o;

-- name: ledger_unbalanced
-- Finds transfers whose entries do not sum to zero.
SELECT transfer_id, currency_code, sum(amount_minor) AS balance FROM ledger_entries
GROUP BY transfer_id, currency_code HAVING sum(amount_minor) <> 0;

-- name: ledger_processor
-- Returns what the ledger says that the processor holds for each order.
SELECT t.order_id, sum(e.amount_minor)::bigint AS held_minor
FROM ledger_transfers t JOIN ledger_entries e ON e.event_id = t.event_id AND e.transfer_id = t.transfer_id
WHERE e.account = 'processor'
GROUP BY t.order_id;

-- name: stored_replies
-- Returns the replies that callers were given under their request ids.
SELECT scope, method, request_id, reply FROM requests WHERE reply IS NOT NULL;

-- name: request_count
-- Counts remembered requests.
SELECT count(*) FROM requests;

-- name: requests_without_outcome
-- Finds requests that were begun an hour ago and never ended: nobody can tell what they came to.
SELECT scope, method, request_id FROM requests
WHERE reply IS NULL AND refusal IS NULL AND create_time < clock_timestamp() - interval '1 hour';

-- name: hold_ids
-- Returns all holds.
SELECT hold_id FROM holds;

-- name: order_ids
-- Returns all orders.
SELECT order_id, state, pay_time FROM orders;

-- name: outbox_late
-- Finds facts that were not published within a minute.
SELECT outbox_no, topic, key, occurred_time FROM outbox
WHERE published_time IS NULL AND occurred_time < clock_timestamp() - interval '60 seconds';

-- name: outbox_envelopes
-- Returns the facts of the last day.
SELECT envelope FROM outbox;

-- name: letters_parked
-- Finds dead letters that nobody resolved.
SELECT consumer, topic, key, problem FROM dead_letters WHERE resolved_time IS NULL;

-- name: inbox_count
-- Counts envelopes whose effect is done.
SELECT count(*) FROM inbox;

-- name: holds_of_the_day
-- Returns holds younger than the outbox's memory.
SELECT hold_id, state FROM holds WHERE create_time > clock_timestamp() - interval '23 hours';

-- name: orders_paid_of_the_day
-- Returns orders paid within the outbox's memory.
SELECT order_id FROM orders WHERE pay_time > clock_timestamp() - interval '23 hours';

-- name: scan_labels
-- Counts scans by what they are in the end.
SELECT label, count(*) AS count FROM labelled_scans GROUP BY label;

-- name: scan_count
-- Counts scans.
SELECT count(*) FROM scans;

-- name: admitted_online_twice
-- Finds tickets that were let in twice by gates that asked.
SELECT event_id, ticket_id, count(*) AS admits FROM scans
WHERE verdict = 'ADMIT' AND offline_verdict IS NULL AND ticket_id IS NOT NULL
GROUP BY event_id, ticket_id HAVING count(*) > 1;

-- name: used_without_scan
-- Finds tickets that are used though no gate let them in.
SELECT t.event_id, t.ticket_id FROM tickets t
WHERE t.state = 'USED' AND NOT EXISTS (
    SELECT FROM scans s WHERE s.event_id = t.event_id AND s.ticket_id = t.ticket_id AND s.verdict = 'ADMIT');

-- name: ticket_orders_issued
-- Returns the orders that tickets were issued for.
SELECT order_id FROM ticket_orders WHERE state = 'ISSUED';

-- name: orders_not_final
-- Finds orders that should have ended a minute ago.
SELECT order_id, state, expire_time FROM orders
WHERE (state = 'AWAITING_PAYMENT' AND expire_time < clock_timestamp() - interval '60 seconds')
   OR (state = 'CONFIRMING' AND greatest(expire_time, create_time) < clock_timestamp() - interval '60 seconds');

-- name: refunds_not_final
-- Finds refunds that have not come to an end within a minute, nor wait for the processor or a person.
SELECT refund_id, step, state FROM refunds
WHERE step IN ('CLAIM', 'REVOKE', 'PAY', 'RETURN') AND create_time < clock_timestamp() - interval '60 seconds'
  AND next_check_time < clock_timestamp();

-- name: webhooks_waiting
-- Finds webhooks that were not processed within a minute.
SELECT notice_id, type FROM webhook_inbox
WHERE process_time IS NULL AND receive_time < clock_timestamp() - interval '60 seconds';
