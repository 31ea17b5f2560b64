-- Holds that are over are tidied in one call for hundreds of them, and processes share the work.

-- When an order began to pay for a hold, the hold lasted longer for it: once, whatever orders come after.
ALTER TABLE holds ADD COLUMN paying_order_id uuid;

-- What the expiry worker looks for, oldest first, over all events, in slices: one process at a time has a slice, and the
-- holds of one event are spread over all of them, since the last byte of an id is random.
CREATE INDEX holds_over ON holds ((get_byte(uuid_send(hold_id), 15) % 4), tidy_time) WHERE tidy_time IS NOT NULL;
DROP INDEX holds_to_tidy;

-- Ends holds whose time is over, frees what they still have, and tells of each that nobody has ended before: all in one
-- call, so that locks are kept for no longer than the statements take. Returns how many were tidied, by event.
--
-- The locks are those of everybody: events, pool shards, seats, holds. But this call waits for nobody while it has locks
-- that takers want, so that a taker who is stuck stops no other through it: what is locked is left for the next round
-- (SKIP LOCKED), and pool counters, which are locked often and never for long, are waited for a tenth of a second. A hold
-- that is not as it was read (version) is left too: what would be told of it is no longer true. A seat or a place whose
-- time is over is free whatever becomes of its hold, so that freeing it is always right.
CREATE FUNCTION tidy_holds(
    event_ids bigint[],               -- the holds, as they were read
    hold_ids uuid[],
    versions bigint[],
    slots smallint[],                 -- what to tell, as the outbox has it; the envelope is null where it was told before
    topic text,
    keys text[],
    envelopes bytea[],
    occurred_time timestamptz
) RETURNS TABLE (tidied_event_id bigint, tidied_count integer) LANGUAGE plpgsql
-- Plans are kept for as long as a connection lives: lists come first, rows are looked up by key, however small the tables
-- were when the plan was made. Holds are looked up LATERAL, which no planner can turn round.
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan
SET lock_timeout = '100ms'
AS $$
#variable_conflict use_column
DECLARE
    open_event_ids bigint[];          -- the events that nobody is changing
    seat_event_ids bigint[];          -- the seats that the holds were placed with
    seat_hold_ids uuid[];
    seat_nos integer[];
    place_event_ids bigint[];         -- those of the holds that have places
    place_hold_ids uuid[];
    busy_hold_ids uuid[] := '{}';     -- of which something is locked by somebody else
    freed_count integer;
