-- name: documents_put
-- Indexes events; an older version never replaces a newer one. Returns the ids that changed.
INSERT INTO documents (event_id, version, is_published, name, artist_name, venue_name, city, country_code, latitude,
                       longitude, time_zone, category, start_time, sale_open_time, requires_admission, currency_code,
                       price_min_minor, title_plain, words_plain, city_plain)
SELECT n.event_id, n.version, n.is_published, n.name, n.artist_name, n.venue_name, n.city, n.country_code, n.latitude,
       n.longitude, n.time_zone, n.category, n.start_time, n.sale_open_time, n.requires_admission, n.currency_code,
       n.price_min_minor, n.title_plain, n.words_plain, n.city_plain
FROM unnest($1::bigint[], $2::bigint[], $3::boolean[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
            $9::double precision[], $10::double precision[], $11::text[], $12::text[], $13::timestamptz[],
            $14::timestamptz[], $15::boolean[], $16::text[], $17::bigint[], $18::text[], $19::text[], $20::text[])
     AS n (event_id, version, is_published, name, artist_name, venue_name, city, country_code, latitude, longitude,
           time_zone, category, start_time, sale_open_time, requires_admission, currency_code, price_min_minor,
           title_plain, words_plain, city_plain)
ON CONFLICT (event_id) DO UPDATE SET
    version = excluded.version, is_published = excluded.is_published, name = excluded.name,
    artist_name = excluded.artist_name, venue_name = excluded.venue_name, city = excluded.city,
    country_code = excluded.country_code, latitude = excluded.latitude, longitude = excluded.longitude,
    time_zone = excluded.time_zone, category = excluded.category, start_time = excluded.start_time,
    sale_open_time = excluded.sale_open_time, requires_admission = excluded.requires_admission,
    currency_code = excluded.currency_code, price_min_minor = excluded.price_min_minor,
    title_plain = excluded.title_plain, words_plain = excluded.words_plain, city_plain = excluded.city_plain
    WHERE documents.version < excluded.version
RETURNING event_id;

-- name: terms_put!
-- Adds names to suggest; a known name keeps its event.
INSERT INTO terms (kind, text_plain, text, event_id)
SELECT DISTINCT ON (n.kind, n.text_plain) n.kind, n.text_plain, n.text, n.event_id
FROM unnest(:kinds::text[], :plains::text[], :texts::text[], :event_ids::bigint[]) AS n (kind, text_plain, text, event_id)
WHERE n.text_plain <> ''
ON CONFLICT (kind, text_plain) DO UPDATE SET event_id = excluded.event_id, text = excluded.text;

-- name: counts_put!
-- Sets what is left of events.
UPDATE documents d
SET available_count = n.available_count, together_max = n.together_max, counted_time = clock_timestamp()
FROM unnest(:event_ids::bigint[], :available_counts::integer[], :together_maxes::integer[])
     AS n (event_id, available_count, together_max)
WHERE d.event_id = n.event_id;

-- name: popularity_put!
-- Sets how many tickets of events were sold.
UPDATE documents d SET popularity = n.sold_count
FROM unnest(:event_ids::bigint[], :sold_counts::bigint[]) AS n (event_id, sold_count)
WHERE d.event_id = n.event_id AND d.popularity <> n.sold_count;

-- name: documents_get
-- Returns published events that have not started, by id.
SELECT event_id, version, is_published, name, artist_name, venue_name, city, country_code, latitude, longitude, time_zone,
       category, start_time, sale_open_time, requires_admission, currency_code, price_min_minor, available_count,
       0::double precision AS distance_km, 0::double precision AS sort_key
FROM documents
WHERE event_id = ANY (:event_ids::bigint[]) AND is_published AND start_time > :asked_now::timestamptz;

-- name: page
-- Returns a page of what matches, in the order asked, after the last of the page before. $1 to $13 are the conditions
-- of matching(); $14 the whole query, plain; $15 the order; $16, $17 the last key and id; $18 how many.
WITH found AS (
    SELECT event_id, version, is_published, name, artist_name, venue_name, city, country_code, latitude, longitude,
           time_zone, category, start_time, sale_open_time, requires_admission, currency_code, price_min_minor,
           available_count,
           CASE WHEN $4::double precision IS NULL THEN 0 ELSE
               earth_distance(ll_to_earth(latitude, longitude), ll_to_earth($4, $5)) / 1000 END AS distance_km,
           CASE $15::text
               WHEN 'relevance' THEN -round((word_similarity($14::text, title_plain)
                   + 0.5 * word_similarity($14, words_plain) + 0.2 * similarity($14, title_plain))::numeric, 4)
               WHEN 'distance' THEN round((earth_distance(ll_to_earth(latitude, longitude),
                   ll_to_earth(coalesce($4, 0), coalesce($5, 0))))::numeric, 3)
               WHEN 'price' THEN price_min_minor::numeric
               WHEN 'popularity' THEN -popularity::numeric
               ELSE extract(epoch FROM start_time)
           END::double precision AS sort_key
    FROM matching($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, '')
)
SELECT event_id, version, is_published, name, artist_name, venue_name, city, country_code, latitude, longitude, time_zone,
       category, start_time, sale_open_time, requires_admission, currency_code, price_min_minor, available_count,
       distance_km, sort_key
FROM found
WHERE $16::double precision IS NULL OR (sort_key, event_id) > ($16, $17::bigint)
ORDER BY sort_key, event_id
LIMIT $18;

-- name: total
-- Counts what matches, up to a bound. $1 to $13 are the conditions of matching(); $14 the bound.
SELECT count(*) FROM (
    SELECT FROM matching($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, '') LIMIT $14
) AS bounded;

-- name: facet_category
-- Counts categories under all other conditions. $14 is how many at the most.
SELECT category AS value, count(*) AS count
FROM matching($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'category')
WHERE category <> ''
GROUP BY category ORDER BY count(*) DESC, category LIMIT $14;

-- name: facet_city
-- Counts cities under all other conditions. $14 is how many at the most.
SELECT city AS value, count(*) AS count
FROM matching($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'city')
GROUP BY city ORDER BY count(*) DESC, city LIMIT $14;

-- name: facet_price
-- Counts price ranges under all other conditions, by the lowest price. $14 are the lower ends of the ranges.
SELECT ($14::bigint[])[place] AS value, count(*) AS count
FROM (
    SELECT width_bucket(price_min_minor, $14::bigint[]) AS place
    FROM matching($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'price')
) AS ranged
GROUP BY place ORDER BY place;

-- name: suggest
-- Returns names that begin like a text, have a word that does, or are nearly like it. $1 the text, $2 how many, $3 now.
SELECT t.kind, t.text, t.event_id
FROM terms t JOIN documents d ON d.event_id = t.event_id
WHERE (t.text_plain LIKE '%' || $1::text || '%' OR $1 <% t.text_plain) AND d.is_published AND d.start_time > $3::timestamptz
ORDER BY (t.text_plain LIKE $1 || '%') DESC, (t.text_plain LIKE '% ' || $1 || '%') DESC,
         word_similarity($1, t.text_plain) DESC, length(t.text_plain), t.text_plain, t.kind
LIMIT $2;

-- name: dirty_add!
-- Says that the counts of events changed.
INSERT INTO dirty (event_id) SELECT unnest(:event_ids::bigint[]) ON CONFLICT DO NOTHING;

-- name: dirty_take
-- Takes events whose counts are to be asked for.
DELETE FROM dirty WHERE event_id IN (
    SELECT event_id FROM dirty ORDER BY dirty_time LIMIT :batch_max FOR UPDATE SKIP LOCKED
) RETURNING event_id;

-- name: stale_take
-- Returns the upcoming events whose counts are oldest.
SELECT event_id FROM documents
WHERE is_published AND start_time > clock_timestamp()
  AND counted_time < clock_timestamp() - make_interval(secs => :age_seconds)
ORDER BY counted_time
LIMIT :batch_max;

-- name: sale_add!
-- Adds sold tickets to their minute.
INSERT INTO sales (event_id, minute, sold_count)
VALUES (:event_id, date_trunc('minute', :sold_time::timestamptz), :sold_count)
ON CONFLICT (event_id, minute) DO UPDATE SET sold_count = sales.sold_count + excluded.sold_count;

-- name: popularity_add!
-- Adds sold tickets to an event's popularity.
UPDATE documents SET popularity = popularity + :sold_count WHERE event_id = :event_id;

-- name: popularity_of
-- Returns the popularity of events, to tell another index.
SELECT event_id, popularity FROM documents WHERE event_id = ANY (:event_ids::bigint[]);

-- name: sales_prune!
-- Forgets sales older than a day.
DELETE FROM sales WHERE minute < clock_timestamp() - interval '1 day';

-- name: trending_clear!
-- Empties the trend, in the transaction that computes it anew.
DELETE FROM trending;

-- name: trending_compute!
-- Computes the trend: most sold in the window first; where little was sold, the most popular and soonest follow.
INSERT INTO trending (place, event_id, sold_count)
SELECT row_number() OVER (ORDER BY sold_count DESC, popularity DESC, start_time, event_id), event_id, sold_count
FROM (
    SELECT d.event_id, d.popularity, d.start_time, coalesce(sum(s.sold_count), 0)::integer AS sold_count
    FROM documents d
    LEFT JOIN sales s ON s.event_id = d.event_id
        AND s.minute >= clock_timestamp() - make_interval(secs => :window_seconds)
    WHERE d.is_published AND d.start_time > clock_timestamp() AND d.available_count > 0
    GROUP BY d.event_id
    ORDER BY sold_count DESC, d.popularity DESC, d.start_time, d.event_id
    LIMIT :places_max
) AS ranked;

-- name: trending_read
-- Returns the trend.
SELECT event_id, sold_count FROM trending ORDER BY place LIMIT :places_max;
