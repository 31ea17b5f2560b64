-- Lock order, everywhere in this service: ticket_orders, tickets by ticket_id, transfers, gate_lists. Whoever decides
-- about a ticket locks its row in one statement and decides in the next.

-- name: event_read
-- Returns our copy of an event.
SELECT event_id, organiser_id, venue_id, name, venue_name, city, time_zone, start_time, end_time, is_cancelled, version
FROM events
WHERE event_id = :event_id;

-- name: events_read
-- Returns our copies of some events.
SELECT event_id, organiser_id, venue_id, name, venue_name, city, time_zone, start_time, end_time, is_cancelled, version
FROM events
WHERE event_id = ANY (:event_ids::bigint[]);

-- name: event_write!
-- Makes or refreshes our copy of an event; an older version changes nothing.
INSERT INTO events (event_id, organiser_id, venue_id, name, venue_name, city, time_zone, start_time, end_time,
                    is_cancelled, version)
VALUES (:event_id, :organiser_id, :venue_id, :name, :venue_name, :city, :time_zone, :start_time, :end_time,
        :is_cancelled, :version)
ON CONFLICT (event_id) DO UPDATE
    SET organiser_id = excluded.organiser_id, venue_id = excluded.venue_id, name = excluded.name,
        venue_name = excluded.venue_name, city = excluded.city, time_zone = excluded.time_zone,
        start_time = excluded.start_time, end_time = excluded.end_time, is_cancelled = excluded.is_cancelled,
        version = excluded.version
    WHERE events.version < excluded.version;

-- name: account_tickets_move!
-- Follows an event to its new start in "my tickets".
UPDATE account_tickets SET start_time = :start_time WHERE event_id = :event_id AND start_time <> :start_time;

-- name: orders_claim
-- Claims orders for issuing; returns those that nobody claimed before, so that each is issued once.
INSERT INTO ticket_orders (event_id, order_id, account_id, state, issue_time)
SELECT o.event_id, o.order_id, o.account_id, o.state, :issue_time::timestamptz
FROM unnest(:event_ids::bigint[], :order_ids::uuid[], :account_ids::uuid[], :states::text[])
     AS o (event_id, order_id, account_id, state)
ORDER BY o.event_id, o.order_id
ON CONFLICT (event_id, order_id) DO NOTHING
RETURNING order_id;

-- name: order_close$
-- Closes an order whose tickets were not issued, and locks it either way; returns its state.
INSERT INTO ticket_orders (event_id, order_id, account_id, state, issue_time)
VALUES (:event_id, :order_id, NULL, 'CLOSED', :now)
ON CONFLICT (event_id, order_id) DO UPDATE SET state = ticket_orders.state
RETURNING state;

-- name: order_lock
-- Locks an order; no row when it was never seen.
SELECT account_id, state
FROM ticket_orders
WHERE event_id = :event_id AND order_id = :order_id
FOR UPDATE;

-- name: order_read
-- Returns who paid an order, and whether its tickets exist.
SELECT account_id, state
FROM ticket_orders
WHERE event_id = :event_id AND order_id = :order_id;

-- name: tickets_add!
-- Makes tickets, all of them or none.
INSERT INTO tickets (event_id, ticket_id, order_id, line_no, unit_no, account_id, seat_no, pool_no, zone_no, seat_label,
                     state, code, code_expire_time, issue_time, former_ticket_id)
SELECT t.event_id, t.ticket_id, t.order_id, t.line_no, t.unit_no, t.account_id, t.seat_no, t.pool_no, t.zone_no,
       t.seat_label, 'ACTIVE', t.code, t.code_expire_time, t.issue_time, t.former_ticket_id
FROM unnest(:event_ids::bigint[], :ticket_ids::uuid[], :order_ids::uuid[], :line_nos::integer[], :unit_nos::integer[],
            :account_ids::uuid[], :seat_nos::integer[], :pool_nos::integer[], :zone_nos::integer[], :seat_labels::text[],
            :codes::text[], :code_expire_times::timestamptz[], :issue_times::timestamptz[], :former_ticket_ids::uuid[])
     AS t (event_id, ticket_id, order_id, line_no, unit_no, account_id, seat_no, pool_no, zone_no, seat_label, code,
           code_expire_time, issue_time, former_ticket_id);

-- name: account_tickets_add!
-- Puts tickets among what accounts hold.
INSERT INTO account_tickets (account_id, ticket_id, event_id, start_time)
SELECT t.account_id, t.ticket_id, t.event_id, t.start_time
FROM unnest(:account_ids::uuid[], :ticket_ids::uuid[], :event_ids::bigint[], :start_times::timestamptz[])
     AS t (account_id, ticket_id, event_id, start_time);

