-- Rooms and admissions. Nothing here grows with the number of people who wait.

CREATE TABLE rooms (
    event_id                  bigint PRIMARY KEY,
    organiser_id              uuid NOT NULL,
    state                     text NOT NULL CHECK (state IN (
        'SCHEDULED',  -- → OPEN at open_time
        'OPEN',       -- → PAUSED by the organiser, SOLD_OUT when nothing is left
        'PAUSED',     -- → OPEN by the organiser
        'SOLD_OUT',   -- → OPEN when seats come back
        'CLOSED'      -- the end
    )),
    capacity                  integer NOT NULL CHECK (capacity > 0),
    admissions_per_minute_max integer NOT NULL CHECK (admissions_per_minute_max >= 0),  -- 0: no ceiling
    admission_seconds         integer NOT NULL CHECK (admission_seconds > 0),
    open_time                 timestamptz NOT NULL,
    opened_time               timestamptz,             -- null until the line opened and the seed is public
    seed                      bytea NOT NULL,
    commitment                text NOT NULL,
    draw_lease_until          timestamptz NOT NULL DEFAULT '-infinity',  -- draw tickets may be signed until then
    serving_rank              double precision NOT NULL DEFAULT 0,
    serving_sequence          bigint NOT NULL DEFAULT 0,
    next_sequence             bigint NOT NULL DEFAULT 1,
    draw_count                bigint NOT NULL DEFAULT 0,
    create_time               timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX rooms_live ON rooms (event_id) WHERE state <> 'CLOSED';

-- One row for each time somebody was let in.
CREATE TABLE admissions (
    event_id     bigint NOT NULL,
    admission_id uuid NOT NULL,
    account_id   uuid NOT NULL,
    state        text NOT NULL CHECK (state IN (
        'USABLE',   -- its token opens holds → CLOSING when its owner left or paid, CLOSED after its end
        'CLOSING',  -- inventory has not acknowledged yet that it takes no more of it: the slot is still taken
        'CLOSED'    -- the slot is free
    )),
    expire_time  timestamptz NOT NULL,
    create_time  timestamptz NOT NULL DEFAULT clock_timestamp(),
    end_time     timestamptz,                          -- when its owner's use of it ended; places joined before are used up
    PRIMARY KEY (event_id, admission_id)
);
-- The one claim of an account that counts.
CREATE UNIQUE INDEX admissions_one_live ON admissions (event_id, account_id) WHERE state <> 'CLOSED';
CREATE INDEX admissions_of_account ON admissions (event_id, account_id, create_time);
CREATE INDEX admissions_recent ON admissions (event_id, create_time);
CREATE INDEX admissions_closing ON admissions (event_id, admission_id) WHERE state = 'CLOSING';
