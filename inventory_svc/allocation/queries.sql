-- name: paying_order$
-- Returns the order that the hold's time to pay was given for; null before.
SELECT paying_order_id FROM holds WHERE event_id = :event_id AND hold_id = :hold_id;

-- name: note_paying_order!
-- Remembers which order began to pay for a hold, whose end is late enough.
UPDATE holds SET paying_order_id = :order_id
WHERE event_id = :event_id AND hold_id = :hold_id AND paying_order_id IS NULL;

-- name: start_payment!
-- Makes a live hold last until its order can be paid.
UPDATE holds
SET paying_order_id = :order_id, held_until = :held_until, tidy_time = :held_until, version = version + 1
WHERE event_id = :event_id AND hold_id = :hold_id AND state = 'HELD' AND paying_order_id IS NULL;

-- name: is_closed$
-- Tells whether an order gave a hold up before.
SELECT EXISTS (
    SELECT 1 FROM closed_pins WHERE event_id = :event_id AND hold_id = :hold_id AND order_id = :order_id
);

-- name: close_pin!
-- Remembers that an order gave a hold up, whether or not it had pinned it.
INSERT INTO closed_pins (event_id, hold_id, order_id) VALUES (:event_id, :hold_id, :order_id) ON CONFLICT DO NOTHING;

-- name: pin_hold!
-- Pins a hold for an order; nothing of it runs out any more.
UPDATE holds
SET state = 'PINNED', order_id = :order_id, pin_time = clock_timestamp(), pin_deadline = :pin_deadline,
    tidy_time = NULL, version = version + 1
WHERE event_id = :event_id AND hold_id = :hold_id AND state IN ('HELD', 'EXPIRED');

-- name: pin_seats$
-- Pins the seats that a live hold has; returns how many, which must be all.
WITH pinned AS (
    UPDATE seats SET state = 2, held_until = NULL
    WHERE event_id = :event_id AND seat_no = ANY (:seat_nos::integer[]) AND hold_id = :hold_id AND state = 1
      AND held_until > :now
    RETURNING 1
)
SELECT count(*) FROM pinned;

-- name: pin_places$
-- Pins the places that a live hold has; returns how many places, which must be all.
WITH pinned AS (
    UPDATE hold_places SET held_until = NULL
    WHERE event_id = :event_id AND hold_id = :hold_id AND held_until > :now
    RETURNING claimed
)
SELECT coalesce(sum(claimed), 0) FROM pinned;

-- name: retake_seats$
-- Pins the seats of a hold whose time is over, where each can still be had, those of an allotment with the code that the
-- hold was placed with; returns how many, which must be all.
WITH retaken AS (
    UPDATE seats SET state = 2, hold_id = :hold_id, held_until = NULL, fence = fence + 1
    WHERE event_id = :event_id AND seat_no = ANY (:seat_nos::integer[])
      AND (state = 0 OR state = 1 AND held_until <= clock_timestamp() OR state = 4 AND allotment_no IS NOT NULL)
      AND CASE WHEN allotment_no IS NULL THEN true
               ELSE opens_allotment(event_id, :code_no, allotment_no) OR is_allotment_due(event_id, allotment_no) END
    RETURNING 1
)
SELECT count(*) FROM retaken;

-- name: note_fences!
-- Writes the fences of retaken seats into their hold, in the order of its seats.
UPDATE holds SET seat_fences = (
    SELECT coalesce(array_agg(s.fence ORDER BY wanted.position), '{}')
    FROM unnest(holds.seat_nos) WITH ORDINALITY AS wanted (seat_no, position)
    JOIN seats s ON s.event_id = :event_id AND s.seat_no = wanted.seat_no
)
WHERE event_id = :event_id AND hold_id = :hold_id;

-- name: forget_places!
-- Drops the places of a hold before it takes them anew; the shards were given back what it still had.
DELETE FROM hold_places WHERE event_id = :event_id AND hold_id = :hold_id;

-- name: add_pinned_places!
-- Writes places that were taken again, pinned.
INSERT INTO hold_places (event_id, hold_id, pool_no, shard_no, zone_no, price_minor, quantity, claimed)
SELECT :event_id, :hold_id, p.pool_no, p.shard_no, p.zone_no, p.price_minor, p.quantity, p.quantity
FROM unnest(:pool_nos::integer[], :shard_nos::integer[], :zone_nos::integer[], :prices_minor::bigint[],
            :quantities::integer[]) AS p (pool_no, shard_no, zone_no, price_minor, quantity);

-- name: shard_keys
-- Returns the public shards of some pools, and an allotment's.
SELECT pool_no, shard_no FROM pool_shards
WHERE event_id = :event_id AND pool_no = ANY (:pool_nos::integer[])
  AND (allotment_no IS NULL OR allotment_no = :allotment_no::smallint)
ORDER BY pool_no, shard_no;

-- name: sell_seats$
-- Sells the seats of a pinned hold; returns how many, which must be all.
WITH sold AS (
    UPDATE seats SET state = 3
    WHERE event_id = :event_id AND seat_no = ANY (:seat_nos::integer[]) AND hold_id = :hold_id AND state = 2
    RETURNING 1
)
SELECT count(*) FROM sold;

-- name: confirm_hold!
-- Ends a hold with its sale.
UPDATE holds SET state = 'CONFIRMED', sold_count = :sold_count, version = version + 1
WHERE event_id = :event_id AND hold_id = :hold_id AND state = 'PINNED';

