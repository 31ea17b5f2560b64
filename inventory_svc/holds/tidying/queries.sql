-- name: try_expiry_lease$
-- Lets one process at a time tidy a slice of the holds, until its transaction ends.
SELECT pg_try_advisory_xact_lock(:lock_space::integer, :slice_no::integer);

-- name: holds_over
-- Returns holds of a slice whose time is over and of which something may lie about, oldest first. By the transaction's
-- time, since a clock that moves while the statement runs cannot bound a look into the index.
SELECT event_id, hold_id, account_id, admission_id, state, create_time, held_until, extended, currency_code, seat_nos,
       seat_zone_nos, seat_prices_minor, seat_fences, place_count, version, code_no, order_id, pin_time, pin_deadline
FROM holds
WHERE get_byte(uuid_send(hold_id), 15) % 4 = :slice_no AND tidy_time <= now()
  AND event_id <> ALL (:event_ids_but::bigint[])
ORDER BY tidy_time
LIMIT :batch_max;

-- name: tidy_holds
-- Ends holds, frees what they still have, and tells of those that nobody had ended; returns how many, by event.
SELECT tidied_event_id, tidied_count
FROM tidy_holds(:event_ids::bigint[], :hold_ids::uuid[], :versions::bigint[], :slots::smallint[], :topic::text,
                :keys::text[], :envelopes::bytea[], :occurred_time::timestamptz);

-- name: even_out$
-- Spreads the free places of a pool evenly over its public counters; returns whether any were moved.
SELECT even_out(:event_id, :pool_no);
