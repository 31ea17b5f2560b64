-- name: read_batch^
-- Takes the locks of a batch and returns what stands under them; its arguments and lists are described where it is made.
SELECT now, events, is_published, is_cancelled, sale_open_times, end_times, requires_admission, seats_per_hold,
       live_holds_per_buyer, tickets_per_buyer, hold_seconds, currency_codes, zone_events, zones, prices_minor,
       usage_events, usage_accounts, live_holds, tickets, closed_admissions, shard_events, shard_pools, shards,
       shard_available, run_out_events, run_out_holds, run_out_pools, run_out_shards, run_out_claimed, seat_events, seats,
       seat_states, seat_holds, seat_held_untils, seat_fences, seat_allotments, known_scopes, known_methods,
       known_request_ids, known_body_hashes, known_replies, known_refusals
FROM read_batch(:event_ids::bigint[], :buyer_event_ids::bigint[], :account_ids::uuid[], :admission_event_ids::bigint[],
                :admission_ids::uuid[], :admission_account_ids::uuid[], :admission_expire_times::timestamptz[],
                :shard_event_ids::bigint[], :pool_nos::integer[], :shard_nos::integer[], :whole_event_ids::bigint[],
                :whole_pool_nos::integer[], :run_out_max::integer, :seat_event_ids::bigint[], :seat_nos::integer[],
                :scopes::text[], :methods::text[], :request_ids::text[]);

-- name: write_batch^
-- Writes what a batch decided; returns how many seats were given and requests remembered, which must be all.
SELECT seats_given, requests_added
FROM write_batch(:seat_event_ids::bigint[], :seat_nos::integer[], :seat_zone_nos::integer[],
                 :seat_prices_minor::bigint[], :seat_fences::bigint[], :seat_hold_ids::uuid[],
                 :seat_held_untils::timestamptz[], :seat_code_nos::integer[], :hold_event_ids::bigint[],
                 :hold_ids::uuid[], :account_ids::uuid[], :admission_ids::uuid[], :held_untils::timestamptz[],
                 :code_nos::integer[], :currency_codes::text[], :place_counts::integer[], :seats_from::integer[],
                 :seats_to::integer[], :create_time::timestamptz, :scopes::text[], :methods::text[],
                 :request_ids::text[], :body_hashes::bytea[], :replies::bytea[], :refusals::bytea[]);

-- name: remember_refusals
-- Remembers refusals without waiting for the disk; returns what requests came to that were answered before.
SELECT scope, method, request_id, body_hash, reply, refusal
FROM remember_refusals(:scopes::text[], :methods::text[], :request_ids::text[], :body_hashes::bytea[],
                       :refusals::bytea[]);

-- name: end_losers
-- Ends holds whose time is over, each once, under their locks; returns those that this ended.
SELECT event_id, hold_id, account_id, admission_id, state, create_time, held_until, extended, currency_code, seat_nos,
       seat_zone_nos, seat_prices_minor, seat_fences, place_count, version, code_no, order_id, pin_time, pin_deadline
FROM end_losers(:event_ids::bigint[], :hold_ids::uuid[]);

-- name: lock_party!
-- Takes the locks of a batch in the one global order: event, buyers, admissions, pool shards, seats, holds. Nothing is
-- decided by this statement; the next ones, whose snapshots are younger than every lock, do.
SELECT lock_party(:event_id, :account_ids::uuid[], :admission_ids::uuid[], :admission_account_ids::uuid[],
                  :admission_expire_times::timestamptz[], :pool_nos::integer[], :shard_nos::integer[],
                  :seat_nos::integer[], :hold_ids::uuid[]);

