-- name: event_sums^
-- Returns an event's sums, from the ledger; orders that sold nothing and gave all back count on both sides.
SELECT coalesce(-sum(e.amount_minor) FILTER (WHERE e.account IN ('face', 'fee', 'tax')), 0)::bigint AS gross_minor,
       coalesce(sum(e.amount_minor) FILTER (WHERE e.account = 'refund'), 0)::bigint AS refunded_minor,
       max(e.currency_code) AS currency_code
FROM ledger_entries e
WHERE e.event_id = :event_id;

-- name: order_count$
-- Counts paid orders, refunded ones too.
SELECT count(*) FROM orders
WHERE event_id = :event_id AND state IN ('PAID', 'PARTIALLY_REFUNDED', 'REFUNDED');

-- name: zone_sums
-- Returns what each zone sold: tickets, those given back, and the face of the others.
SELECT l.zone_id, sum(l.quantity - l.refunded_quantity)::integer AS sold_count,
       sum(l.refunded_quantity)::integer AS refunded_count,
       sum((l.quantity - l.refunded_quantity) * l.unit_price_minor)::bigint AS net_minor
FROM order_lines l
JOIN orders o ON o.event_id = l.event_id AND o.order_id = l.order_id
WHERE l.event_id = :event_id AND l.kind = 'FACE' AND o.state IN ('PAID', 'PARTIALLY_REFUNDED', 'REFUNDED')
GROUP BY l.zone_id
ORDER BY length(l.zone_id), l.zone_id;

-- name: order_rows
-- Returns a line for each paid order of an event, in the order of payment.
SELECT o.order_id, o.state, o.create_time, o.pay_time, o.currency_code, o.total_minor, o.captured_minor,
       o.refunded_minor,
       (SELECT sum(l.quantity) FROM order_lines l
        WHERE l.event_id = o.event_id AND l.order_id = o.order_id AND l.kind = 'FACE')::integer AS ticket_count,
       (SELECT sum(l.refunded_quantity) FROM order_lines l
        WHERE l.event_id = o.event_id AND l.order_id = o.order_id AND l.kind = 'FACE')::integer AS refunded_count
FROM orders o
WHERE o.event_id = :event_id AND o.state IN ('PAID', 'PARTIALLY_REFUNDED', 'REFUNDED')
ORDER BY o.pay_time, o.order_id
LIMIT :rows_max;
