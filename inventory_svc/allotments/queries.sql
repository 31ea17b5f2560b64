-- name: lock_event^
-- Has an event for oneself: lanes, which lock its row shared, wait until the transaction ends.
SELECT organiser_id, state FROM events WHERE event_id = :event_id FOR NO KEY UPDATE;

-- name: read_event^
-- Returns whose an event is, and whether it was ever published.
SELECT organiser_id, publish_time FROM events WHERE event_id = :event_id;

-- name: read_clock$
-- Returns the time by the clock that rows are compared to.
SELECT clock_timestamp();

-- name: read_map$
-- Returns the map of an event.
SELECT body FROM seat_maps WHERE event_id = :event_id;

-- name: made_before$
-- Counts the allotments that an event has had.
SELECT coalesce(max(allotment_no), 0)::integer FROM allotments WHERE event_id = :event_id;

-- name: add_allotment!
-- Writes a new allotment.
INSERT INTO allotments (event_id, allotment_no, name, kind, state, release_time, create_time)
VALUES (:event_id, :allotment_no, :name, :kind, :state, :release_time, :create_time);

-- name: read_allotment^
-- Returns an allotment that was not deleted.
SELECT event_id, allotment_no, name, kind, state, release_time, create_time
FROM allotments
WHERE event_id = :event_id AND allotment_no = :allotment_no AND delete_time IS NULL;

-- name: page_allotments
-- Returns an event's allotments after one of them, oldest first.
SELECT event_id, allotment_no, name, kind, state, release_time, create_time
FROM allotments
WHERE event_id = :event_id AND allotment_no > :after_no AND delete_time IS NULL
ORDER BY allotment_no
LIMIT :page_size;

-- name: save_allotment!
-- Writes what may change of an allotment.
UPDATE allotments SET name = :name, release_time = :release_time
WHERE event_id = :event_id AND allotment_no = :allotment_no;

-- name: end_allotment!
-- Ends an allotment that has nothing any more.
UPDATE allotments SET state = 'RELEASED', end_time = clock_timestamp()
WHERE event_id = :event_id AND allotment_no = :allotment_no AND state = 'ACTIVE';

-- name: delete_allotment!
-- Takes a released allotment from its organiser's list.
UPDATE allotments SET delete_time = clock_timestamp()
WHERE event_id = :event_id AND allotment_no = :allotment_no;

-- name: due_allotments
-- Returns allotments whose time has come, oldest first.
SELECT event_id, allotment_no
FROM allotments
WHERE state = 'ACTIVE' AND release_time <= clock_timestamp()
ORDER BY release_time
LIMIT :batch_max;

-- name: not_free
-- Returns those of some seats that cannot be set aside: held, pinned, sold or set aside already.
SELECT seat_no
FROM seats
WHERE event_id = :event_id AND seat_no = ANY (:seat_nos::integer[])
  AND NOT (allotment_no IS NULL AND (state = 0 OR state = 1 AND held_until <= clock_timestamp()))
ORDER BY seat_no;

-- name: set_seats_aside
-- Gives free seats to an allotment; returns them, which must be all. One whose hold has run out is blocked when the hold
-- is tidied: until then the allotment's number keeps everybody else from it.
UPDATE seats
SET allotment_no = :allotment_no::smallint, state = CASE state WHEN 0 THEN 4 ELSE state END,
    fence = fence + CASE state WHEN 0 THEN 1 ELSE 0 END
WHERE event_id = :event_id AND seat_no = ANY (:seat_nos::integer[]) AND allotment_no IS NULL
  AND (state = 0 OR state = 1 AND held_until <= clock_timestamp())
RETURNING seat_no, fence;

-- name: foreign_seats
-- Returns those of some seats that are not of an allotment.
SELECT seat_no
FROM seats
WHERE event_id = :event_id AND seat_no = ANY (:seat_nos::integer[])
  AND allotment_no IS DISTINCT FROM :allotment_no::smallint
ORDER BY seat_no;

-- name: release_seats
-- Takes an allotment's number off some of its seats, or all of them; returns those that are free now.
WITH released AS (
    UPDATE seats
    SET allotment_no = NULL, state = CASE state WHEN 4 THEN 0 ELSE state END,
        fence = fence + CASE state WHEN 4 THEN 1 ELSE 0 END
    WHERE event_id = :event_id AND allotment_no = :allotment_no::smallint
      AND (:seat_nos::integer[] IS NULL OR seat_no = ANY (:seat_nos::integer[]))
    RETURNING seat_no, state, fence
)
SELECT seat_no, fence FROM released WHERE state = 0;

-- name: lock_shards!
-- Locks an allotment's counters and the public ones of their pools, in the order of their keys.
SELECT shard_no
FROM pool_shards
WHERE event_id = :event_id AND pool_no = ANY (:pool_nos::integer[])
  AND (allotment_no IS NULL OR allotment_no = :allotment_no::smallint)
ORDER BY pool_no, shard_no FOR UPDATE;

