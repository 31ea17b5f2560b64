-- The catalogue: venues, plans, events, and every seat and place that an event sells.
--
-- event_id leads the primary key of every table that grows with events, so that all of an event lives together and the
-- schema distributes by it. Foreign keys stay inside one event. Venues and plans are small and belong to organisers.

-- A drawn or imported plan. Plans never change: a venue that is given another plan points to another row, and events
-- made before keep the copy that they were made with.
CREATE TABLE plans (
    plan_id uuid PRIMARY KEY,
    venue_id bigint NOT NULL,
    body bytea NOT NULL,              -- the plan document (inventory_svc/plans/document.py), compressed
    seat_count integer NOT NULL CHECK (seat_count >= 0),
    pool_capacity integer NOT NULL CHECK (pool_capacity >= 0),
    section_count integer NOT NULL CHECK (section_count >= 0),
    accessible_count integer NOT NULL CHECK (accessible_count >= 0),
    zone_names text[] NOT NULL,       -- in zone order: zone_no is the place in this list, counted from 1
    create_time timestamptz NOT NULL
);

CREATE TABLE venues (
    venue_id bigint PRIMARY KEY,
    organiser_id uuid NOT NULL,
    name text NOT NULL,
    city text NOT NULL,
    country_code text NOT NULL CHECK (country_code ~ '^[A-Z]{2}$'),
    latitude double precision NOT NULL CHECK (latitude BETWEEN -90 AND 90),
    longitude double precision NOT NULL CHECK (longitude BETWEEN -180 AND 180),
    time_zone text NOT NULL,
    plan_id uuid REFERENCES plans (plan_id),  -- null until a plan is imported or generated
    create_time timestamptz NOT NULL,
    update_time timestamptz NOT NULL
);

-- "My venues", newest first: ids grow with time.
CREATE INDEX venues_by_organiser ON venues (organiser_id, venue_id DESC);

-- An event carries a copy of what it needs of its venue, so that no statement about an event looks elsewhere.
CREATE TABLE events (
    event_id bigint PRIMARY KEY,
    organiser_id uuid NOT NULL,
    venue_id bigint NOT NULL,
    name text NOT NULL,
    artist_name text NOT NULL DEFAULT '',
    venue_name text NOT NULL,
    city text NOT NULL,
    country_code text NOT NULL,
    latitude double precision NOT NULL,
    longitude double precision NOT NULL,
    time_zone text NOT NULL,
    category text NOT NULL DEFAULT '',
    description text NOT NULL DEFAULT '',
    start_time timestamptz NOT NULL,
    end_time timestamptz NOT NULL,
    sale_open_time timestamptz,       -- null on drafts that did not say; publishing fills it in
    publish_time timestamptz,         -- null until it is published: nobody but its organiser has seen it
    state text NOT NULL CHECK (state IN (
        'DRAFT',                      -- seen by its organiser only; DRAFT → PUBLISHED, CANCELLED
        'PUBLISHED',                  -- found by everybody, sells from sale_open_time; PUBLISHED → CANCELLED
        'CANCELLED'                   -- sells nothing, for good
    )),
    cancel_reason text NOT NULL DEFAULT '',
    requires_admission boolean NOT NULL DEFAULT false,  -- set by the event's room
    currency_code text NOT NULL CHECK (currency_code ~ '^[A-Z]{3}$'),
    seats_per_hold integer NOT NULL CHECK (seats_per_hold > 0),
    live_holds_per_buyer integer NOT NULL CHECK (live_holds_per_buyer > 0),
    tickets_per_buyer integer NOT NULL CHECK (tickets_per_buyer > 0),
    hold_seconds integer NOT NULL CHECK (hold_seconds > 0),
    capacity integer NOT NULL CHECK (capacity >= 0),    -- every seat and place
    version bigint NOT NULL DEFAULT 1,                  -- grows with every change of this row or of its zones
    create_time timestamptz NOT NULL,
    update_time timestamptz NOT NULL,
    CONSTRAINT events_end_after_start CHECK (end_time > start_time),
    CONSTRAINT events_sale_before_end CHECK (sale_open_time IS NULL OR sale_open_time < end_time),
    CONSTRAINT events_published_have_a_sale
        CHECK (state <> 'PUBLISHED' OR (sale_open_time IS NOT NULL AND publish_time IS NOT NULL))
);

-- "My events", newest first.
CREATE INDEX events_by_organiser ON events (organiser_id, event_id DESC);

-- Price zones; the price is what a buyer pays for one seat, all in, in the event's currency.
CREATE TABLE zones (
    event_id bigint NOT NULL REFERENCES events (event_id),
    zone_no integer NOT NULL,         -- from 1; "z1" on the wire
    name text NOT NULL,
    price_minor bigint NOT NULL CHECK (price_minor BETWEEN 0 AND 1000000000000),
    PRIMARY KEY (event_id, zone_no),
    CONSTRAINT zones_name_once UNIQUE (event_id, name)
);

