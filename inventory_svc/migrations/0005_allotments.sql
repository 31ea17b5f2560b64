-- Allotments: seats and places kept out of the public sale, for nobody yet or for a channel.
--
-- Whoever changes an allotment locks its event's row against all lanes, which lock it shared: what an allotment has can
-- then be moved without a race. Access codes are locked before every other lock (access codes, event, buyers,
-- admissions, pool shards, seats, holds), by those who bring one; whoever brings none takes no lock more than before.

CREATE TABLE allotments (
    event_id bigint NOT NULL REFERENCES events (event_id),
    allotment_no smallint NOT NULL CHECK (allotment_no > 0),  -- "alt1" on the wire; never given twice
    name text NOT NULL,
    kind text NOT NULL CHECK (kind IN (
        'HOLDBACK',                   -- for nobody until it is released
        'CHANNEL'                     -- for whoever has one of its codes
    )),
    state text NOT NULL CHECK (state IN (
        'ACTIVE',                     -- keeps what it has; ACTIVE → RELEASED
        'RELEASED'                    -- has nothing any more: no row of seats or pool_shards names it
    )),
    release_time timestamptz,         -- from then on anybody may take what it has, whatever the state still says
    create_time timestamptz NOT NULL,
    end_time timestamptz,             -- when it was released
    delete_time timestamptz,          -- from then on its organiser does not see it
    PRIMARY KEY (event_id, allotment_no),
    CONSTRAINT allotments_ended CHECK ((state = 'RELEASED') = (end_time IS NOT NULL)),
    CONSTRAINT allotments_deleted_are_released CHECK (delete_time IS NULL OR state = 'RELEASED')
);

-- What the release worker looks for, oldest first, over all events.
CREATE INDEX allotments_to_release ON allotments (release_time) WHERE state = 'ACTIVE' AND release_time IS NOT NULL;

-- Codes are kept as they are typed, because organisers read and send them again; what they open is a seat at its price,
-- and no account. They are found by their hash: how long that takes tells nothing of how much of a guess was right.
CREATE TABLE allotment_codes (
    event_id bigint NOT NULL,
    code_no integer NOT NULL CHECK (code_no > 0),  -- "c1" on the wire
    allotment_no smallint NOT NULL,
    code text NOT NULL,
    code_hash bytea NOT NULL,         -- SHA-256 of the code in its one spelling
    uses_max integer CHECK (uses_max > 0),  -- holds that may be live or sold with it; null is any number
    expire_time timestamptz,
    create_time timestamptz NOT NULL,
    withdraw_time timestamptz,        -- from then on nothing is held with it
    PRIMARY KEY (event_id, code_no),
    FOREIGN KEY (event_id, allotment_no) REFERENCES allotments (event_id, allotment_no),
    CONSTRAINT allotment_codes_once UNIQUE (event_id, code_hash)
);
CREATE INDEX allotment_codes_by_allotment ON allotment_codes (event_id, allotment_no, code_no);

-- The allotment that a seat belongs to, whoever has it. Free, it is blocked (4); held, pinned and sold as any other;
-- given back, blocked again. Releasing an allotment takes its number off its seats.
ALTER TABLE seats ADD COLUMN allotment_no smallint;
-- A statement that frees a seat and forgets its allotment fails instead of selling it to the public.
ALTER TABLE seats ADD CONSTRAINT seats_allotted_are_not_free CHECK (allotment_no IS NULL OR state <> 0);

-- An allotment's places are shards of their pool that the public does not look at, numbered from 1,001 on: the counters
-- of all shards add up to the pool's capacity as before, and places come back to the shard that they were taken from.
-- Releasing an allotment moves its places, and those of its holds, into public shards.
ALTER TABLE pool_shards ADD COLUMN allotment_no smallint;
CREATE INDEX pool_shards_allotted ON pool_shards (event_id, allotment_no) WHERE allotment_no IS NOT NULL;

-- The access code that a hold was placed with. How often a code is in use is counted from its holds, under the code's
-- lock: whatever ends a hold gives the use back.
ALTER TABLE holds ADD COLUMN code_no integer;
CREATE INDEX holds_by_code ON holds (event_id, code_no) WHERE code_no IS NOT NULL;

-- Tells whether an allotment's time has come: anybody may take what it has, whoever has noticed.
CREATE FUNCTION is_allotment_due(of_event_id bigint, of_allotment_no smallint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM allotments
        WHERE event_id = of_event_id AND allotment_no = of_allotment_no AND release_time <= clock_timestamp()
    )
$$;

-- Tells whether an access code is one of an allotment's.
CREATE FUNCTION opens_allotment(of_event_id bigint, of_code_no integer, of_allotment_no smallint)
RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM allotment_codes
        WHERE event_id = of_event_id AND code_no = of_code_no AND allotment_no = of_allotment_no
    )
$$;