-- name: public_shards
-- Returns the public counters of some pools.
SELECT pool_no, shard_no, available
FROM pool_shards
WHERE event_id = :event_id AND pool_no = ANY (:pool_nos::integer[]) AND allotment_no IS NULL
ORDER BY pool_no, shard_no;

-- name: own_shards
-- Returns an allotment's counters.
SELECT pool_no, shard_no, available, held, sold
FROM pool_shards
WHERE event_id = :event_id AND allotment_no = :allotment_no::smallint
ORDER BY pool_no;

-- name: resize_shards!
-- Moves free places, with the capacity that they are of, between counters.
UPDATE pool_shards
SET capacity = pool_shards.capacity + m.places, available = pool_shards.available + m.places
FROM unnest(:pool_nos::integer[], :shard_nos::integer[], :places::integer[]) AS m (pool_no, shard_no, places)
WHERE pool_shards.event_id = :event_id AND pool_shards.pool_no = m.pool_no AND pool_shards.shard_no = m.shard_no;

-- name: add_shards!
-- Writes an allotment's counters, every place of them free.
INSERT INTO pool_shards (event_id, pool_no, shard_no, capacity, available, allotment_no)
SELECT :event_id, s.pool_no, :shard_no, s.places, s.places, :allotment_no::smallint
FROM unnest(:pool_nos::integer[], :places::integer[]) AS s (pool_no, places);

-- name: merge_places!
-- Counts the places that holds have in an allotment's shard in a public shard instead.
WITH moved AS (
    DELETE FROM hold_places
    WHERE event_id = :event_id AND pool_no = :pool_no AND shard_no = :own_shard_no
    RETURNING hold_id, zone_no, price_minor, quantity, claimed, held_until
)
INSERT INTO hold_places (event_id, hold_id, pool_no, shard_no, zone_no, price_minor, quantity, claimed, held_until)
SELECT :event_id, hold_id, :pool_no, :public_shard_no, zone_no, price_minor, quantity, claimed, held_until
FROM moved
ON CONFLICT (event_id, hold_id, pool_no, shard_no) DO UPDATE
    SET quantity = hold_places.quantity + excluded.quantity, claimed = hold_places.claimed + excluded.claimed,
        held_until = coalesce(hold_places.held_until, excluded.held_until);

-- name: merge_shard!
-- Adds what is held and sold in an allotment's shard to a public shard; what was free in it is moved already.
UPDATE pool_shards
SET capacity = pool_shards.capacity + own.held + own.sold, held = pool_shards.held + own.held,
    sold = pool_shards.sold + own.sold
FROM pool_shards own
WHERE own.event_id = :event_id AND own.pool_no = :pool_no AND own.shard_no = :own_shard_no
  AND pool_shards.event_id = :event_id AND pool_shards.pool_no = :pool_no AND pool_shards.shard_no = :public_shard_no;

-- name: drop_shard!
-- Drops an allotment's shard, whose places are counted elsewhere.
DELETE FROM pool_shards
WHERE event_id = :event_id AND pool_no = :pool_no AND shard_no = :own_shard_no AND allotment_no IS NOT NULL;

-- name: own_seats
-- Returns an allotment's seats with their state at a time, in the map's order: a hold that has run out has nothing.
SELECT seat_no, CASE WHEN state = 1 AND held_until <= :now THEN 4 ELSE state END AS state
FROM seats
WHERE event_id = :event_id AND allotment_no = :allotment_no::smallint
ORDER BY seat_no;

-- name: count_own
-- Counts what allotments have, by allotment: a hold that has run out has nothing.
WITH seat_counts AS (
    SELECT allotment_no, count(*) FILTER (WHERE state = 4 OR state = 1 AND held_until <= :now) AS available,
           count(*) FILTER (WHERE state = 2 OR state = 1 AND held_until > :now) AS held,
           count(*) FILTER (WHERE state = 3) AS sold
    FROM seats
    WHERE event_id = :event_id AND allotment_no = ANY (:allotment_nos::smallint[])
    GROUP BY allotment_no
), place_counts AS (
    SELECT s.allotment_no, sum(s.available) + coalesce(sum(r.claimed), 0) AS available,
           sum(s.held) - coalesce(sum(r.claimed), 0) AS held, sum(s.sold) AS sold
    FROM pool_shards s
    LEFT JOIN (
        SELECT pool_no, shard_no, sum(claimed) AS claimed
        FROM hold_places
        WHERE event_id = :event_id AND held_until <= :now
        GROUP BY pool_no, shard_no
    ) AS r ON r.pool_no = s.pool_no AND r.shard_no = s.shard_no
    WHERE s.event_id = :event_id AND s.allotment_no = ANY (:allotment_nos::smallint[])
    GROUP BY s.allotment_no
), code_counts AS (
    SELECT allotment_no, count(*) AS codes
    FROM allotment_codes
    WHERE event_id = :event_id AND allotment_no = ANY (:allotment_nos::smallint[]) AND withdraw_time IS NULL
    GROUP BY allotment_no
)
SELECT a.allotment_no, (coalesce(s.available, 0) + coalesce(p.available, 0))::integer AS available,
       (coalesce(s.held, 0) + coalesce(p.held, 0))::integer AS held,
       (coalesce(s.sold, 0) + coalesce(p.sold, 0))::integer AS sold, coalesce(c.codes, 0)::integer AS codes
