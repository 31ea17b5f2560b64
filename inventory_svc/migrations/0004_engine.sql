-- A batch in two calls: one takes every lock and returns what stands under them, one writes what was decided.
--
-- A batch may carry parties of several events. The lock order is the same for everybody: all events, all buyers, all
-- admissions, all pool shards, all seats, and last the holds; within a kind by key, the event first. Whoever locks for one
-- event only keeps to it too.

-- Takes the locks of a batch. Plain statements one after the other: each sees what was committed while the one before it
-- waited. Nothing is decided here; the statements after it, with snapshots younger than every lock, do.
CREATE FUNCTION lock_batch(
    event_ids bigint[],
    buyer_event_ids bigint[],         -- buyers; made where they are new
    account_ids uuid[],
    admission_event_ids bigint[],     -- admissions, with their buyers and ends; made where they are new
    admission_ids uuid[],
    admission_account_ids uuid[],
    admission_expire_times timestamptz[],
    shard_event_ids bigint[],         -- pool shards
    pool_nos integer[],
    shard_nos integer[],
    seat_event_ids bigint[],
    seat_nos integer[]
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    -- Until the transaction ends, each wanted row is looked up by its key. Plans are kept for as long as a connection
    -- lives: one for all sizes of batches, and never one that reads a whole table because it was small when it was made.
    PERFORM set_config('plan_cache_mode', 'force_generic_plan', true),
            set_config(setting, 'off', true)
    FROM unnest(ARRAY['enable_seqscan', 'enable_hashjoin', 'enable_mergejoin', 'enable_material']) AS setting;

    -- Shared: lanes do not wait for each other, a cancellation waits for them.
    PERFORM FROM unnest(event_ids) AS wanted JOIN events ON events.event_id = wanted
    ORDER BY events.event_id FOR SHARE OF events;

    -- An update that updates nothing still locks the row.
    INSERT INTO buyers (event_id, account_id)
    SELECT b.event_id, b.account_id FROM unnest(buyer_event_ids, account_ids) AS b (event_id, account_id)
    ORDER BY b.event_id, b.account_id
    ON CONFLICT (event_id, account_id) DO UPDATE SET account_id = excluded.account_id WHERE false;

    IF cardinality(admission_ids) > 0 THEN
        INSERT INTO admission_uses (event_id, admission_id, account_id, expire_time)
        SELECT a.event_id, a.admission_id, a.account_id, a.expire_time
        FROM unnest(admission_event_ids, admission_ids, admission_account_ids, admission_expire_times)
             AS a (event_id, admission_id, account_id, expire_time)
        ORDER BY a.event_id, a.admission_id
        ON CONFLICT (event_id, admission_id) DO UPDATE SET account_id = excluded.account_id WHERE false;
    END IF;

    IF cardinality(shard_nos) > 0 THEN
        PERFORM FROM unnest(shard_event_ids, pool_nos, shard_nos) AS wanted (event_id, pool_no, shard_no)
        JOIN pool_shards s ON s.event_id = wanted.event_id AND s.pool_no = wanted.pool_no AND s.shard_no = wanted.shard_no
        ORDER BY s.event_id, s.pool_no, s.shard_no FOR UPDATE OF s;
    END IF;

    IF cardinality(seat_nos) > 0 THEN
        PERFORM FROM unnest(seat_event_ids, seat_nos) AS wanted (event_id, seat_no)
        JOIN seats ON seats.event_id = wanted.event_id AND seats.seat_no = wanted.seat_no
        ORDER BY seats.event_id, seats.seat_no FOR UPDATE OF seats;
    END IF;
END
$$;

-- Locks what a batch wants and returns what stands: one row of lists, those of a kind of one length.
CREATE FUNCTION read_batch(
    event_ids bigint[],
    buyer_event_ids bigint[],
    account_ids uuid[],
    admission_event_ids bigint[],
    admission_ids uuid[],
    admission_account_ids uuid[],
    admission_expire_times timestamptz[],
    shard_event_ids bigint[],
    pool_nos integer[],
    shard_nos integer[],
    whole_event_ids bigint[],         -- pools of which all shards are locked: what ran out of them is returned too
    whole_pool_nos integer[],
    run_out_max integer,
    seat_event_ids bigint[],
    seat_nos integer[],
    scopes text[],                    -- requests that may have been answered before
    methods text[],
    request_ids text[],
    OUT now timestamptz,              -- the time, after the locks, by the clock that rows are compared to
    OUT events bigint[], OUT is_published boolean[], OUT is_cancelled boolean[], OUT sale_open_times timestamptz[],
    OUT end_times timestamptz[], OUT requires_admission boolean[], OUT seats_per_hold integer[],
    OUT live_holds_per_buyer integer[], OUT tickets_per_buyer integer[], OUT hold_seconds integer[],
    OUT currency_codes text[],
    OUT zone_events bigint[], OUT zones integer[], OUT prices_minor bigint[],
    OUT usage_events bigint[], OUT usage_accounts uuid[], OUT live_holds integer[], OUT tickets integer[],
    OUT closed_admissions uuid[],
    OUT shard_events bigint[], OUT shard_pools integer[], OUT shards integer[], OUT shard_available integer[],
    OUT run_out_events bigint[], OUT run_out_holds uuid[], OUT run_out_pools integer[], OUT run_out_shards integer[],
    OUT run_out_claimed integer[],
    OUT seat_events bigint[], OUT seats integer[], OUT seat_states smallint[], OUT seat_holds uuid[],
    OUT seat_held_untils timestamptz[], OUT seat_fences bigint[],
    OUT known_scopes text[], OUT known_methods text[], OUT known_request_ids text[], OUT known_body_hashes bytea[],
    OUT known_replies bytea[], OUT known_refusals bytea[]
) LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    PERFORM lock_batch(event_ids, buyer_event_ids, account_ids, admission_event_ids, admission_ids,
                       admission_account_ids, admission_expire_times, shard_event_ids, pool_nos, shard_nos,
                       seat_event_ids, seat_nos);
    now := clock_timestamp();

    SELECT array_agg(e.event_id), array_agg(e.publish_time IS NOT NULL), array_agg(e.state = 'CANCELLED'),
           array_agg(e.sale_open_time), array_agg(e.end_time), array_agg(e.requires_admission),
           array_agg(e.seats_per_hold), array_agg(e.live_holds_per_buyer), array_agg(e.tickets_per_buyer),
           array_agg(e.hold_seconds), array_agg(e.currency_code)
    INTO events, is_published, is_cancelled, sale_open_times, end_times, requires_admission, seats_per_hold,
         live_holds_per_buyer, tickets_per_buyer, hold_seconds, currency_codes
    FROM unnest(read_batch.event_ids) AS wanted JOIN events e ON e.event_id = wanted;

    SELECT array_agg(z.event_id), array_agg(z.zone_no), array_agg(z.price_minor)
    INTO zone_events, zones, prices_minor
    FROM unnest(read_batch.event_ids) AS wanted JOIN zones z ON z.event_id = wanted;

    SELECT array_agg(u.event_id), array_agg(u.account_id), array_agg(u.live_holds), array_agg(u.tickets)
    INTO usage_events, usage_accounts, live_holds, tickets
    FROM (
        SELECT h.event_id, h.account_id,
               count(*) FILTER (WHERE h.state = 'PINNED' OR h.state = 'HELD' AND h.held_until > read_batch.now)::integer
                   AS live_holds,
               sum(CASE WHEN h.state = 'CONFIRMED' THEN h.sold_count
                        WHEN h.state = 'PINNED' OR h.held_until > read_batch.now
                            THEN cardinality(h.seat_nos) + h.place_count
                        ELSE 0 END)::integer AS tickets
        FROM unnest(read_batch.buyer_event_ids, read_batch.account_ids) AS b (event_id, account_id)
        JOIN holds h ON h.event_id = b.event_id AND h.account_id = b.account_id
        WHERE h.state IN ('HELD', 'PINNED', 'CONFIRMED')
        GROUP BY h.event_id, h.account_id
    ) AS u;

    IF cardinality(read_batch.seat_nos) > 0 THEN
        SELECT array_agg(s.event_id), array_agg(s.seat_no), array_agg(s.state), array_agg(s.hold_id),
               array_agg(s.held_until), array_agg(s.fence)
        INTO seat_events, seats, seat_states, seat_holds, seat_held_untils, seat_fences
        FROM unnest(read_batch.seat_event_ids, read_batch.seat_nos) AS wanted (event_id, seat_no)
        JOIN seats s ON s.event_id = wanted.event_id AND s.seat_no = wanted.seat_no;
    END IF;

    IF cardinality(read_batch.admission_ids) > 0 THEN
        SELECT array_agg(u.admission_id)
        INTO closed_admissions
        FROM unnest(read_batch.admission_event_ids, read_batch.admission_ids) AS wanted (event_id, admission_id)
        JOIN admission_uses u ON u.event_id = wanted.event_id AND u.admission_id = wanted.admission_id
        WHERE u.close_time IS NOT NULL;
    END IF;

    IF cardinality(read_batch.shard_nos) > 0 THEN
        SELECT array_agg(s.event_id), array_agg(s.pool_no), array_agg(s.shard_no), array_agg(s.available)
        INTO shard_events, shard_pools, shards, shard_available
        FROM unnest(read_batch.shard_event_ids, read_batch.pool_nos, read_batch.shard_nos)
             AS wanted (event_id, pool_no, shard_no)
        JOIN pool_shards s ON s.event_id = wanted.event_id AND s.pool_no = wanted.pool_no AND s.shard_no = wanted.shard_no;
    END IF;

    IF cardinality(read_batch.whole_pool_nos) > 0 THEN
        SELECT array_agg(r.event_id), array_agg(r.hold_id), array_agg(r.pool_no), array_agg(r.shard_no),
               array_agg(r.claimed)
        INTO run_out_events, run_out_holds, run_out_pools, run_out_shards, run_out_claimed
        FROM (
            SELECT p.event_id, p.hold_id, p.pool_no, p.shard_no, p.claimed
            FROM unnest(read_batch.whole_event_ids, read_batch.whole_pool_nos) AS wanted (event_id, pool_no)
            JOIN hold_places p ON p.event_id = wanted.event_id AND p.pool_no = wanted.pool_no
            WHERE p.held_until <= read_batch.now
            LIMIT read_batch.run_out_max
        ) AS r;
    END IF;

    IF cardinality(read_batch.request_ids) > 0 THEN
        SELECT array_agg(r.scope), array_agg(r.method), array_agg(r.request_id), array_agg(r.body_hash),
               array_agg(r.reply), array_agg(r.refusal)
        INTO known_scopes, known_methods, known_request_ids, known_body_hashes, known_replies, known_refusals
        FROM unnest(read_batch.scopes, read_batch.methods, read_batch.request_ids) AS wanted (scope, method, request_id)
        JOIN requests r ON r.scope = wanted.scope AND r.method = wanted.method AND r.request_id = wanted.request_id;
    END IF;
END
$$;

-- Writes what was decided: seats to their new holds, the holds, and what the requests came to. Each statement has the
-- condition that makes it safe whatever was decided; the counts that it returns must be all that were given.
CREATE FUNCTION write_batch(
    -- Seats that change hands, those of a hold side by side, with the fences that were read.
    seat_event_ids bigint[],
    seat_nos integer[],
    seat_zone_nos integer[],
    seat_prices_minor bigint[],
    seat_fences bigint[],
    seat_hold_ids uuid[],
    seat_held_untils timestamptz[],
    -- New holds, and where their seats begin and end in the lists above, from 1.
    hold_event_ids bigint[],
    hold_ids uuid[],
    account_ids uuid[],
    admission_ids uuid[],
    held_untils timestamptz[],
    currency_codes text[],
    place_counts integer[],
    seats_from integer[],
    seats_to integer[],
    create_time timestamptz,
    -- What requests came to.
    scopes text[],
    methods text[],
    request_ids text[],
    body_hashes bytea[],
    replies bytea[],
    refusals bytea[],
    OUT seats_given integer,
    OUT requests_added integer
) LANGUAGE plpgsql AS $$
BEGIN
    -- Free ones, or those of holds whose time is over, and only with the fence that was read.
    UPDATE seats s
    SET state = 1, hold_id = t.hold_id, held_until = t.held_until, fence = s.fence + 1
    FROM unnest(seat_event_ids, seat_nos, write_batch.seat_fences, seat_hold_ids, seat_held_untils)
         AS t (event_id, seat_no, fence, hold_id, held_until)
    WHERE s.event_id = t.event_id AND s.seat_no = t.seat_no AND s.fence = t.fence
      AND (s.state = 0 OR s.state = 1 AND s.held_until <= clock_timestamp());
    GET DIAGNOSTICS seats_given = ROW_COUNT;

    INSERT INTO holds (event_id, hold_id, account_id, admission_id, state, create_time, held_until, tidy_time,
                       currency_code, seat_nos, seat_zone_nos, seat_prices_minor, seat_fences, place_count)
    SELECT h.event_id, h.hold_id, h.account_id, h.admission_id, 'HELD', write_batch.create_time, h.held_until,
           h.held_until, h.currency_code, write_batch.seat_nos[h.seats_from : h.seats_to],
           write_batch.seat_zone_nos[h.seats_from : h.seats_to], write_batch.seat_prices_minor[h.seats_from : h.seats_to],
           ARRAY(SELECT fence + 1 FROM unnest(write_batch.seat_fences[h.seats_from : h.seats_to]) AS fence),
           h.place_count
    FROM unnest(hold_event_ids, hold_ids, account_ids, admission_ids, held_untils, currency_codes, place_counts,
                seats_from, seats_to)
         AS h (event_id, hold_id, account_id, admission_id, held_until, currency_code, place_count, seats_from, seats_to);

    WITH added AS (
        INSERT INTO requests (scope, method, request_id, body_hash, reply, refusal, lease_until)
        SELECT r.scope, r.method, r.request_id, r.body_hash, r.reply, r.refusal, clock_timestamp()
        FROM unnest(scopes, methods, request_ids, body_hashes, replies, refusals)
             AS r (scope, method, request_id, body_hash, reply, refusal)
        ORDER BY r.scope, r.method, r.request_id
        ON CONFLICT (scope, method, request_id) DO NOTHING
        RETURNING 1
    )
    SELECT count(*) INTO requests_added FROM added;
END
$$;

-- Ends holds whose time is over, each once, and returns those that it ended: locks first, last of all locks.
CREATE FUNCTION end_losers(event_ids bigint[], hold_ids uuid[])
RETURNS SETOF holds LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM unnest(event_ids, hold_ids) AS wanted (event_id, hold_id)
    JOIN holds h ON h.event_id = wanted.event_id AND h.hold_id = wanted.hold_id
    ORDER BY h.event_id, h.hold_id FOR UPDATE OF h;

    RETURN QUERY
    UPDATE holds h SET state = 'EXPIRED', version = h.version + 1
    FROM unnest(event_ids, hold_ids) AS wanted (event_id, hold_id)
    WHERE h.event_id = wanted.event_id AND h.hold_id = wanted.hold_id
      AND h.state = 'HELD' AND h.held_until <= clock_timestamp()
    RETURNING h.*;
END
$$;

-- The same locks for one event, and holds besides.
CREATE OR REPLACE FUNCTION lock_party(
    of_event_id bigint,
    account_ids uuid[],
    admission_ids uuid[],
    admission_account_ids uuid[],
    admission_expire_times timestamptz[],
    pool_nos integer[],
    shard_nos integer[],
    of_seat_nos integer[],
    hold_ids uuid[]
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM lock_batch(
        ARRAY[of_event_id],
        array_fill(of_event_id, ARRAY[cardinality(account_ids)]), account_ids,
        array_fill(of_event_id, ARRAY[cardinality(admission_ids)]), admission_ids, admission_account_ids,
        admission_expire_times,
        array_fill(of_event_id, ARRAY[cardinality(shard_nos)]), pool_nos, shard_nos,
        array_fill(of_event_id, ARRAY[cardinality(of_seat_nos)]), of_seat_nos
    );

    PERFORM FROM holds
    WHERE event_id = of_event_id AND hold_id = ANY (hold_ids)
    ORDER BY hold_id FOR UPDATE;
END
$$;