CREATE TABLE sections (
    event_id bigint NOT NULL REFERENCES events (event_id),
    section_no integer NOT NULL,      -- from 1, in the map's order; "sec1" on the wire
    name text NOT NULL,
    PRIMARY KEY (event_id, section_no)
);

-- The map that buyers see, which never changes. Prices are added when it is read.
CREATE TABLE seat_maps (
    event_id bigint PRIMARY KEY REFERENCES events (event_id),
    body bytea NOT NULL               -- a serialised SeatMap whose zones have no price
);

-- One row a seat. Names and positions are in the seat map; here is what deciding needs.
-- No foreign key to holds and no index beside the key: holding, pinning and selling then rewrite no index (HOT).
CREATE TABLE seats (
    event_id bigint NOT NULL,
    fence bigint NOT NULL DEFAULT 0,  -- grows with every change of owner, never goes back
    hold_id uuid,                     -- who has it: held, pinned or sold
    held_until timestamptz,           -- held only: from then on anybody may take it
    seat_no integer NOT NULL,         -- from 0, in the map's order; "s0" on the wire
    section_no integer NOT NULL,
    row_no integer NOT NULL,          -- from 0, over all sections in the map's order
    row_seat_no integer NOT NULL,     -- place in the row: neighbours differ by 1, an aisle leaves a number out
    quality integer NOT NULL,         -- rank in the event, 0 is the best
    zone_no integer NOT NULL,
    state smallint NOT NULL DEFAULT 0,
    accessible boolean NOT NULL DEFAULT false,  -- a wheelchair place
    companion boolean NOT NULL DEFAULT false,   -- the seat beside a wheelchair place
    PRIMARY KEY (event_id, seat_no),
    -- 0 available → held (hold), blocked
    -- 1 held      → available (release, expiry), held by another (expired), pinned
    -- 2 pinned    → sold (confirm), available (unpin)
    -- 3 sold      → available (return)
    -- 4 blocked   → available
    CONSTRAINT seats_state CHECK (state BETWEEN 0 AND 4),
    -- A claim has exactly one owner, and a seat without a claim has none.
    CONSTRAINT seats_owner CHECK ((state IN (1, 2, 3)) = (hold_id IS NOT NULL)),
    -- Only a hold runs out.
    CONSTRAINT seats_held_until CHECK ((state = 1) = (held_until IS NOT NULL))
) PARTITION BY HASH (event_id);

-- Pages are left a fifth empty, so that a change of owner finds room beside the row it replaces.
CREATE TABLE seats_0 PARTITION OF seats FOR VALUES WITH (MODULUS 8, REMAINDER 0) WITH (fillfactor = 80);
CREATE TABLE seats_1 PARTITION OF seats FOR VALUES WITH (MODULUS 8, REMAINDER 1) WITH (fillfactor = 80);
CREATE TABLE seats_2 PARTITION OF seats FOR VALUES WITH (MODULUS 8, REMAINDER 2) WITH (fillfactor = 80);
CREATE TABLE seats_3 PARTITION OF seats FOR VALUES WITH (MODULUS 8, REMAINDER 3) WITH (fillfactor = 80);
CREATE TABLE seats_4 PARTITION OF seats FOR VALUES WITH (MODULUS 8, REMAINDER 4) WITH (fillfactor = 80);
CREATE TABLE seats_5 PARTITION OF seats FOR VALUES WITH (MODULUS 8, REMAINDER 5) WITH (fillfactor = 80);
CREATE TABLE seats_6 PARTITION OF seats FOR VALUES WITH (MODULUS 8, REMAINDER 6) WITH (fillfactor = 80);
CREATE TABLE seats_7 PARTITION OF seats FOR VALUES WITH (MODULUS 8, REMAINDER 7) WITH (fillfactor = 80);

-- Places without a seat.
CREATE TABLE pools (
    event_id bigint NOT NULL REFERENCES events (event_id),
    pool_no integer NOT NULL,         -- from 1; "p1" on the wire
    name text NOT NULL,
    zone_no integer NOT NULL,
    capacity integer NOT NULL CHECK (capacity > 0),
    PRIMARY KEY (event_id, pool_no)
);

-- A pool's places are counted in shards, so that no row is hot: about fifty places each, at most sixteen shards.
CREATE TABLE pool_shards (
    event_id bigint NOT NULL,
    pool_no integer NOT NULL,
    shard_no integer NOT NULL,        -- from 0
    capacity integer NOT NULL,
    available integer NOT NULL,
    held integer NOT NULL DEFAULT 0,  -- held and pinned
    sold integer NOT NULL DEFAULT 0,
    PRIMARY KEY (event_id, pool_no, shard_no),
    FOREIGN KEY (event_id, pool_no) REFERENCES pools (event_id, pool_no),
    CONSTRAINT pool_shards_never_negative CHECK (available >= 0 AND held >= 0 AND sold >= 0),
    CONSTRAINT pool_shards_add_up CHECK (available + held + sold = capacity)
) WITH (fillfactor = 50);