FROM unnest(:allotment_nos::smallint[]) AS a (allotment_no)
LEFT JOIN seat_counts s ON s.allotment_no = a.allotment_no
LEFT JOIN place_counts p ON p.allotment_no = a.allotment_no
LEFT JOIN code_counts c ON c.allotment_no = a.allotment_no;

-- name: own_pools
-- Returns the places that allotments have, by allotment and pool, and how many of them nobody has.
SELECT s.allotment_no, s.pool_no, s.capacity,
       s.available + coalesce((
           SELECT sum(p.claimed) FROM hold_places p
           WHERE p.event_id = s.event_id AND p.pool_no = s.pool_no AND p.shard_no = s.shard_no AND p.held_until <= :now
       ), 0)::integer AS available
FROM pool_shards s
WHERE s.event_id = :event_id AND s.allotment_no = ANY (:allotment_nos::smallint[])
ORDER BY s.allotment_no, s.pool_no;

-- name: codes_made$
-- Counts the codes that an event has had.
SELECT coalesce(max(code_no), 0)::integer FROM allotment_codes WHERE event_id = :event_id;

-- name: known_codes
-- Returns those of some codes that the event has or had.
SELECT code FROM allotment_codes
WHERE event_id = :event_id AND code_hash = ANY (:code_hashes::bytea[])
ORDER BY code_no;

-- name: add_codes!
-- Writes new codes, numbered in the order given.
INSERT INTO allotment_codes (event_id, code_no, allotment_no, code, code_hash, uses_max, expire_time, create_time)
SELECT :event_id, :made_before + c.place, :allotment_no::smallint, c.code, c.code_hash,
       :uses_max::integer, :expire_time::timestamptz, :now::timestamptz
FROM unnest(:codes::text[], :code_hashes::bytea[]) WITH ORDINALITY
     AS c (code, code_hash, place);

-- name: page_codes
-- Returns an allotment's codes after one of them, oldest first, with how many of their holds are live or sold.
SELECT c.code_no, c.allotment_no, c.code, c.uses_max, c.expire_time, c.withdraw_time, (
           SELECT count(*) FROM holds h
           WHERE h.event_id = c.event_id AND h.code_no = c.code_no
             AND (h.state = 'PINNED' OR h.state = 'CONFIRMED' AND h.sold_count > 0
                  OR h.state = 'HELD' AND h.held_until > clock_timestamp())
       )::integer AS use_count
FROM allotment_codes c
WHERE c.event_id = :event_id AND c.allotment_no = :allotment_no::smallint AND c.code_no > :after_no
ORDER BY c.code_no
LIMIT :page_size;

-- name: code_allotment$
-- Returns the allotment of a code; null when there is none.
SELECT allotment_no FROM allotment_codes WHERE event_id = :event_id AND code_no = :code_no;

-- name: withdraw_code!
-- Withdraws a code, once.
UPDATE allotment_codes SET withdraw_time = coalesce(withdraw_time, clock_timestamp())
WHERE event_id = :event_id AND code_no = :code_no;

-- name: find_code^
-- Returns a code and its allotment; no row when the event has none such.
SELECT code_no, allotment_no FROM allotment_codes WHERE event_id = :event_id AND code_hash = :code_hash;

-- name: read_codes
-- Returns codes as they stand, with how many of their holds are live or sold; those of deleted allotments as withdrawn.
SELECT c.event_id, c.code_no, c.allotment_no, c.code, c.uses_max, c.expire_time,
       coalesce(c.withdraw_time, a.delete_time) AS withdraw_time, (
           SELECT count(*) FROM holds h
           WHERE h.event_id = c.event_id AND h.code_no = c.code_no
             AND (h.state = 'PINNED' OR h.state = 'CONFIRMED' AND h.sold_count > 0
                  OR h.state = 'HELD' AND h.held_until > clock_timestamp())
       )::integer AS use_count
FROM allotment_codes c
JOIN allotments a ON a.event_id = c.event_id AND a.allotment_no = c.allotment_no
JOIN unnest(:event_ids::bigint[], :code_nos::integer[]) AS wanted (event_id, code_no)
  ON c.event_id = wanted.event_id AND c.code_no = wanted.code_no;

-- name: lock_codes!
-- Locks codes, before every other lock, in the order of their keys.
SELECT c.code_no
FROM allotment_codes c
JOIN unnest(:event_ids::bigint[], :code_nos::integer[]) AS wanted (event_id, code_no)
  ON c.event_id = wanted.event_id AND c.code_no = wanted.code_no
ORDER BY c.event_id, c.code_no FOR UPDATE OF c;
