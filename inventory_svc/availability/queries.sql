-- name: claim_lease^
-- Makes this process the one that numbers an event's versions, where nobody else is; no row where somebody is. The row
-- stays locked until the transaction ends. The states of a version that is known already are not sent again. A replica
-- that has everything up to proven_time will do when that is no earlier than what is shown: nobody sees a seat go back.
INSERT INTO availability (event_id, version, states, pool_nos, pool_counts, read_time, lease_until, publisher)
VALUES (:event_id, 0, '', '{}', '{}', '-infinity', clock_timestamp() + make_interval(secs => :lease_seconds),
        :publisher)
ON CONFLICT (event_id) DO UPDATE
    SET lease_until = excluded.lease_until, publisher = excluded.publisher
    WHERE availability.publisher = excluded.publisher OR availability.lease_until < clock_timestamp()
RETURNING version, CASE WHEN version <> :known_version THEN states END AS states, pool_nos, pool_counts,
    coalesce(read_time <= :proven_time::timestamptz, false) AS will_replica_do;

-- name: read_published^
-- Returns what the process with the lease published last. The states of a version that is known already are not sent
-- again.
SELECT version, CASE WHEN version <> :known_version THEN states END AS states, pool_nos, pool_counts
FROM availability
WHERE event_id = :event_id;

-- name: publish!
-- Writes a new version, of the seats as of a time; null is now.
UPDATE availability
SET version = :version, states = :states, pool_nos = :pool_nos, pool_counts = :pool_counts,
    read_time = coalesce(:read_time::timestamptz, clock_timestamp())
WHERE event_id = :event_id;

-- name: confirm_published!
-- Notes that nothing changed since the last version, as of a time; null is now.
UPDATE availability SET read_time = coalesce(:read_time::timestamptz, clock_timestamp()) WHERE event_id = :event_id;

-- name: read_marks$
-- Returns every seat's shown state as a digit, in the map's order: a held seat whose time is over is available, or
-- blocked where it is an allotment's.
SELECT string_agg(CASE WHEN state = 0 THEN '0'
                       WHEN state = 1 AND held_until <= clock_timestamp()
                           THEN CASE WHEN allotment_no IS NULL THEN '0' ELSE '3' END
                       WHEN state IN (1, 2) THEN '1'
                       WHEN state = 3 THEN '2'
                       ELSE '3' END, '' ORDER BY seat_no)
FROM seats
WHERE event_id = :event_id;

-- name: read_some_marks
-- Returns the shown state of some seats, by the rule of read_marks.
SELECT seat_no,
       CASE WHEN state = 0 THEN 0
            WHEN state = 1 AND held_until <= clock_timestamp() THEN CASE WHEN allotment_no IS NULL THEN 0 ELSE 3 END
            WHEN state IN (1, 2) THEN 1
            WHEN state = 3 THEN 2
            ELSE 3 END AS mark
FROM seats
WHERE event_id = :event_id AND seat_no = ANY (:seat_nos::integer[]);

-- name: read_pool_counts
-- Returns the public's free places of every pool, those of holds whose time is over among them.
SELECT s.pool_no, sum(s.available) + coalesce((
           SELECT sum(p.claimed) FROM hold_places p
           WHERE p.event_id = s.event_id AND p.pool_no = s.pool_no AND p.held_until <= clock_timestamp()
             AND NOT EXISTS (
                 SELECT FROM pool_shards a
                 WHERE a.event_id = p.event_id AND a.pool_no = p.pool_no AND a.shard_no = p.shard_no
                   AND a.allotment_no IS NOT NULL)
       ), 0) AS available
FROM pool_shards s
WHERE s.event_id = :event_id AND s.allotment_no IS NULL
GROUP BY s.event_id, s.pool_no
ORDER BY s.pool_no;

-- name: read_face^
-- Returns who may see an event, and its zones with today's prices.
SELECT e.organiser_id, e.publish_time, e.currency_code,
       (SELECT array_agg(zone_no ORDER BY zone_no) FROM zones z WHERE z.event_id = e.event_id) AS zone_nos,
       (SELECT array_agg(name ORDER BY zone_no) FROM zones z WHERE z.event_id = e.event_id) AS zone_names,
       (SELECT array_agg(price_minor ORDER BY zone_no) FROM zones z WHERE z.event_id = e.event_id) AS prices_minor
FROM events e
WHERE e.event_id = :event_id;

-- name: read_map_body$
-- Returns the map of an event, without prices.
SELECT body FROM seat_maps WHERE event_id = :event_id;