-- name: read_terms^
-- Returns what the event's row says, its prices, and the time: after the locks, by the clock that rows are compared to.
SELECT clock_timestamp() AS now, e.publish_time, e.state, e.sale_open_time, e.end_time, e.requires_admission,
       e.seats_per_hold, e.live_holds_per_buyer, e.tickets_per_buyer, e.hold_seconds, e.currency_code,
       (SELECT array_agg(zone_no ORDER BY zone_no) FROM zones z WHERE z.event_id = e.event_id) AS zone_nos,
       (SELECT array_agg(price_minor ORDER BY zone_no) FROM zones z WHERE z.event_id = e.event_id) AS prices_minor
FROM events e
WHERE e.event_id = :event_id;

-- name: read_clock$
-- Returns the time by the clock that rows are compared to.
SELECT clock_timestamp();

-- name: read_usage
-- Counts what buyers have of an event.
SELECT account_id,
       count(*) FILTER (WHERE state = 'PINNED' OR state = 'HELD' AND held_until > :now) AS live_holds,
       sum(CASE WHEN state = 'CONFIRMED' THEN sold_count
                WHEN state = 'PINNED' OR held_until > :now THEN cardinality(seat_nos) + place_count
                ELSE 0 END) AS tickets
FROM holds
WHERE event_id = :event_id AND account_id = ANY (:account_ids::uuid[]) AND state IN ('HELD', 'PINNED', 'CONFIRMED')
GROUP BY account_id;

-- name: read_seats
-- Returns seats as they stand; allotments whose time has come as 0.
SELECT seat_no, state, hold_id, held_until, fence,
       CASE WHEN allotment_no IS NULL THEN NULL
            WHEN is_allotment_due(event_id, allotment_no) THEN 0
            ELSE allotment_no END::smallint AS allotment_no
FROM seats
WHERE event_id = :event_id AND seat_no = ANY (:seat_nos::integer[]);

-- name: read_shards
-- Returns pool counters as they stand, in the order of their keys.
SELECT pool_no, shard_no, available
FROM pool_shards
WHERE event_id = :event_id
  AND (pool_no, shard_no) IN (SELECT pool_no, shard_no
                              FROM unnest(:pool_nos::integer[], :shard_nos::integer[]) AS wanted (pool_no, shard_no))
ORDER BY pool_no, shard_no;

-- name: read_run_out
-- Returns places of holds whose time is over, in pools whose shards are all locked.
SELECT hold_id, pool_no, shard_no, claimed
FROM hold_places
WHERE event_id = :event_id AND pool_no = ANY (:pool_nos::integer[]) AND held_until <= :now
ORDER BY held_until
LIMIT :batch_max;

-- name: move_places!
-- Moves places between a shard's counters; the checks of the table keep each from going below zero.
UPDATE pool_shards
SET available = pool_shards.available + m.available, held = pool_shards.held + m.held, sold = pool_shards.sold + m.sold
FROM unnest(:pool_nos::integer[], :shard_nos::integer[], :availables::integer[], :helds::integer[], :solds::integer[])
     AS m (pool_no, shard_no, available, held, sold)
WHERE pool_shards.event_id = :event_id AND pool_shards.pool_no = m.pool_no AND pool_shards.shard_no = m.shard_no;

-- name: add_places!
-- Writes the places of new holds.
INSERT INTO hold_places (event_id, hold_id, pool_no, shard_no, zone_no, price_minor, quantity, claimed, held_until)
SELECT :event_id, p.hold_id, p.pool_no, p.shard_no, p.zone_no, p.price_minor, p.quantity, p.quantity, p.held_until
FROM unnest(:hold_ids::uuid[], :pool_nos::integer[], :shard_nos::integer[], :zone_nos::integer[],
            :prices_minor::bigint[], :quantities::integer[], :held_untils::timestamptz[])
     AS p (hold_id, pool_no, shard_no, zone_no, price_minor, quantity, held_until);

-- name: count_admissions!
-- Records that holds were placed with admissions.
UPDATE admission_uses
SET hold_count = hold_count + u.holds, first_use_time = coalesce(first_use_time, :now), last_use_time = :now
FROM unnest(:admission_ids::uuid[], :hold_counts::integer[]) AS u (admission_id, holds)
WHERE admission_uses.event_id = :event_id AND admission_uses.admission_id = u.admission_id;

