-- Refunds, cancelled events, the ledger and the webhook inbox.

CREATE TABLE refunds (
    event_id        bigint NOT NULL,
    refund_id       uuid NOT NULL,
    order_id        uuid NOT NULL,
    kind            text NOT NULL CHECK (kind IN ('TICKETS', 'EVENT_CANCELLED', 'UNSOLD')),
    step            text NOT NULL CHECK (step IN (     -- what comes next: payment_svc/states.py
        'CLAIM', 'REVOKE', 'PAY', 'RETURN', 'DONE', 'REFUSED', 'FAILED')),
    state           text NOT NULL CHECK (state IN ('PENDING', 'SUCCEEDED', 'FAILED')),
    account_id      uuid,                              -- who asked; null when the event was cancelled
    asked_ticket_ids uuid[] NOT NULL DEFAULT '{}',     -- empty: all that can be refunded
    amount_minor    bigint NOT NULL DEFAULT 0 CHECK (amount_minor >= 0),
    payout_id       text,                              -- the processor's refund; null until made
    attempt         smallint NOT NULL DEFAULT 1,       -- the number in the idempotency key
    attempt_time    timestamptz,                       -- when the attempt began; from then on it may have happened
    problem         text NOT NULL DEFAULT '',          -- why it failed, for the person who looks at it
    create_time     timestamptz NOT NULL DEFAULT clock_timestamp(),
    next_check_time timestamptz NOT NULL DEFAULT clock_timestamp(),
    failure_count   smallint NOT NULL DEFAULT 0,
    PRIMARY KEY (event_id, refund_id),
    FOREIGN KEY (event_id, order_id) REFERENCES orders (event_id, order_id)
);
CREATE INDEX refunds_of_order ON refunds (event_id, order_id);
CREATE INDEX refunds_due ON refunds (next_check_time)
    WHERE step IN ('CLAIM', 'REVOKE', 'PAY', 'RETURN') OR (step = 'DONE' AND state = 'PENDING');

-- The tickets of a refund, known from its claim on.
CREATE TABLE refund_tickets (
    event_id  bigint NOT NULL,
    refund_id uuid NOT NULL,
    ticket_id uuid NOT NULL,
    line_no   integer NOT NULL,
    seat_id   text NOT NULL DEFAULT '',
    pool_id   text NOT NULL DEFAULT '',
    PRIMARY KEY (event_id, refund_id, ticket_id),
    FOREIGN KEY (event_id, refund_id) REFERENCES refunds (event_id, refund_id)
);

-- Which of our refunds each of the processor's is.
CREATE TABLE processor_payouts (
    payout_id text PRIMARY KEY,
    event_id  bigint NOT NULL,
    refund_id uuid NOT NULL
);

-- Events whose orders are being refunded. RUNNING → DONE when no order of the event is open.
CREATE TABLE event_cancellations (
    event_id        bigint PRIMARY KEY,
    state           text NOT NULL DEFAULT 'RUNNING' CHECK (state IN ('RUNNING', 'DONE')),
    create_time     timestamptz NOT NULL DEFAULT clock_timestamp(),
    done_time       timestamptz
);
CREATE INDEX event_cancellations_running ON event_cancellations (create_time) WHERE state = 'RUNNING';

-- The chart of accounts. Money that comes to us is positive where it lies and negative where it came from.
CREATE TABLE ledger_accounts (
    account     text PRIMARY KEY,
    description text NOT NULL
);
INSERT INTO ledger_accounts (account, description) VALUES
    ('processor', 'what the payment processor holds for us'),
    ('face', 'what tickets were sold for'),
    ('fee', 'fees of sold orders'),
    ('tax', 'taxes of sold orders'),
    ('refund', 'what was given back'),
    ('dispute', 'what card holders took back through their banks');

-- One movement of money; its reference makes it happen once.
CREATE TABLE ledger_transfers (
    event_id     bigint NOT NULL,
    transfer_id  uuid NOT NULL,
    order_id     uuid NOT NULL,
    kind         text NOT NULL CHECK (kind IN (
        'CAPTURE',              -- reference: the processor's payment
        'REFUND',               -- reference: our refund
        'REFUND_FAILED',        -- reference: our refund; the money came back to us
        'DISPUTE',              -- reference: the processor's dispute
        'DISPUTE_WON')),        -- reference: the processor's dispute; the money came back to us
    reference    text NOT NULL,
    occurred_time timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (event_id, transfer_id),
    CONSTRAINT ledger_transfers_once UNIQUE (event_id, kind, reference)
);
CREATE INDEX ledger_transfers_of_order ON ledger_transfers (event_id, order_id);

CREATE TABLE ledger_entries (
    event_id      bigint NOT NULL,
    transfer_id   uuid NOT NULL,
    account       text NOT NULL REFERENCES ledger_accounts (account),
    amount_minor  bigint NOT NULL CHECK (amount_minor <> 0),
    currency_code text NOT NULL CHECK (currency_code ~ '^[A-Z]{3}$'),
    PRIMARY KEY (event_id, transfer_id, account),
    FOREIGN KEY (event_id, transfer_id) REFERENCES ledger_transfers (event_id, transfer_id)
);

-- At every commit the entries of a transfer sum to zero in each currency, whatever wrote them.
CREATE FUNCTION ledger_transfer_balances() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    touched ledger_entries%ROWTYPE;
BEGIN
    IF TG_OP = 'DELETE' THEN touched := OLD; ELSE touched := NEW; END IF;
    IF EXISTS (
        SELECT 1 FROM ledger_entries
        WHERE event_id = touched.event_id AND transfer_id = touched.transfer_id
        GROUP BY currency_code HAVING sum(amount_minor) <> 0
    ) THEN
        RAISE EXCEPTION 'ledger transfer % does not sum to zero', touched.transfer_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_transfer_balances';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER ledger_transfer_balances
    AFTER INSERT OR UPDATE OR DELETE ON ledger_entries
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION ledger_transfer_balances();

-- What the processor told us: verified, stored once, answered, processed later.
CREATE TABLE webhook_inbox (
    notice_id         text PRIMARY KEY,
    type              text NOT NULL,
    intent_id         text NOT NULL DEFAULT '',
    payout_id         text NOT NULL DEFAULT '',
    body              bytea NOT NULL,
    receive_time      timestamptz NOT NULL DEFAULT clock_timestamp(),
    process_time      timestamptz,                     -- null until its effect is done
    attempt_count     integer NOT NULL DEFAULT 0,
    next_attempt_time timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX webhook_inbox_waiting ON webhook_inbox (next_attempt_time) WHERE process_time IS NULL;
CREATE INDEX webhook_inbox_processed ON webhook_inbox (process_time) WHERE process_time IS NOT NULL;

-- How far the search for payments that we do not know has come.
CREATE TABLE sweeps (
    name            text PRIMARY KEY,
    span_start      timestamptz NOT NULL,              -- everything made before it was looked at
    span_end        timestamptz,                       -- null while no span is under way
    after_intent_id text NOT NULL DEFAULT ''           -- where the next page of the span begins
);
