-- name: room_read^
-- Returns a room with the database's clock.
SELECT event_id, organiser_id, state, capacity, admissions_per_minute_max, admission_seconds, open_time, opened_time,
       seed, commitment, serving_rank, serving_sequence, next_sequence, draw_count, clock_timestamp() AS now
FROM rooms WHERE event_id = :event_id;

-- name: room_lock^
-- Takes a room's lock. What is decided under it is read by room_read afterwards, never by this statement's snapshot.
SELECT event_id FROM rooms WHERE event_id = :event_id FOR UPDATE;

-- name: rooms_live
-- Returns the rooms that the controller steers.
SELECT event_id, organiser_id, state, capacity, admissions_per_minute_max, admission_seconds, open_time, opened_time,
       seed, commitment, serving_rank, serving_sequence, next_sequence, draw_count, clock_timestamp() AS now
FROM rooms WHERE state <> 'CLOSED'
ORDER BY event_id
LIMIT :rooms_max;

-- name: room_insert!
-- Makes a room; an existing one stays as it is.
INSERT INTO rooms (event_id, organiser_id, state, capacity, admissions_per_minute_max, admission_seconds, open_time,
                   seed, commitment)
VALUES (:event_id, :organiser_id, 'SCHEDULED', :capacity, :admissions_per_minute_max, :admission_seconds,
        coalesce(:open_time::timestamptz, clock_timestamp()), :seed, :commitment)
ON CONFLICT (event_id) DO NOTHING;

-- name: room_change!
-- Changes a room's numbers; the opening time only while it has not opened.
UPDATE rooms
SET capacity = :capacity, admissions_per_minute_max = :admissions_per_minute_max, admission_seconds = :admission_seconds,
    open_time = CASE WHEN opened_time IS NULL THEN coalesce(:open_time::timestamptz, open_time) ELSE open_time END
WHERE event_id = :event_id;

-- name: room_open!
-- Opens a scheduled room whose time has come and whose draw tickets have all been signed.
UPDATE rooms
SET state = 'OPEN', opened_time = clock_timestamp()
WHERE event_id = :event_id AND state = 'SCHEDULED' AND opened_time IS NULL
  AND open_time <= clock_timestamp() AND draw_lease_until <= clock_timestamp();

-- name: room_open_now!
-- Brings the opening forward to now, or to the end of the leases under which draw tickets are being signed.
UPDATE rooms SET open_time = greatest(clock_timestamp(), draw_lease_until)
WHERE event_id = :event_id AND opened_time IS NULL AND open_time > clock_timestamp();

-- name: room_state!
-- Moves a room from one of some states to another.
UPDATE rooms SET state = :to_state WHERE event_id = :event_id AND state = ANY (:from_states::text[]);

-- name: draw_lease$
-- Allows a process to sign draw tickets for so many seconds, never past the opening; null when the draw is over.
UPDATE rooms
SET draw_lease_until = greatest(draw_lease_until,
        least(clock_timestamp() + make_interval(secs => :lease_seconds), open_time))
WHERE event_id = :event_id AND state = 'SCHEDULED' AND open_time > clock_timestamp()
RETURNING extract(epoch FROM least(clock_timestamp() + make_interval(secs => :lease_seconds), open_time)
                  - clock_timestamp())::double precision;

-- name: sequence_lease$
-- Leases the next numbers in the order of joining; returns the first of them.
UPDATE rooms SET next_sequence = next_sequence + :block_size
WHERE event_id = :event_id AND state <> 'CLOSED' AND opened_time IS NOT NULL
RETURNING next_sequence - :block_size;

-- name: marks_raise!
-- Raises the serving marks; they never go back.
UPDATE rooms
SET serving_rank = greatest(serving_rank, :serving_rank), serving_sequence = greatest(serving_sequence, :serving_sequence)
WHERE event_id = :event_id;

-- name: draw_count_raise!
-- Raises the count of accounts in the draw.
UPDATE rooms SET draw_count = greatest(draw_count, :draw_count)
WHERE event_id = :event_id AND opened_time IS NULL;

-- name: admissions_tidy!
-- Frees the slots of admissions whose tokens no clock takes any more.
UPDATE admissions SET state = 'CLOSED', end_time = coalesce(end_time, expire_time)
WHERE event_id = :event_id AND state <> 'CLOSED'
  AND expire_time + make_interval(secs => :skew_seconds) <= clock_timestamp();

-- name: admissions_active$
-- Counts the taken slots: every admission whose token may still open a hold.
SELECT count(*) FROM admissions
WHERE event_id = :event_id AND state <> 'CLOSED'
  AND expire_time + make_interval(secs => :skew_seconds) > clock_timestamp();

-- name: admissions_claimed^
-- Counts everybody ever let in, and those of the last minute.
SELECT count(*) AS claimed_total,
       count(*) FILTER (WHERE create_time > clock_timestamp() - interval '60 seconds') AS last_minute
FROM admissions WHERE event_id = :event_id;

-- name: admission_live^
-- Returns an account's admission that still holds a slot.
SELECT admission_id, state, expire_time FROM admissions
WHERE event_id = :event_id AND account_id = :account_id AND state <> 'CLOSED';

-- name: admission_last_end$
-- Returns when an account's last admission ended; places joined before it are used up.
SELECT max(end_time) FROM admissions
WHERE event_id = :event_id AND account_id = :account_id AND state = 'CLOSED';

-- name: admission_insert^
-- Lets somebody in.
INSERT INTO admissions (event_id, admission_id, account_id, state, expire_time)
VALUES (:event_id, :admission_id, :account_id, 'USABLE',
        date_trunc('second', clock_timestamp()) + make_interval(secs => :admission_seconds))
RETURNING admission_id, state, expire_time;

-- name: admission_closing^
-- Begins to close an account's admission; the slot stays taken until inventory has acknowledged.
UPDATE admissions SET state = 'CLOSING', end_time = coalesce(end_time, clock_timestamp())
WHERE event_id = :event_id AND account_id = :account_id AND state <> 'CLOSED'
RETURNING admission_id, expire_time;

-- name: admission_closed!
-- Frees the slot of an admission that inventory has closed.
UPDATE admissions SET state = 'CLOSED'
WHERE event_id = :event_id AND admission_id = :admission_id AND state = 'CLOSING';

-- name: admissions_closing
-- Returns admissions whose closing inventory has not acknowledged yet.
SELECT event_id, admission_id, expire_time FROM admissions
WHERE state = 'CLOSING'
ORDER BY event_id, admission_id
LIMIT :batch_max;

-- name: controller_lease$
-- Tries to become the one controller, until the session ends.
SELECT pg_try_advisory_lock(:lock_key::bigint);