-- name: drop_places!
-- Takes places that ran out from their holds; the shards were given them back.
UPDATE hold_places SET claimed = 0, held_until = NULL
FROM unnest(:hold_ids::uuid[], :pool_nos::integer[], :shard_nos::integer[]) AS d (hold_id, pool_no, shard_no)
WHERE hold_places.event_id = :event_id AND hold_places.hold_id = d.hold_id AND hold_places.pool_no = d.pool_no
  AND hold_places.shard_no = d.shard_no;

-- name: lock_holds!
-- Locks holds, last of all locks.
SELECT hold_id FROM holds WHERE event_id = :event_id AND hold_id = ANY (:hold_ids::uuid[]) ORDER BY hold_id FOR UPDATE;

-- name: expire_holds
-- Ends holds whose time is over, each once; returns those that this statement ended.
UPDATE holds SET state = 'EXPIRED', version = version + 1
WHERE event_id = :event_id AND hold_id = ANY (:hold_ids::uuid[]) AND state = 'HELD' AND held_until <= clock_timestamp()
RETURNING event_id, hold_id, account_id, admission_id, state, create_time, held_until, extended, currency_code,
          seat_nos, seat_zone_nos, seat_prices_minor, seat_fences, place_count, version, code_no, order_id, pin_time,
          pin_deadline;

-- name: read_holds
-- Returns holds of an event.
SELECT event_id, hold_id, account_id, admission_id, state, create_time, held_until, extended, currency_code, seat_nos,
       seat_zone_nos, seat_prices_minor, seat_fences, place_count, version, code_no, order_id, pin_time, pin_deadline
FROM holds
WHERE event_id = :event_id AND hold_id = ANY (:hold_ids::uuid[])
ORDER BY hold_id;

-- name: read_places
-- Returns the places of holds of an event, as they were placed.
SELECT hold_id, pool_no, shard_no, zone_no, price_minor, quantity, claimed, held_until
FROM hold_places
WHERE event_id = :event_id AND hold_id = ANY (:hold_ids::uuid[])
ORDER BY hold_id, pool_no, shard_no;

-- name: free_seats
-- Gives back the seats that some holds still have in one of some states, those of an allotment to it; returns them.
UPDATE seats
SET state = CASE WHEN allotment_no IS NULL THEN 0 ELSE 4 END, hold_id = NULL, held_until = NULL, fence = fence + 1
WHERE event_id = :event_id AND seat_no = ANY (:seat_nos::integer[]) AND hold_id = ANY (:hold_ids::uuid[])
  AND state = ANY (:states::smallint[])
RETURNING seat_no, fence;

-- name: free_places
-- Takes from holds the places that they still have; the shards are given them back by the caller.
WITH claims AS (
    SELECT event_id, hold_id, pool_no, shard_no, claimed
    FROM hold_places
    WHERE event_id = :event_id AND hold_id = ANY (:hold_ids::uuid[]) AND claimed > 0
), freed AS (
    UPDATE hold_places SET claimed = 0, held_until = NULL
    FROM claims
    WHERE hold_places.event_id = claims.event_id AND hold_places.hold_id = claims.hold_id
      AND hold_places.pool_no = claims.pool_no AND hold_places.shard_no = claims.shard_no
    RETURNING hold_places.hold_id, hold_places.pool_no, hold_places.shard_no, claims.claimed
)
SELECT hold_id, pool_no, shard_no, claimed FROM freed;

-- name: release_hold!
-- Ends a hold that was given back.
UPDATE holds SET state = 'RELEASED', tidy_time = NULL, version = version + 1
WHERE event_id = :event_id AND hold_id = :hold_id;

