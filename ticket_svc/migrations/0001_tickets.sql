-- Tickets, what gates did with them, offers to pass them on, and the mails about them.
--
-- event_id leads every key of what grows with events, so that all of an event lives together and the schema distributes
-- by it. What belongs to people (account_tickets) is a projection keyed by account.

-- A copy of what the catalogue says of events that have tickets, so that a ticket can be shown while the catalogue is
-- away. Refreshed by EventChanged and whenever tickets are issued; a lower version never replaces a higher one.
CREATE TABLE events (
    event_id     bigint PRIMARY KEY,
    organiser_id uuid NOT NULL,
    venue_id     text NOT NULL,                 -- as on the wire, "ven_…"
    name         text NOT NULL,
    venue_name   text NOT NULL,
    city         text NOT NULL,
    time_zone    text NOT NULL,                 -- IANA name
    start_time   timestamptz NOT NULL,
    end_time     timestamptz NOT NULL,
    is_cancelled boolean NOT NULL DEFAULT false,
    version      bigint NOT NULL
);

-- One row for each paid order that tickets were issued for. Its key makes issuing happen once.
CREATE TABLE ticket_orders (
    event_id    bigint NOT NULL,
    order_id    uuid NOT NULL,
    account_id  uuid,                           -- who paid; null when CLOSED before it was known
    state       text NOT NULL CHECK (state IN (
        'ISSUED',                               -- its tickets exist
        'CLOSED'                                -- taken back whole before its tickets existed; none will
    )),
    issue_time  timestamptz NOT NULL,
    PRIMARY KEY (event_id, order_id),
    CONSTRAINT ticket_orders_have_a_buyer CHECK (state = 'CLOSED' OR account_id IS NOT NULL)
);

CREATE TABLE tickets (
    event_id          bigint NOT NULL,
    ticket_id         uuid NOT NULL,            -- its first half is event_id
    order_id          uuid NOT NULL,
    line_no           integer NOT NULL,         -- the order's line, from 1
    unit_no           integer NOT NULL,         -- which of the line's quantity, from 1
    account_id        uuid NOT NULL,            -- who holds it, or held it last
    seat_no           integer,                  -- "s0" on the wire; null for a place in a pool
    pool_no           integer,                  -- "p1" on the wire; null for a seat
    zone_no           integer,                  -- "z1" on the wire
    seat_label        text NOT NULL,            -- the place in words
    state             text NOT NULL CHECK (state IN (
        'ACTIVE',                               -- → USED (scan), TRANSFERRING (offer), REFUNDING (claim)
        'USED',                                 -- let in; → REFUNDING only when the event is cancelled
        'TRANSFERRING',                         -- offered; → ACTIVE (taken back), TRANSFERRED, REFUNDING (cancelled event)
        'TRANSFERRED',                          -- another ticket took its place, for good
        'REFUNDING',                            -- claimed for a refund; → REVOKED
        'REVOKED'                               -- stopped for good
    )),
    code              text NOT NULL,            -- the signed JWT in the QR code
    code_expire_time  timestamptz NOT NULL,     -- its exp
    issue_time        timestamptz NOT NULL,     -- its nbf, whole seconds
    former_ticket_id  uuid,                     -- the ticket whose place it took by a transfer; null when issued
    transfer_id       uuid,                     -- the pending offer, while TRANSFERRING
    claim_id          text,                     -- the refund that claimed it, "rfd_…"; null before
    stop_version      bigint,                   -- the gate list that it entered; null while no gate must refuse it
    stop_time         timestamptz,              -- when it entered it
    first_gate_id     text,                     -- where it was let in first, by corrected time; null before
    first_scan_id     text,
    first_scan_time   timestamptz,
    version           bigint NOT NULL DEFAULT 1,  -- grows with every change
    PRIMARY KEY (event_id, ticket_id),
    CONSTRAINT tickets_seat_or_pool CHECK ((seat_no IS NULL) <> (pool_no IS NULL)),
    CONSTRAINT tickets_offer CHECK ((state = 'TRANSFERRING') = (transfer_id IS NOT NULL)),
    CONSTRAINT tickets_claim CHECK ((state IN ('REFUNDING', 'REVOKED')) <= (claim_id IS NOT NULL)),
    CONSTRAINT tickets_stopped CHECK ((state IN ('ACTIVE', 'USED')) = (stop_version IS NULL)),
    CONSTRAINT tickets_used CHECK (state <> 'USED' OR first_scan_time IS NOT NULL)
) PARTITION BY HASH (event_id);

