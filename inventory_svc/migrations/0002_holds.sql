-- Holds: who has which seats and places, for how long, for which order; and what is shown of it.
--
-- Locks are taken in one order by everybody: event, buyers, admissions, pool shards, seats, holds. The function
-- lock_party below takes those that are known beforehand; the holds that lose their seats to a party come last.

-- A buyer of an event. The row holds nothing: its lock makes counting a buyer's holds safe.
CREATE TABLE buyers (
    event_id bigint NOT NULL,
    account_id uuid NOT NULL,
    PRIMARY KEY (event_id, account_id)
) PARTITION BY HASH (event_id);

CREATE TABLE holds (
    event_id bigint NOT NULL,
    hold_id uuid NOT NULL,
    account_id uuid NOT NULL,
    admission_id uuid,                -- the admission that it was placed with, where one was needed
    state text NOT NULL CHECK (state IN (
        'HELD',                       -- kept until held_until; HELD → PINNED, RELEASED, EXPIRED
        'PINNED',                     -- kept for order_id; PINNED → CONFIRMED, RELEASED
        'CONFIRMED',                  -- sold to order_id, for good; returns lower sold_count
        'RELEASED',                   -- given back
        'EXPIRED'                     -- its time ran out; EXPIRED → PINNED when an order takes it again
    )),
    create_time timestamptz NOT NULL,
    held_until timestamptz NOT NULL,  -- from then on it is expired, whatever the state still says
    extended boolean NOT NULL DEFAULT false,
    currency_code text NOT NULL,
    -- The seats as they were when the hold was placed, in the map's order; four lists of one length.
    seat_nos integer[] NOT NULL,
    seat_zone_nos integer[] NOT NULL,
    seat_prices_minor bigint[] NOT NULL,
    seat_fences bigint[] NOT NULL,
    place_count integer NOT NULL,     -- all places of it, in hold_places
    sold_count integer NOT NULL DEFAULT 0,  -- seats and places sold by it and not returned
    order_id uuid,                    -- the order that pinned it
    pin_time timestamptz,
    pin_deadline timestamptz,         -- by when its order was to confirm or unpin
    -- When the expiry worker looks at it; null once nothing of it lies about in seats and pools.
    tidy_time timestamptz,
    version bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (event_id, hold_id),
    CONSTRAINT holds_not_empty CHECK (cardinality(seat_nos) + place_count > 0),
    CONSTRAINT holds_pinned_for_an_order CHECK (state NOT IN ('PINNED', 'CONFIRMED') OR order_id IS NOT NULL)
) PARTITION BY HASH (event_id);

-- A buyer's holds of an event, for limits.
CREATE INDEX holds_by_buyer ON holds (event_id, account_id);
-- What the expiry worker looks for, oldest first, over all events.
CREATE INDEX holds_to_tidy ON holds (tidy_time) WHERE tidy_time IS NOT NULL;
-- Pins, oldest first, for whoever brings their orders to an end.
CREATE INDEX holds_pinned ON holds (pin_time) WHERE state = 'PINNED';

-- The places of a hold, by the shard that they are counted in.
CREATE TABLE hold_places (
    event_id bigint NOT NULL,
    hold_id uuid NOT NULL,
    pool_no integer NOT NULL,
    shard_no integer NOT NULL,
    zone_no integer NOT NULL,
    price_minor bigint NOT NULL,
    quantity integer NOT NULL CHECK (quantity > 0),   -- as it was placed
    claimed integer NOT NULL,                         -- what is still counted in the shard
    held_until timestamptz,                           -- held only: from then on anybody may take them
    PRIMARY KEY (event_id, hold_id, pool_no, shard_no),
    CONSTRAINT hold_places_claimed CHECK (claimed BETWEEN 0 AND quantity)
) PARTITION BY HASH (event_id);

-- The places of a pool that may have run out, for takers.
CREATE INDEX hold_places_held ON hold_places (event_id, pool_no, held_until) WHERE held_until IS NOT NULL;

DO $$
BEGIN
    FOR remainder IN 0..7 LOOP
        EXECUTE format('CREATE TABLE buyers_%1$s PARTITION OF buyers '
            'FOR VALUES WITH (MODULUS 8, REMAINDER %1$s)', remainder);
        EXECUTE format('CREATE TABLE holds_%1$s PARTITION OF holds '
            'FOR VALUES WITH (MODULUS 8, REMAINDER %1$s) WITH (fillfactor = 80)', remainder);
        EXECUTE format('CREATE TABLE hold_places_%1$s PARTITION OF hold_places '
            'FOR VALUES WITH (MODULUS 8, REMAINDER %1$s) WITH (fillfactor = 80)', remainder);
    END LOOP;
