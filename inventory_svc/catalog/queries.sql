-- name: venue_add!
-- Writes a new venue.
INSERT INTO venues (venue_id, organiser_id, name, city, country_code, latitude, longitude, time_zone,
                    create_time, update_time)
VALUES (:venue_id, :organiser_id, :name, :city, :country_code, :latitude, :longitude, :time_zone,
        :create_time, :update_time);

-- name: venue_lock^
-- Keeps others from changing an organiser's venue until the transaction ends; no row when it is somebody else's.
SELECT venue_id FROM venues
WHERE venue_id = :venue_id AND organiser_id = :organiser_id
FOR NO KEY UPDATE;

-- name: venue_save!
-- Writes what an organiser may change of a venue.
UPDATE venues
SET name = :name, city = :city, country_code = :country_code, latitude = :latitude, longitude = :longitude,
    time_zone = :time_zone, update_time = :update_time
WHERE venue_id = :venue_id AND organiser_id = :organiser_id;

-- name: venue_read^
-- Returns an organiser's venue with its current plan in numbers; no row when it is somebody else's.
SELECT v.venue_id, v.organiser_id, v.name, v.city, v.country_code, v.latitude, v.longitude, v.time_zone, v.plan_id,
       v.create_time, v.update_time, p.seat_count, p.pool_capacity, p.section_count, p.accessible_count, p.zone_names
FROM venues v LEFT JOIN plans p ON p.plan_id = v.plan_id
WHERE v.venue_id = :venue_id AND v.organiser_id = :organiser_id;

-- name: venue_page
-- Returns an organiser's venues older than one of them, newest first.
SELECT v.venue_id, v.organiser_id, v.name, v.city, v.country_code, v.latitude, v.longitude, v.time_zone, v.plan_id,
       v.create_time, v.update_time, p.seat_count, p.pool_capacity, p.section_count, p.accessible_count, p.zone_names
FROM venues v LEFT JOIN plans p ON p.plan_id = v.plan_id
WHERE v.organiser_id = :organiser_id AND v.venue_id < :before_venue_id
ORDER BY v.venue_id DESC
LIMIT :page_size;

-- name: plan_add!
-- Writes a new plan.
INSERT INTO plans (plan_id, venue_id, body, seat_count, pool_capacity, section_count, accessible_count, zone_names,
                   create_time)
VALUES (:plan_id, :venue_id, :body, :seat_count, :pool_capacity, :section_count, :accessible_count, :zone_names,
        :create_time);

-- name: venue_set_plan!
-- Gives a venue another plan; events made before keep their copies.
UPDATE venues SET plan_id = :plan_id, update_time = :update_time
WHERE venue_id = :venue_id AND organiser_id = :organiser_id;

-- name: plan_body$
-- Returns a plan's document.
SELECT body FROM plans WHERE plan_id = :plan_id;

-- name: event_add!
-- Writes a new event.
INSERT INTO events (event_id, organiser_id, venue_id, name, artist_name, venue_name, city, country_code, latitude,
                    longitude, time_zone, category, description, start_time, end_time, sale_open_time, publish_time,
                    state, cancel_reason, requires_admission, currency_code, seats_per_hold, live_holds_per_buyer,
                    tickets_per_buyer, hold_seconds, capacity, version, create_time, update_time)
VALUES (:event_id, :organiser_id, :venue_id, :name, :artist_name, :venue_name, :city, :country_code, :latitude,
        :longitude, :time_zone, :category, :description, :start_time, :end_time, :sale_open_time, :publish_time,
        :state, :cancel_reason, :requires_admission, :currency_code, :seats_per_hold, :live_holds_per_buyer,
        :tickets_per_buyer, :hold_seconds, :capacity, :version, :create_time, :update_time);

-- name: zones_add!
-- Writes the price zones of a new event.
INSERT INTO zones (event_id, zone_no, name, price_minor)
SELECT :event_id, z.zone_no, z.name, z.price_minor
FROM unnest(:zone_nos::integer[], :names::text[], :prices_minor::bigint[]) AS z (zone_no, name, price_minor);