CREATE TABLE tickets_0 PARTITION OF tickets FOR VALUES WITH (MODULUS 8, REMAINDER 0);
CREATE TABLE tickets_1 PARTITION OF tickets FOR VALUES WITH (MODULUS 8, REMAINDER 1);
CREATE TABLE tickets_2 PARTITION OF tickets FOR VALUES WITH (MODULUS 8, REMAINDER 2);
CREATE TABLE tickets_3 PARTITION OF tickets FOR VALUES WITH (MODULUS 8, REMAINDER 3);
CREATE TABLE tickets_4 PARTITION OF tickets FOR VALUES WITH (MODULUS 8, REMAINDER 4);
CREATE TABLE tickets_5 PARTITION OF tickets FOR VALUES WITH (MODULUS 8, REMAINDER 5);
CREATE TABLE tickets_6 PARTITION OF tickets FOR VALUES WITH (MODULUS 8, REMAINDER 6);
CREATE TABLE tickets_7 PARTITION OF tickets FOR VALUES WITH (MODULUS 8, REMAINDER 7);

-- A place has one living ticket, whatever the code above does.
CREATE UNIQUE INDEX tickets_one_alive_per_seat ON tickets (event_id, seat_no)
    WHERE state IN ('ACTIVE', 'USED', 'TRANSFERRING', 'REFUNDING');
-- A paid unit is issued once; a ticket is passed on once.
CREATE UNIQUE INDEX tickets_issued_once ON tickets (event_id, order_id, line_no, unit_no)
    WHERE former_ticket_id IS NULL;
CREATE UNIQUE INDEX tickets_passed_on_once ON tickets (event_id, former_ticket_id);
CREATE UNIQUE INDEX tickets_one_alive_per_unit ON tickets (event_id, order_id, line_no, unit_no)
    WHERE state IN ('ACTIVE', 'USED', 'TRANSFERRING', 'REFUNDING');
-- What a gate's bundle lists.
CREATE INDEX tickets_stopped ON tickets (event_id, stop_version) WHERE stop_version IS NOT NULL;

-- Numbers the gate list of an event: grows with every ticket that enters or leaves it.
CREATE TABLE gate_lists (
    event_id bigint PRIMARY KEY,
    version  bigint NOT NULL
);

-- "My tickets": what an account holds. A projection, written in the transaction that changes the holder.
CREATE TABLE account_tickets (
    account_id uuid NOT NULL,
    ticket_id  uuid NOT NULL,
    event_id   bigint NOT NULL,
    start_time timestamptz NOT NULL,            -- the event's, to sort by
    PRIMARY KEY (account_id, ticket_id)
);
CREATE INDEX account_tickets_by_start ON account_tickets (account_id, start_time, ticket_id);
CREATE INDEX account_tickets_by_event ON account_tickets (event_id);

-- What gates did. Never changed: which admit was the first follows from the order (corrected_time, gate_id, scan_id),
-- so that the answer is the same whatever was uploaded first.
CREATE TABLE scans (
    event_id        bigint NOT NULL,
    scan_id         text NOT NULL,              -- the device's own
    gate_id         text NOT NULL,              -- a free label
    ticket_id       uuid,                       -- null when the code was not of this event
    account_id      uuid NOT NULL,              -- who was signed in at the gate
    scan_time       timestamptz,                -- by the device's clock; null when it did not say
    corrected_time  timestamptz NOT NULL,       -- scan_time, but never later than received_time
    received_time   timestamptz NOT NULL,
    offline_verdict text CHECK (offline_verdict IN ('ADMIT', 'DENY')),  -- null when we were asked
    bundle_version  bigint NOT NULL,            -- the gate list that an offline verdict was made with
    verdict         text NOT NULL CHECK (verdict IN ('ADMIT', 'DENY')),
    reason          text NOT NULL,              -- empty for a plain admit
    first_gate_id   text,                       -- what the reply said of the first admit
    first_scan_time timestamptz,
    PRIMARY KEY (event_id, scan_id)
) PARTITION BY HASH (event_id);

CREATE TABLE scans_0 PARTITION OF scans FOR VALUES WITH (MODULUS 8, REMAINDER 0);
CREATE TABLE scans_1 PARTITION OF scans FOR VALUES WITH (MODULUS 8, REMAINDER 1);
CREATE TABLE scans_2 PARTITION OF scans FOR VALUES WITH (MODULUS 8, REMAINDER 2);
CREATE TABLE scans_3 PARTITION OF scans FOR VALUES WITH (MODULUS 8, REMAINDER 3);
CREATE TABLE scans_4 PARTITION OF scans FOR VALUES WITH (MODULUS 8, REMAINDER 4);
CREATE TABLE scans_5 PARTITION OF scans FOR VALUES WITH (MODULUS 8, REMAINDER 5);
CREATE TABLE scans_6 PARTITION OF scans FOR VALUES WITH (MODULUS 8, REMAINDER 6);
CREATE TABLE scans_7 PARTITION OF scans FOR VALUES WITH (MODULUS 8, REMAINDER 7);

