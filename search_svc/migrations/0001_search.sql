-- The index: derived, may be emptied and built anew at any time.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS cube;
CREATE EXTENSION IF NOT EXISTS earthdistance;

CREATE TABLE documents (
    event_id           bigint PRIMARY KEY,
    version            bigint NOT NULL,
    is_published       boolean NOT NULL,
    name               text NOT NULL,
    artist_name        text NOT NULL,
    venue_name         text NOT NULL,
    city               text NOT NULL,
    country_code       text NOT NULL,
    latitude           double precision NOT NULL,
    longitude          double precision NOT NULL,
    time_zone          text NOT NULL,
    category           text NOT NULL,
    start_time         timestamptz NOT NULL,
    sale_open_time     timestamptz,
    requires_admission boolean NOT NULL,
    currency_code      text NOT NULL,
    price_min_minor    bigint NOT NULL,
    available_count    integer NOT NULL DEFAULT 0,
    together_max       integer NOT NULL DEFAULT 0,
    popularity         bigint NOT NULL DEFAULT 0,
    counted_time       timestamptz NOT NULL DEFAULT '-infinity',
    title_plain        text NOT NULL,   -- name and artist, as words.py makes them plain
    words_plain        text NOT NULL,   -- title, venue and city
    city_plain         text NOT NULL
);
CREATE INDEX documents_words ON documents USING gin (words_plain gin_trgm_ops);
CREATE INDEX documents_start ON documents (start_time, event_id) WHERE is_published;
CREATE INDEX documents_city ON documents (city_plain, start_time);
CREATE INDEX documents_place ON documents USING gist (ll_to_earth(latitude, longitude));
CREATE INDEX documents_counted ON documents (counted_time) WHERE is_published;

-- Names to suggest: one row for each name of a kind.
CREATE TABLE terms (
    kind       text NOT NULL CHECK (kind IN ('EVENT', 'ARTIST', 'VENUE', 'CITY')),
    text_plain text NOT NULL,
    text       text NOT NULL,
    event_id   bigint NOT NULL,          -- an event that has it
    PRIMARY KEY (kind, text_plain)
);
CREATE INDEX terms_text ON terms USING gin (text_plain gin_trgm_ops);

-- Events whose counts changed and are to be asked for.
CREATE TABLE dirty (
    event_id    bigint PRIMARY KEY,
    dirty_time  timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Tickets sold by event and minute, for the trend; pruned after a day.
CREATE TABLE sales (
    event_id   bigint NOT NULL,
    minute     timestamptz NOT NULL,
    sold_count integer NOT NULL,
    PRIMARY KEY (event_id, minute)
);
CREATE INDEX sales_minute ON sales (minute);

-- The trend as computed last.
CREATE TABLE trending (
    place      integer PRIMARY KEY,
    event_id   bigint NOT NULL,
    sold_count integer NOT NULL
);

-- The one WHERE of search, so that a page, its total and its facets cannot disagree. `skipped` names the condition that
-- a facet leaves out: its own. Inlined by the planner.
CREATE FUNCTION matching(
    asked_now timestamptz, longest_word text, all_words text[], place_latitude double precision,
    place_longitude double precision, radius_km double precision, start_after timestamptz, start_before timestamptz,
    asked_category text, asked_city text, price_max bigint, only_available boolean, together_min integer, skipped text
) RETURNS SETOF documents LANGUAGE sql STABLE AS $$
    SELECT d.*
    FROM documents d
    WHERE d.is_published AND d.start_time > asked_now
      AND (longest_word = '' OR d.words_plain LIKE '%' || longest_word || '%' OR longest_word <% d.words_plain)
      AND NOT EXISTS (
          SELECT FROM unnest(all_words) AS w (word)
          WHERE NOT (d.words_plain LIKE '%' || w.word || '%' OR w.word <% d.words_plain)
      )
      AND (place_latitude IS NULL OR (
          ll_to_earth(d.latitude, d.longitude) <@ earth_box(ll_to_earth(place_latitude, place_longitude), radius_km * 1000)
          AND earth_distance(ll_to_earth(d.latitude, d.longitude), ll_to_earth(place_latitude, place_longitude))
              <= radius_km * 1000))
      AND (start_after IS NULL OR d.start_time >= start_after)
      AND (start_before IS NULL OR d.start_time < start_before)
      AND (asked_category = '' OR skipped = 'category' OR d.category = asked_category)
      AND (asked_city = '' OR skipped = 'city' OR d.city_plain = asked_city)
      AND (price_max = 0 OR skipped = 'price' OR d.price_min_minor <= price_max)
      AND (NOT only_available OR (d.available_count > 0 AND d.sale_open_time <= asked_now))
      AND d.together_max >= together_min
$$;