-- name: sections_add!
-- Writes the sections of a new event, numbered in the order given.
INSERT INTO sections (event_id, section_no, name)
SELECT :event_id, s.section_no, s.name
FROM unnest(:names::text[]) WITH ORDINALITY AS s (name, section_no);

-- name: seat_map_add!
-- Writes the map of a new event.
INSERT INTO seat_maps (event_id, body) VALUES (:event_id, :body);

-- name: pools_add!
-- Writes the pools of a new event.
INSERT INTO pools (event_id, pool_no, name, zone_no, capacity)
SELECT :event_id, p.pool_no, p.name, p.zone_no, p.capacity
FROM unnest(:pool_nos::integer[], :names::text[], :zone_nos::integer[], :capacities::integer[])
     AS p (pool_no, name, zone_no, capacity);

-- name: pool_shards_add!
-- Writes the counters of a new event's pools, with every place free.
INSERT INTO pool_shards (event_id, pool_no, shard_no, capacity, available)
SELECT :event_id, s.pool_no, s.shard_no, s.capacity, s.capacity
FROM unnest(:pool_nos::integer[], :shard_nos::integer[], :capacities::integer[]) AS s (pool_no, shard_no, capacity);

-- name: event_lock^
-- Keeps others from changing an event until the transaction ends. Whoever holds or pins its seats locks the row to read
-- it, and so sees either all of a change or nothing of it.
SELECT event_id, organiser_id FROM events WHERE event_id = :event_id FOR NO KEY UPDATE;

-- name: events_read
-- Returns events with their zones.
SELECT e.event_id, e.organiser_id, e.venue_id, e.name, e.artist_name, e.venue_name, e.city, e.country_code,
       e.latitude, e.longitude, e.time_zone, e.category, e.description, e.start_time, e.end_time, e.sale_open_time,
       e.publish_time, e.state, e.cancel_reason, e.requires_admission, e.currency_code, e.seats_per_hold,
       e.live_holds_per_buyer, e.tickets_per_buyer, e.hold_seconds, e.capacity, e.version, e.create_time,
       e.update_time, z.zone_nos, z.zone_names, z.zone_prices_minor
FROM events e
CROSS JOIN LATERAL (
    SELECT array_agg(zone_no ORDER BY zone_no) AS zone_nos,
           array_agg(name ORDER BY zone_no) AS zone_names,
           array_agg(price_minor ORDER BY zone_no) AS zone_prices_minor
    FROM zones
    WHERE zones.event_id = e.event_id
) AS z
WHERE e.event_id = ANY (:event_ids::bigint[]);

-- name: own_event_ids
-- Returns an organiser's events older than one of them, newest first.
SELECT event_id FROM events
WHERE organiser_id = :organiser_id AND event_id < :before_event_id
ORDER BY event_id DESC
LIMIT :page_size;

-- name: catalog_event_ids
-- Returns events that were ever published, from after one of them on, in id order.
SELECT event_id FROM events
WHERE event_id > :after_event_id AND publish_time IS NOT NULL
ORDER BY event_id
LIMIT :page_size;

-- name: event_save!
-- Writes what may change of an event.
UPDATE events
SET name = :name, artist_name = :artist_name, category = :category, description = :description,
    start_time = :start_time, end_time = :end_time, sale_open_time = :sale_open_time, publish_time = :publish_time,
    state = :state, cancel_reason = :cancel_reason, requires_admission = :requires_admission,
    seats_per_hold = :seats_per_hold, live_holds_per_buyer = :live_holds_per_buyer,
    tickets_per_buyer = :tickets_per_buyer, version = :version, update_time = :update_time
WHERE event_id = :event_id;

-- name: zones_reprice!
-- Writes new prices; holds placed before keep those that they were placed with.
UPDATE zones
SET price_minor = z.price_minor
FROM unnest(:zone_nos::integer[], :prices_minor::bigint[]) AS z (zone_no, price_minor)
WHERE zones.event_id = :event_id AND zones.zone_no = z.zone_no AND zones.price_minor <> z.price_minor;