-- name: account_tickets_remove!
-- Takes tickets from what accounts hold.
DELETE FROM account_tickets
WHERE (account_id, ticket_id) IN (
    SELECT t.account_id, t.ticket_id
    FROM unnest(:account_ids::uuid[], :ticket_ids::uuid[]) AS t (account_id, ticket_id)
);

-- name: account_tickets_page
-- Returns what an account holds: events from as_of on first, the next one first, then those before it, the latest
-- first. Continues after (is_past, distance, ticket_id), where distance is in microseconds from as_of.
SELECT ticket_id, event_id, is_past, distance
FROM (
    SELECT ticket_id, event_id, start_time < :as_of AS is_past,
           abs(extract(epoch FROM start_time - :as_of) * 1000000)::bigint AS distance
    FROM account_tickets
    WHERE account_id = :account_id
) AS held
WHERE (is_past, distance, ticket_id) > (:after_is_past::boolean, :after_distance::bigint, :after_ticket_id::uuid)
ORDER BY is_past, distance, ticket_id
LIMIT :page_size;

-- name: tickets_read
-- Returns tickets of an event.
SELECT event_id, ticket_id, order_id, line_no, unit_no, account_id, seat_no, pool_no, zone_no, seat_label, state, code,
       code_expire_time, issue_time, former_ticket_id, transfer_id, claim_id, stop_version, stop_time, first_gate_id,
       first_scan_id, first_scan_time, version
FROM tickets
WHERE event_id = :event_id AND ticket_id = ANY (:ticket_ids::uuid[])
ORDER BY ticket_id;

-- name: tickets_lock
-- Locks tickets of an event, in the order that everybody locks them in, and returns them as they are then.
SELECT event_id, ticket_id, order_id, line_no, unit_no, account_id, seat_no, pool_no, zone_no, seat_label, state, code,
       code_expire_time, issue_time, former_ticket_id, transfer_id, claim_id, stop_version, stop_time, first_gate_id,
       first_scan_id, first_scan_time, version
FROM tickets
WHERE event_id = :event_id AND ticket_id = ANY (:ticket_ids::uuid[])
ORDER BY ticket_id
FOR UPDATE;

-- name: order_tickets_read
-- Returns the tickets of an order, passed on ones too, in the order of its lines.
SELECT event_id, ticket_id, order_id, line_no, unit_no, account_id, seat_no, pool_no, zone_no, seat_label, state, code,
       code_expire_time, issue_time, former_ticket_id, transfer_id, claim_id, stop_version, stop_time, first_gate_id,
       first_scan_id, first_scan_time, version
FROM tickets
WHERE event_id = :event_id AND order_id = :order_id
ORDER BY line_no, unit_no, issue_time, ticket_id;

-- name: order_tickets_lock
-- Locks the tickets of an order, in the order that everybody locks them in.
SELECT event_id, ticket_id, order_id, line_no, unit_no, account_id, seat_no, pool_no, zone_no, seat_label, state, code,
       code_expire_time, issue_time, former_ticket_id, transfer_id, claim_id, stop_version, stop_time, first_gate_id,
       first_scan_id, first_scan_time, version
FROM tickets
WHERE event_id = :event_id AND order_id = :order_id
ORDER BY ticket_id
FOR UPDATE;

-- name: tickets_write
-- Writes tickets as a move made them, each only onto the version that the move read; returns those written.
UPDATE tickets AS t
SET state = w.state, transfer_id = w.transfer_id, claim_id = w.claim_id, stop_version = w.stop_version,
    stop_time = w.stop_time, first_gate_id = w.first_gate_id, first_scan_id = w.first_scan_id,
    first_scan_time = w.first_scan_time, version = t.version + 1
FROM unnest(:ticket_ids::uuid[], :versions::bigint[], :states::text[], :transfer_ids::uuid[], :claim_ids::text[],
            :stop_versions::bigint[], :stop_times::timestamptz[], :first_gate_ids::text[], :first_scan_ids::text[],
            :first_scan_times::timestamptz[])
     AS w (ticket_id, version, state, transfer_id, claim_id, stop_version, stop_time, first_gate_id, first_scan_id,
           first_scan_time)
WHERE t.event_id = :event_id AND t.ticket_id = w.ticket_id AND t.version = w.version
RETURNING t.ticket_id;

-- name: gate_list_next$
-- Numbers the next gate list of an event, and keeps other changes of it waiting until this one commits.
INSERT INTO gate_lists (event_id, version) VALUES (:event_id, 1)
ON CONFLICT (event_id) DO UPDATE SET version = gate_lists.version + 1
RETURNING version;