-- The two calls of a batch; its locks are in 0004.

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
    OUT seat_allotments smallint[],   -- null for the public; 0 once its time has come, and anybody may take the seat
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

    -- Buyer by buyer: a planner that has seen no holds yet would rather read all of them, for each of these.
    SELECT array_agg(b.event_id), array_agg(b.account_id), array_agg(u.live_holds), array_agg(u.tickets)
    INTO usage_events, usage_accounts, live_holds, tickets
    FROM unnest(read_batch.buyer_event_ids, read_batch.account_ids) AS b (event_id, account_id)
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE h.state = 'PINNED' OR h.state = 'HELD' AND h.held_until > read_batch.now)::integer
                   AS live_holds,
               sum(CASE WHEN h.state = 'CONFIRMED' THEN h.sold_count
                        WHEN h.state = 'PINNED' OR h.held_until > read_batch.now
                            THEN cardinality(h.seat_nos) + h.place_count
                        ELSE 0 END)::integer AS tickets
        FROM holds h
        WHERE h.event_id = b.event_id AND h.account_id = b.account_id AND h.state IN ('HELD', 'PINNED', 'CONFIRMED')
        HAVING count(*) > 0
    ) AS u;

    IF cardinality(read_batch.seat_nos) > 0 THEN
        SELECT array_agg(s.event_id), array_agg(s.seat_no), array_agg(s.state), array_agg(s.hold_id),
               array_agg(s.held_until), array_agg(s.fence),
               array_agg(CASE WHEN s.allotment_no IS NULL THEN NULL
                              WHEN is_allotment_due(s.event_id, s.allotment_no) THEN 0
                              ELSE s.allotment_no END::smallint)
        INTO seat_events, seats, seat_states, seat_holds, seat_held_untils, seat_fences, seat_allotments
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
              -- Those of allotments that nobody of the batch has a code for are counted in shards that are not locked.
              AND EXISTS (
                  SELECT FROM unnest(read_batch.shard_event_ids, read_batch.pool_nos, read_batch.shard_nos)
                              AS locked (event_id, pool_no, shard_no)
                  WHERE locked.event_id = p.event_id AND locked.pool_no = p.pool_no AND locked.shard_no = p.shard_no
              )
            LIMIT read_batch.run_out_max
        ) AS r;
    END IF;

    IF cardinality(read_batch.request_ids) > 0 THEN
        SELECT array_agg(r.scope), array_agg(r.method), array_agg(r.request_id), array_agg(r.body_hash),
               array_agg(r.reply), array_agg(r.refusal)
        INTO known_scopes, known_methods, known_request_ids, known_body_hashes, known_replies, known_refusals
        FROM unnest(read_batch.scopes, read_batch.methods, read_batch.request_ids) AS wanted (scope, method, request_id)
        CROSS JOIN LATERAL (
            SELECT k.scope, k.method, k.request_id, k.body_hash, k.reply, k.refusal
            FROM requests k
            WHERE k.scope = wanted.scope AND k.method = wanted.method AND k.request_id = wanted.request_id
            LIMIT 1
        ) AS r;
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
    seat_code_nos integer[],          -- the access codes that they are taken with; null for the public
    -- New holds, and where their seats begin and end in the lists above, from 1.
    hold_event_ids bigint[],
    hold_ids uuid[],
    account_ids uuid[],
    admission_ids uuid[],
    held_untils timestamptz[],
    code_nos integer[],
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
    -- Free ones, or those of holds whose time is over, and only with the fence that was read. An allotment's: only with
    -- one of its codes, or once its time has come.
    UPDATE seats s
    SET state = 1, hold_id = t.hold_id, held_until = t.held_until, fence = s.fence + 1
    FROM unnest(seat_event_ids, seat_nos, write_batch.seat_fences, seat_hold_ids, seat_held_untils, seat_code_nos)
         AS t (event_id, seat_no, fence, hold_id, held_until, code_no)
    WHERE s.event_id = t.event_id AND s.seat_no = t.seat_no AND s.fence = t.fence
      AND (s.state = 0 OR s.state = 1 AND s.held_until <= clock_timestamp()
           OR s.state = 4 AND s.allotment_no IS NOT NULL)
      AND CASE WHEN s.allotment_no IS NULL THEN true
               ELSE opens_allotment(s.event_id, t.code_no, s.allotment_no)
                    OR is_allotment_due(s.event_id, s.allotment_no) END;
    GET DIAGNOSTICS seats_given = ROW_COUNT;

    INSERT INTO holds (event_id, hold_id, account_id, admission_id, state, create_time, held_until, tidy_time,
                       code_no, currency_code, seat_nos, seat_zone_nos, seat_prices_minor, seat_fences, place_count)
    SELECT h.event_id, h.hold_id, h.account_id, h.admission_id, 'HELD', write_batch.create_time, h.held_until,
           h.held_until, h.code_no, h.currency_code, write_batch.seat_nos[h.seats_from : h.seats_to],
           write_batch.seat_zone_nos[h.seats_from : h.seats_to], write_batch.seat_prices_minor[h.seats_from : h.seats_to],
           ARRAY(SELECT fence + 1 FROM unnest(write_batch.seat_fences[h.seats_from : h.seats_to]) AS fence),
           h.place_count
    FROM unnest(hold_event_ids, hold_ids, account_ids, admission_ids, held_untils, code_nos, currency_codes,
                place_counts, seats_from, seats_to)
         AS h (event_id, hold_id, account_id, admission_id, held_until, code_no, currency_code, place_count, seats_from,
               seats_to);

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