-- name: extend_hold!
-- Makes a hold last longer, once.
UPDATE holds SET held_until = :held_until, tidy_time = :held_until, extended = true, version = version + 1
WHERE event_id = :event_id AND hold_id = :hold_id AND state = 'HELD' AND NOT extended;

-- name: extend_seats$
-- Makes the seats of a hold last longer; returns how many, which must be all.
WITH extended AS (
    UPDATE seats SET held_until = :held_until
    WHERE event_id = :event_id AND seat_no = ANY (:seat_nos::integer[]) AND hold_id = :hold_id AND state = 1
    RETURNING 1
)
SELECT count(*) FROM extended;

-- name: extend_places!
-- Makes the places of a hold last longer.
UPDATE hold_places SET held_until = :held_until
WHERE event_id = :event_id AND hold_id = :hold_id AND held_until IS NOT NULL;

-- name: read_seating
-- Returns where the seats of an event are, in the map's order.
SELECT seat_no, section_no, row_no, row_seat_no, quality, zone_no, accessible, companion
FROM seats
WHERE event_id = :event_id
ORDER BY seat_no;

-- name: read_pools
-- Returns the pools of an event, with how many shards the public has.
SELECT p.pool_no, p.name, p.zone_no, p.capacity, count(s.shard_no) AS shard_count
FROM pools p
JOIN pool_shards s ON s.event_id = p.event_id AND s.pool_no = p.pool_no AND s.allotment_no IS NULL
WHERE p.event_id = :event_id
GROUP BY p.pool_no, p.name, p.zone_no, p.capacity
ORDER BY p.pool_no;

-- name: read_map^
-- Returns the map of an event and the names of its zones.
SELECT m.body, e.organiser_id, e.publish_time, e.currency_code,
       (SELECT array_agg(zone_no ORDER BY zone_no) FROM zones z WHERE z.event_id = m.event_id) AS zone_nos,
       (SELECT array_agg(name ORDER BY zone_no) FROM zones z WHERE z.event_id = m.event_id) AS zone_names,
       (SELECT array_agg(price_minor ORDER BY zone_no) FROM zones z WHERE z.event_id = m.event_id) AS prices_minor
FROM seat_maps m JOIN events e ON e.event_id = m.event_id
WHERE m.event_id = :event_id;

-- name: read_house
-- Returns the seats that are taken, as of now, and those kept for an allotment whose time has not come; those together
-- that a hold's end frees together. Beside each group today's prices and limit, which come even where there is none.
SELECT extract(epoch FROM apart.held_until - clock.now)::float8 AS seconds_left, apart.is_taken, apart.allotment_no,
       apart.seat_nos, priced.zone_nos, priced.prices_minor, priced.seats_per_hold
FROM (SELECT clock_timestamp() AS now) clock
CROSS JOIN (
    SELECT array_agg(zone_no) AS zone_nos, array_agg(price_minor) AS prices_minor,
           (SELECT seats_per_hold FROM events WHERE event_id = :event_id) AS seats_per_hold
    FROM zones
    WHERE event_id = :event_id
) priced
LEFT JOIN (
    SELECT held_until, is_taken, allotment_no, array_agg(seat_no) AS seat_nos
    FROM (
        SELECT seat_no,
               CASE WHEN state = 1 THEN held_until END AS held_until,
               CASE state WHEN 1 THEN held_until > clock_timestamp()
                          WHEN 4 THEN allotment_no IS NULL
                          ELSE true END AS is_taken,
               CASE WHEN allotment_no <> ALL (ARRAY(
                        SELECT due.allotment_no FROM allotments due
                        WHERE due.event_id = :event_id AND due.release_time <= clock_timestamp()
                    )) THEN allotment_no END AS allotment_no
        FROM seats
        WHERE event_id = :event_id AND state <> 0
    ) AS seen
    WHERE is_taken OR allotment_no IS NOT NULL
    GROUP BY held_until, is_taken, allotment_no
) apart ON true;