-- name: list_pins
-- Returns pins of some age, oldest first.
SELECT hold_id, order_id, pin_time, pin_deadline
FROM holds
WHERE state = 'PINNED' AND pin_time <= now() - make_interval(secs => :age_seconds_min)
ORDER BY pin_time
LIMIT :page_size;

-- name: is_returned$
-- Tells whether a return was carried out before.
SELECT EXISTS (
    SELECT 1 FROM seat_returns WHERE event_id = :event_id AND hold_id = :hold_id AND return_id = :return_id
);

-- name: add_return!
-- Remembers a return.
INSERT INTO seat_returns (event_id, hold_id, return_id, order_id, seat_nos, place_count)
VALUES (:event_id, :hold_id, :return_id, :order_id, :seat_nos, :place_count);

-- name: lower_sold!
-- Counts seats and places of a hold as no longer sold by it.
UPDATE holds SET sold_count = sold_count - :returned, version = version + 1
WHERE event_id = :event_id AND hold_id = :hold_id;

-- name: unclaim_places!
-- Takes some places from the rows of a hold that they are counted in.
UPDATE hold_places SET claimed = claimed - u.quantity
FROM unnest(:pool_nos::integer[], :shard_nos::integer[], :quantities::integer[]) AS u (pool_no, shard_no, quantity)
WHERE hold_places.event_id = :event_id AND hold_places.hold_id = :hold_id AND hold_places.pool_no = u.pool_no
  AND hold_places.shard_no = u.shard_no;

-- name: claimed_places
-- Returns where the places are counted that a hold still has.
SELECT pool_no, shard_no, claimed
FROM hold_places
WHERE event_id = :event_id AND hold_id = :hold_id AND claimed > 0
ORDER BY pool_no, shard_no;

-- name: close_admission!
-- Closes an admission. A batch that is placing a hold with it has the row locked: whoever comes second waits and sees.
INSERT INTO admission_uses (event_id, admission_id, expire_time, close_time)
VALUES (:event_id, :admission_id, :expire_time, clock_timestamp())
ON CONFLICT (event_id, admission_id) DO UPDATE
    SET close_time = coalesce(admission_uses.close_time, excluded.close_time);

-- name: read_seat_runs
-- Returns the runs of neighbouring seats of one zone, each as the seats from which and to which it goes in the map's
-- order. They never change.
WITH placed AS (
    SELECT seat_no, zone_no,
           (zone_no, row_no) IS DISTINCT FROM (lag(zone_no) OVER in_order, lag(row_no) OVER in_order)
               OR abs(row_seat_no - lag(row_seat_no) OVER in_order) <> 1 AS is_first
    FROM seats
    WHERE event_id = :event_id
    WINDOW in_order AS (ORDER BY seat_no)
), numbered AS (
    SELECT seat_no, zone_no, count(*) FILTER (WHERE is_first) OVER (ORDER BY seat_no) AS run_no
    FROM placed
)
SELECT zone_no, min(seat_no) AS start, max(seat_no) + 1 AS stop
FROM numbered
GROUP BY zone_no, run_no
ORDER BY start;

-- name: count_zone_places
-- Returns the zones of events, and what is left of their pools: a claim whose time is over counts as free. What an
-- allotment has and nobody holds counts as blocked.
WITH run_out AS (
    SELECT event_id, pool_no, shard_no, sum(claimed) AS places
    FROM hold_places
    WHERE event_id = ANY (:event_ids::bigint[]) AND held_until <= clock_timestamp()
    GROUP BY event_id, pool_no, shard_no
), by_pool AS (
    SELECT p.event_id, p.zone_no,
           coalesce(sum(s.available + coalesce(r.places, 0)) FILTER (WHERE s.allotment_no IS NULL), 0) AS available,
           coalesce(sum(s.available + coalesce(r.places, 0)) FILTER (WHERE s.allotment_no IS NOT NULL), 0) AS blocked,
           sum(s.held - coalesce(r.places, 0)) AS held, sum(s.sold) AS sold, sum(s.capacity) AS total
    FROM pools p
    JOIN pool_shards s ON s.event_id = p.event_id AND s.pool_no = p.pool_no
    LEFT JOIN run_out r ON r.event_id = s.event_id AND r.pool_no = s.pool_no AND r.shard_no = s.shard_no
    WHERE p.event_id = ANY (:event_ids::bigint[])
    GROUP BY p.event_id, p.pool_no, p.zone_no
), pool_counts AS (
    SELECT event_id, zone_no, sum(available) AS available, sum(held) AS held, sum(sold) AS sold,
           sum(blocked) AS blocked, sum(total) AS total, max(available) AS together_max
    FROM by_pool
    GROUP BY event_id, zone_no
)
SELECT z.event_id, z.zone_no, z.price_minor,
       coalesce(p.available, 0) AS available, coalesce(p.held, 0) AS held, coalesce(p.sold, 0) AS sold,
       coalesce(p.blocked, 0) AS blocked, coalesce(p.total, 0) AS total, coalesce(p.together_max, 0) AS together_max
FROM zones z
LEFT JOIN pool_counts p ON p.event_id = z.event_id AND p.zone_no = z.zone_no
WHERE z.event_id = ANY (:event_ids::bigint[])
ORDER BY z.event_id, z.zone_no;