BEGIN
    -- Shared, as lanes do: whoever moves places between shards, or seats between allotments, has the event to themselves.
    SELECT array_agg(unlocked.event_id)
    INTO open_event_ids
    FROM (
        SELECT e.event_id
        FROM (SELECT DISTINCT due.event_id FROM unnest(event_ids) AS due (event_id)) AS wanted
        JOIN events e ON e.event_id = wanted.event_id
        FOR SHARE OF e SKIP LOCKED
    ) AS unlocked;

    SELECT array_agg(had.event_id), array_agg(had.hold_id), array_agg(had.seat_no)
    INTO seat_event_ids, seat_hold_ids, seat_nos
    FROM (
        SELECT due.event_id, due.hold_id, unnest(h.seat_nos) AS seat_no
        FROM unnest(event_ids, hold_ids) AS due (event_id, hold_id)
        CROSS JOIN LATERAL (
            SELECT k.seat_nos FROM holds k WHERE k.event_id = due.event_id AND k.hold_id = due.hold_id LIMIT 1
        ) AS h
        WHERE due.event_id = ANY (open_event_ids)
    ) AS had;

    SELECT array_agg(due.event_id), array_agg(due.hold_id)
    INTO place_event_ids, place_hold_ids
    FROM unnest(event_ids, hold_ids) AS due (event_id, hold_id)
    CROSS JOIN LATERAL (
        SELECT k.place_count FROM holds k WHERE k.event_id = due.event_id AND k.hold_id = due.hold_id LIMIT 1
    ) AS h
    WHERE due.event_id = ANY (open_event_ids) AND h.place_count > 0;

    IF place_hold_ids IS NOT NULL THEN
        BEGIN
            PERFORM FROM (
                SELECT DISTINCT p.event_id, p.pool_no, p.shard_no
                FROM unnest(place_event_ids, place_hold_ids) AS due (event_id, hold_id)
                JOIN hold_places p ON p.event_id = due.event_id AND p.hold_id = due.hold_id
                WHERE p.claimed > 0
            ) AS counted
            JOIN pool_shards s
              ON s.event_id = counted.event_id AND s.pool_no = counted.pool_no AND s.shard_no = counted.shard_no
            ORDER BY s.event_id, s.pool_no, s.shard_no FOR UPDATE OF s;
        EXCEPTION WHEN lock_not_available THEN
            busy_hold_ids := place_hold_ids;
            place_hold_ids := NULL;
        END;
    END IF;

    -- A seat of an allotment goes back to it, blocked for everybody else.
    WITH over AS (
        SELECT s.event_id, s.seat_no
        FROM unnest(seat_event_ids, seat_hold_ids, seat_nos) AS had (event_id, hold_id, seat_no)
        JOIN seats s ON s.event_id = had.event_id AND s.seat_no = had.seat_no
        WHERE s.hold_id = had.hold_id AND s.state = 1 AND s.held_until <= clock_timestamp()
        FOR UPDATE OF s SKIP LOCKED
    )
    UPDATE seats s
    SET state = CASE WHEN s.allotment_no IS NULL THEN 0 ELSE 4 END, hold_id = NULL, held_until = NULL,
        fence = s.fence + 1
    FROM over o
    WHERE s.event_id = o.event_id AND s.seat_no = o.seat_no AND s.state = 1 AND s.held_until <= clock_timestamp();
    GET DIAGNOSTICS freed_count = ROW_COUNT;

    IF freed_count IS DISTINCT FROM cardinality(seat_nos) THEN
        -- Some were another's before, and some are locked.
        SELECT busy_hold_ids || coalesce(array_agg(had.hold_id), '{}')
        INTO busy_hold_ids
        FROM unnest(seat_event_ids, seat_hold_ids, seat_nos) AS had (event_id, hold_id, seat_no)
        JOIN seats s ON s.event_id = had.event_id AND s.seat_no = had.seat_no
        WHERE s.hold_id = had.hold_id AND s.state = 1;
    END IF;

    IF place_hold_ids IS NOT NULL THEN
        WITH over AS (
            SELECT p.event_id, p.hold_id, p.pool_no, p.shard_no, p.claimed
            FROM unnest(place_event_ids, place_hold_ids) AS due (event_id, hold_id)
            JOIN hold_places p ON p.event_id = due.event_id AND p.hold_id = due.hold_id
            WHERE p.claimed > 0 AND p.held_until <= clock_timestamp()
        ), dropped AS (
            UPDATE hold_places p SET claimed = 0, held_until = NULL
            FROM over o
            WHERE p.event_id = o.event_id AND p.hold_id = o.hold_id AND p.pool_no = o.pool_no
              AND p.shard_no = o.shard_no
        )
        UPDATE pool_shards s SET available = s.available + o.claimed, held = s.held - o.claimed
        FROM (
            SELECT event_id, pool_no, shard_no, sum(claimed)::integer AS claimed
            FROM over
            GROUP BY event_id, pool_no, shard_no
        ) AS o
        WHERE s.event_id = o.event_id AND s.pool_no = o.pool_no AND s.shard_no = o.shard_no;
    END IF;

    RETURN QUERY
    WITH unlocked AS (
        SELECT h.event_id, h.hold_id, due.version, due.slot, due.key, due.envelope
        FROM unnest(event_ids, hold_ids, versions, slots, keys, envelopes)
             AS due (event_id, hold_id, version, slot, key, envelope)
        CROSS JOIN LATERAL (
            SELECT k.event_id, k.hold_id FROM holds k
            WHERE k.event_id = due.event_id AND k.hold_id = due.hold_id
            FOR UPDATE SKIP LOCKED
        ) AS h
        WHERE due.event_id = ANY (open_event_ids) AND due.hold_id <> ALL (busy_hold_ids)
    ), ended AS (
        UPDATE holds h
        SET state = 'EXPIRED', tidy_time = NULL,
            version = h.version + CASE WHEN h.state = 'HELD' THEN 1 ELSE 0 END
        FROM unlocked u
        WHERE h.event_id = u.event_id AND h.hold_id = u.hold_id AND h.version = u.version
          AND h.tidy_time IS NOT NULL
          AND (h.state = 'EXPIRED' OR h.state = 'HELD' AND h.held_until <= clock_timestamp())
        RETURNING h.event_id, u.slot, u.key, u.envelope
    ), told AS (
        INSERT INTO outbox (slot, topic, key, envelope, occurred_time)
        SELECT e.slot, tidy_holds.topic, e.key, e.envelope, tidy_holds.occurred_time
        FROM ended e
        WHERE e.envelope IS NOT NULL
    )
    SELECT e.event_id, count(*)::integer FROM ended e GROUP BY e.event_id;
END
$$;

-- Spreads the free places of a pool evenly over its public counters; returns whether any were moved. Capacity moves with
-- them: what a counter has held and sold stays where it is, and all counters together say the same as before.
CREATE FUNCTION even_out(of_event_id bigint, of_pool_no integer) RETURNS boolean LANGUAGE plpgsql
SET lock_timeout = '100ms'
AS $$
BEGIN
    PERFORM FROM events WHERE event_id = of_event_id FOR SHARE SKIP LOCKED;
    IF NOT FOUND THEN
        RETURN false;  -- somebody is changing the event, and may be moving the same places
    END IF;

    PERFORM FROM pool_shards
    WHERE event_id = of_event_id AND pool_no = of_pool_no AND allotment_no IS NULL
    ORDER BY shard_no FOR UPDATE;

    UPDATE pool_shards s
    SET available = even.places, capacity = s.capacity + even.places - s.available
    FROM (
        SELECT shard_no,
               sum(available) OVER () / count(*) OVER ()
                   + (row_number() OVER (ORDER BY shard_no) <= sum(available) OVER () % count(*) OVER ())::integer
                   AS places
        FROM pool_shards
        WHERE event_id = of_event_id AND pool_no = of_pool_no AND allotment_no IS NULL
    ) AS even
    WHERE s.event_id = of_event_id AND s.pool_no = of_pool_no AND s.shard_no = even.shard_no
      AND s.available <> even.places;
    RETURN FOUND;
END
$$;