END
$$;

-- Admissions that came here: the room's token is checked by signature, and this row says whether it was closed.
CREATE TABLE admission_uses (
    event_id bigint NOT NULL,
    admission_id uuid NOT NULL,
    account_id uuid,                  -- null when it was closed before it was used
    expire_time timestamptz,          -- when its token ends by itself
    first_use_time timestamptz,       -- null while no hold was placed with it
    last_use_time timestamptz,
    hold_count integer NOT NULL DEFAULT 0,
    close_time timestamptz,           -- from then on nothing is held with it
    PRIMARY KEY (event_id, admission_id)
);

-- Orders that gave a hold up: a pin of theirs that comes late is refused.
CREATE TABLE closed_pins (
    event_id bigint NOT NULL,
    hold_id uuid NOT NULL,
    order_id uuid NOT NULL,
    close_time timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (event_id, hold_id, order_id)
);

-- Returns of sold seats, each once.
CREATE TABLE seat_returns (
    event_id bigint NOT NULL,
    hold_id uuid NOT NULL,
    return_id text NOT NULL,          -- the refund's id
    order_id uuid NOT NULL,
    seat_nos integer[] NOT NULL,
    place_count integer NOT NULL,
    return_time timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (event_id, hold_id, return_id)
);

-- What is shown as free, numbered by whoever has the lease. Only events that somebody looks at have a row.
CREATE TABLE availability (
    event_id bigint PRIMARY KEY,
    version bigint NOT NULL,          -- grows with every change of states or pool_counts
    states bytea NOT NULL,            -- two bits a seat in the map's order, lowest bits first
    pool_nos integer[] NOT NULL,
    pool_counts integer[] NOT NULL,   -- free places, one number a pool
    read_time timestamptz NOT NULL,   -- the state of the seats is as of then
    lease_until timestamptz NOT NULL  -- until then only publisher numbers versions
        DEFAULT '-infinity',
    publisher uuid                    -- the process that has the lease
);

-- Takes the locks of a batch in the one order, each kind in the order of its key. Plain statements one after the
-- other: each sees what was committed while the one before it waited. Nothing is decided here; the next statement,
-- with a snapshot younger than every lock, does.
CREATE FUNCTION lock_party(
    of_event_id bigint,
    account_ids uuid[],               -- buyers; made where they are new
    admission_ids uuid[],             -- admissions, with their buyers and ends; made where they are new
    admission_account_ids uuid[],
    admission_expire_times timestamptz[],
    pool_nos integer[],               -- pool shards, by pool and shard
    shard_nos integer[],
    of_seat_nos integer[],
    hold_ids uuid[]
) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    -- Shared: lanes do not wait for each other, a cancellation waits for them.
    PERFORM FROM events WHERE event_id = of_event_id FOR SHARE;

    -- An update that updates nothing still locks the row.
    INSERT INTO buyers (event_id, account_id)
    SELECT of_event_id, account_id FROM unnest(account_ids) AS account_id ORDER BY account_id
    ON CONFLICT (event_id, account_id) DO UPDATE SET account_id = excluded.account_id WHERE false;

    INSERT INTO admission_uses (event_id, admission_id, account_id, expire_time)
    SELECT of_event_id, a.admission_id, a.account_id, a.expire_time
    FROM unnest(admission_ids, admission_account_ids, admission_expire_times) AS a (admission_id, account_id, expire_time)
    ORDER BY a.admission_id
    ON CONFLICT (event_id, admission_id) DO UPDATE SET account_id = excluded.account_id WHERE false;

    PERFORM FROM pool_shards
    WHERE event_id = of_event_id
      AND (pool_no, shard_no) IN (SELECT * FROM unnest(pool_nos, shard_nos))
    ORDER BY pool_no, shard_no FOR UPDATE;

    PERFORM FROM seats
    WHERE event_id = of_event_id AND seat_no = ANY (of_seat_nos)
    ORDER BY seat_no FOR UPDATE;

    PERFORM FROM holds
    WHERE event_id = of_event_id AND hold_id = ANY (hold_ids)
    ORDER BY hold_id FOR UPDATE;
END
$$;
