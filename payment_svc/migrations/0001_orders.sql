-- Orders and their money. event_id leads every primary key and unique constraint of what grows with sales, so that the
-- schema distributes by it; amounts are minor units of the order's one currency.

-- An order sells one hold of one event. Its state and its outbox row commit together.
CREATE TABLE orders (
    event_id         bigint NOT NULL,
    order_id         uuid NOT NULL,
    hold_id          uuid NOT NULL,
    account_id       uuid NOT NULL,
    state            text NOT NULL CHECK (state IN (    -- legal moves: payment_svc/states.py
        'AWAITING_PAYMENT',     -- → CONFIRMING, CANCELLED, EXPIRED
        'CONFIRMING',           -- → PAID, CANCELLED, EXPIRED
        'PAID',                 -- → PARTIALLY_REFUNDED, REFUNDED
        'PARTIALLY_REFUNDED',   -- → PARTIALLY_REFUNDED, REFUNDED
        'REFUNDED', 'CANCELLED', 'EXPIRED')),
    currency_code    text NOT NULL CHECK (currency_code ~ '^[A-Z]{3}$'),
    total_minor      bigint NOT NULL CHECK (total_minor >= 0),
    captured_minor   bigint NOT NULL DEFAULT 0,
    refunded_minor   bigint NOT NULL DEFAULT 0,
    event_name       text NOT NULL,
    expire_time      timestamptz NOT NULL,              -- when its hold ends
    hold_ended       boolean NOT NULL DEFAULT false,    -- inventory said that the hold has ended
    ending_reason    text NOT NULL DEFAULT '',          -- it is to end unpaid, for this reason; the driver sees to it
    end_reason       text NOT NULL DEFAULT '',          -- it has ended unpaid, for this reason
    intent_id        text,                              -- the processor's payment; null until made, and when free
    client_secret    text,
    last_decline_code text NOT NULL DEFAULT '',
    intent_attempt   smallint NOT NULL DEFAULT 1,       -- numbers in idempotency keys: raised only when the
    capture_attempt  smallint NOT NULL DEFAULT 1,       -- attempt before surely did nothing
    void_attempt     smallint NOT NULL DEFAULT 1,
    version          bigint NOT NULL DEFAULT 1,         -- grows with every change that a buyer can see
    create_time      timestamptz NOT NULL DEFAULT clock_timestamp(),
    capture_time     timestamptz,                       -- null until the capture is on record; never for free orders
    pay_time         timestamptz,                       -- null until PAID
    lease_owner      uuid,                              -- the one driver that moves it now
    lease_until      timestamptz,                       -- past it another driver may take over
    next_check_time  timestamptz NOT NULL,              -- when the reconciler looks at it, while it is open
    failure_count    smallint NOT NULL DEFAULT 0,       -- checks in a row that a neighbour's absence cut short
    PRIMARY KEY (event_id, order_id),
    CONSTRAINT orders_captured_whole CHECK (captured_minor IN (0, total_minor)),
    CONSTRAINT orders_refunds_within_capture CHECK (refunded_minor BETWEEN 0 AND captured_minor),
    CONSTRAINT orders_sold_are_captured CHECK (
        state NOT IN ('PAID', 'PARTIALLY_REFUNDED', 'REFUNDED')
        OR (captured_minor = total_minor AND pay_time IS NOT NULL)),
    CONSTRAINT orders_ends_have_reasons CHECK ((state IN ('CANCELLED', 'EXPIRED')) = (end_reason <> ''))
);
-- A hold has one live order: whatever two callers do at once, the second finds the first's.
CREATE UNIQUE INDEX orders_one_live_per_hold ON orders (event_id, hold_id) WHERE state NOT IN ('CANCELLED', 'EXPIRED');
CREATE INDEX orders_due ON orders (next_check_time) WHERE state IN ('AWAITING_PAYMENT', 'CONFIRMING');
CREATE INDEX orders_paid ON orders (pay_time, order_id) WHERE state IN ('PAID', 'PARTIALLY_REFUNDED');

CREATE TABLE order_lines (
    event_id          bigint NOT NULL,
    order_id          uuid NOT NULL,
    line_no           integer NOT NULL CHECK (line_no > 0),
    kind              text NOT NULL CHECK (kind IN ('FACE', 'FEE', 'TAX')),
    description       text NOT NULL,
    seat_id           text NOT NULL DEFAULT '',         -- "s17"; empty for places, fees and taxes
    pool_id           text NOT NULL DEFAULT '',         -- "p1"; empty for seats, fees and taxes
    zone_id           text NOT NULL DEFAULT '',
    quantity          integer NOT NULL CHECK (quantity > 0),
    unit_price_minor  bigint NOT NULL CHECK (unit_price_minor >= 0),
    refunded_quantity integer NOT NULL DEFAULT 0,
    PRIMARY KEY (event_id, order_id, line_no),
    FOREIGN KEY (event_id, order_id) REFERENCES orders (event_id, order_id),
    CONSTRAINT order_lines_refunds_within CHECK (refunded_quantity BETWEEN 0 AND quantity)
);

-- "My orders", keyed by who asks.
CREATE TABLE account_orders (
    account_id  uuid NOT NULL,
    create_time timestamptz NOT NULL,
    order_id    uuid NOT NULL,
    event_id    bigint NOT NULL,
    PRIMARY KEY (account_id, create_time, order_id)
);

-- Which order each of the processor's payments is for.
CREATE TABLE processor_intents (
    intent_id text PRIMARY KEY,
    event_id  bigint NOT NULL,
    order_id  uuid NOT NULL
);