CREATE INDEX scans_admits ON scans (event_id, ticket_id, corrected_time, gate_id, scan_id) WHERE verdict = 'ADMIT';

-- Every scan with what it is in the end. admitted + stale + conflicts + denials = scans made.
CREATE VIEW labelled_scans AS
SELECT event_id, scan_id, gate_id, ticket_id, corrected_time, verdict, reason,
       CASE
           WHEN verdict = 'DENY' THEN 'DENIED'
           WHEN row_number() OVER in_order > 1 THEN 'CONFLICT'      -- let in again
           WHEN reason IN ('ADMITTED_STALE', 'REFUNDED', 'TRANSFERRED', 'REVOKED')
               THEN 'ADMITTED_STALE'                                -- let in although it was stopped
           ELSE 'ADMITTED'                                          -- the first, by corrected time
       END AS label,
       first_value(gate_id) OVER in_order AS first_gate_id,
       first_value(corrected_time) OVER in_order AS first_scan_time
FROM scans
WINDOW in_order AS (PARTITION BY event_id, ticket_id, verdict ORDER BY corrected_time, gate_id, scan_id);

-- Offers to pass a ticket on.
CREATE TABLE transfers (
    event_id        bigint NOT NULL,
    transfer_id     uuid NOT NULL,              -- its first half is event_id
    ticket_id       uuid NOT NULL,
    from_account_id uuid NOT NULL,
    to_account_id   uuid NOT NULL,
    state           text NOT NULL CHECK (state IN (
        'PENDING',                              -- → ACCEPTED, CANCELLED, EXPIRED
        'ACCEPTED',                             -- new_ticket_id took the ticket's place
        'CANCELLED',                            -- taken back, or the ticket was refunded
        'EXPIRED'                               -- not taken in time
    )),
    new_ticket_id   uuid,
    create_time     timestamptz NOT NULL,
    expire_time     timestamptz NOT NULL,
    PRIMARY KEY (event_id, transfer_id),
    CONSTRAINT transfers_accepted CHECK ((state = 'ACCEPTED') = (new_ticket_id IS NOT NULL))
);
CREATE UNIQUE INDEX transfers_one_pending ON transfers (event_id, ticket_id) WHERE state = 'PENDING';
CREATE INDEX transfers_due ON transfers (expire_time) WHERE state = 'PENDING';

-- Mails to send, each once. No address is kept here: it is asked for when the mail is sent.
CREATE TABLE mails (
    event_id     bigint NOT NULL,
    mail_id      uuid NOT NULL,                 -- also its Message-ID, the same on every attempt
    kind         text NOT NULL CHECK (kind IN (
        'TICKETS', 'REFUND', 'TRANSFER_OFFER', 'TRANSFER_DONE'
    )),
    reference    text NOT NULL,                 -- what it is about: an order, a refund, a transfer
    account_id   uuid NOT NULL,                 -- who gets it
    facts        jsonb NOT NULL DEFAULT '{}',   -- what the text needs and no row tells
    state        text NOT NULL CHECK (state IN (
        'PENDING',                              -- to be sent from due_time on; while it is sent, due_time is its lease
        'SENT',                                 -- the mail server took it
        'DROPPED',                              -- there is nothing to say any more
        'DEAD'                                  -- given up; a person must look at it
    )),
    due_time     timestamptz NOT NULL,
    attempts     integer NOT NULL DEFAULT 0,
    problem      text NOT NULL DEFAULT '',      -- why the last attempt failed
    create_time  timestamptz NOT NULL,
    end_time     timestamptz,                   -- when it left PENDING
    PRIMARY KEY (event_id, mail_id),
    CONSTRAINT mails_once UNIQUE (event_id, kind, reference, account_id)
);
CREATE INDEX mails_due ON mails (due_time) WHERE state = 'PENDING';

-- How far the feed of paid orders was read.
CREATE TABLE feed_marks (
    feed        text PRIMARY KEY,
    cursor      text NOT NULL,                  -- payment's own, where the next page begins
    swept_until timestamptz NOT NULL            -- every order paid before was seen, late commits too
);
