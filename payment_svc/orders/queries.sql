-- name: order_insert^
-- Makes an order, leased to its maker. A second live order of its hold breaks orders_one_live_per_hold.
INSERT INTO orders (event_id, order_id, hold_id, account_id, state, currency_code, total_minor, event_name, expire_time,
                    lease_owner, lease_until, next_check_time)
VALUES (:event_id, :order_id, :hold_id, :account_id, 'AWAITING_PAYMENT', :currency_code, :total_minor, :event_name,
        :expire_time, :lease_owner, clock_timestamp() + make_interval(secs => :lease_seconds),
        clock_timestamp() + make_interval(secs => :lease_seconds))
RETURNING event_id, order_id, hold_id, account_id, state, currency_code, total_minor, captured_minor, refunded_minor,
          event_name, expire_time, hold_ended, ending_reason, end_reason, intent_id, client_secret, last_decline_code,
          intent_attempt, capture_attempt, void_attempt, version, create_time, capture_time, pay_time, failure_count;

-- name: lines_insert!
-- Writes the lines of an order.
INSERT INTO order_lines (event_id, order_id, line_no, kind, description, seat_id, pool_id, zone_id, quantity,
                         unit_price_minor)
SELECT :event_id, :order_id, l.line_no, l.kind, l.description, l.seat_id, l.pool_id, l.zone_id, l.quantity,
       l.unit_price_minor
FROM unnest(:line_nos::integer[], :kinds::text[], :descriptions::text[], :seat_ids::text[], :pool_ids::text[],
            :zone_ids::text[], :quantities::integer[], :unit_prices_minor::bigint[])
     AS l (line_no, kind, description, seat_id, pool_id, zone_id, quantity, unit_price_minor);

-- name: account_order_insert!
-- Puts an order among its account's.
INSERT INTO account_orders (account_id, create_time, order_id, event_id)
VALUES (:account_id, :create_time, :order_id, :event_id);

-- name: order_read^
-- Returns an order.
SELECT event_id, order_id, hold_id, account_id, state, currency_code, total_minor, captured_minor, refunded_minor,
       event_name, expire_time, hold_ended, ending_reason, end_reason, intent_id, client_secret, last_decline_code,
       intent_attempt, capture_attempt, void_attempt, version, create_time, capture_time, pay_time, failure_count
FROM orders
WHERE event_id = :event_id AND order_id = :order_id;

-- name: order_of_hold^
-- Returns the live order of a hold.
SELECT event_id, order_id, hold_id, account_id, state, currency_code, total_minor, captured_minor, refunded_minor,
       event_name, expire_time, hold_ended, ending_reason, end_reason, intent_id, client_secret, last_decline_code,
       intent_attempt, capture_attempt, void_attempt, version, create_time, capture_time, pay_time, failure_count
FROM orders
WHERE event_id = :event_id AND hold_id = :hold_id AND state NOT IN ('CANCELLED', 'EXPIRED');

-- name: order_of_intent^
-- Returns which order a payment is for.
SELECT event_id, order_id FROM processor_intents WHERE intent_id = :intent_id;

-- name: orders_read_many
-- Returns some orders, in no order.
SELECT event_id, order_id, hold_id, account_id, state, currency_code, total_minor, captured_minor, refunded_minor,
       event_name, expire_time, hold_ended, ending_reason, end_reason, intent_id, client_secret, last_decline_code,
       intent_attempt, capture_attempt, void_attempt, version, create_time, capture_time, pay_time, failure_count
FROM orders
WHERE (event_id, order_id) IN (
    SELECT w.event_id, w.order_id FROM unnest(:event_ids::bigint[], :order_ids::uuid[]) AS w (event_id, order_id));

-- name: lines_read
-- Returns the lines of some orders, in their order.
SELECT order_id, line_no, kind, description, seat_id, pool_id, zone_id, quantity, unit_price_minor, refunded_quantity
FROM order_lines
WHERE (event_id, order_id) IN (
    SELECT w.event_id, w.order_id FROM unnest(:event_ids::bigint[], :order_ids::uuid[]) AS w (event_id, order_id))
ORDER BY order_id, line_no;

-- name: refunds_read
-- Returns the refunds of some orders that came to something, oldest first, each with its tickets.
SELECT r.order_id, r.refund_id, r.state, r.amount_minor, r.create_time,
       ARRAY(SELECT t.ticket_id FROM refund_tickets t
             WHERE t.event_id = r.event_id AND t.refund_id = r.refund_id ORDER BY t.ticket_id) AS ticket_ids
FROM refunds r
WHERE (r.event_id, r.order_id) IN (
    SELECT w.event_id, w.order_id FROM unnest(:event_ids::bigint[], :order_ids::uuid[]) AS w (event_id, order_id))
  AND r.step <> 'REFUSED'
ORDER BY r.create_time, r.refund_id;

-- name: order_claim^
-- Takes the lease of an order; no row while another driver has it.
UPDATE orders
SET lease_owner = :lease_owner, lease_until = clock_timestamp() + make_interval(secs => :lease_seconds)
WHERE event_id = :event_id AND order_id = :order_id AND (lease_until IS NULL OR lease_until < clock_timestamp())
RETURNING event_id, order_id, hold_id, account_id, state, currency_code, total_minor, captured_minor, refunded_minor,
          event_name, expire_time, hold_ended, ending_reason, end_reason, intent_id, client_secret, last_decline_code,
          intent_attempt, capture_attempt, void_attempt, version, create_time, capture_time, pay_time, failure_count;

-- name: order_release!
-- Gives the lease back and says when the reconciler looks at the order next.
UPDATE orders
SET lease_owner = NULL, lease_until = NULL, failure_count = :failure_count,
    next_check_time = clock_timestamp() + make_interval(secs => :check_after_seconds)
WHERE event_id = :event_id AND order_id = :order_id AND lease_owner = :lease_owner;

-- name: order_set_intent^
-- Records the payment that was made for an order, while it still awaits one.
UPDATE orders
SET intent_id = :intent_id, client_secret = :client_secret, version = version + 1, lease_until = clock_timestamp() + make_interval(secs => :lease_seconds)
WHERE event_id = :event_id AND order_id = :order_id AND lease_owner = :lease_owner
  AND state = 'AWAITING_PAYMENT' AND intent_id IS NULL AND ending_reason = ''
RETURNING event_id, order_id, hold_id, account_id, state, currency_code, total_minor, captured_minor, refunded_minor,
          event_name, expire_time, hold_ended, ending_reason, end_reason, intent_id, client_secret, last_decline_code,
          intent_attempt, capture_attempt, void_attempt, version, create_time, capture_time, pay_time, failure_count;

-- name: intent_insert!
-- Records which order a payment is for.
INSERT INTO processor_intents (intent_id, event_id, order_id) VALUES (:intent_id, :event_id, :order_id)
ON CONFLICT (intent_id) DO NOTHING;

-- name: order_raise_attempts^
-- Moves on to the next idempotency key of a step, whose attempt before surely did nothing.
UPDATE orders
SET intent_attempt = intent_attempt + :intent_raise, capture_attempt = capture_attempt + :capture_raise,
    void_attempt = void_attempt + :void_raise, lease_until = clock_timestamp() + make_interval(secs => :lease_seconds)
WHERE event_id = :event_id AND order_id = :order_id AND lease_owner = :lease_owner
RETURNING event_id, order_id, hold_id, account_id, state, currency_code, total_minor, captured_minor, refunded_minor,
          event_name, expire_time, hold_ended, ending_reason, end_reason, intent_id, client_secret, last_decline_code,
          intent_attempt, capture_attempt, void_attempt, version, create_time, capture_time, pay_time, failure_count;

-- name: order_note_decline^
-- Records why the last attempt to pay failed.
UPDATE orders
SET last_decline_code = :last_decline_code, version = version + 1, lease_until = clock_timestamp() + make_interval(secs => :lease_seconds)
WHERE event_id = :event_id AND order_id = :order_id AND lease_owner = :lease_owner AND state = 'AWAITING_PAYMENT'
RETURNING event_id, order_id, hold_id, account_id, state, currency_code, total_minor, captured_minor, refunded_minor,
          event_name, expire_time, hold_ended, ending_reason, end_reason, intent_id, client_secret, last_decline_code,
          intent_attempt, capture_attempt, void_attempt, version, create_time, capture_time, pay_time, failure_count;

-- name: order_decide_end^
-- Records that an order is to end unpaid; the first reason stays.
UPDATE orders
SET ending_reason = CASE WHEN ending_reason = '' THEN :ending_reason ELSE ending_reason END, lease_until = clock_timestamp() + make_interval(secs => :lease_seconds)
WHERE event_id = :event_id AND order_id = :order_id AND lease_owner = :lease_owner AND state IN ('AWAITING_PAYMENT', 'CONFIRMING')
RETURNING event_id, order_id, hold_id, account_id, state, currency_code, total_minor, captured_minor, refunded_minor,
          event_name, expire_time, hold_ended, ending_reason, end_reason, intent_id, client_secret, last_decline_code,
          intent_attempt, capture_attempt, void_attempt, version, create_time, capture_time, pay_time, failure_count;

-- name: order_ask_to_end!
-- Asks the driver to end an order that awaits payment, and wakes the reconciler; the first reason stays.
UPDATE orders
SET ending_reason = :ending_reason, next_check_time = clock_timestamp()
WHERE event_id = :event_id AND order_id = :order_id AND state = 'AWAITING_PAYMENT' AND ending_reason = '';

-- name: order_begin_confirming^
-- AWAITING_PAYMENT → CONFIRMING: the payment is authorised.
UPDATE orders
SET state = 'CONFIRMING', last_decline_code = '', version = version + 1, lease_until = clock_timestamp() + make_interval(secs => :lease_seconds)
WHERE event_id = :event_id AND order_id = :order_id AND lease_owner = :lease_owner AND state = 'AWAITING_PAYMENT' AND ending_reason = ''
RETURNING event_id, order_id, hold_id, account_id, state, currency_code, total_minor, captured_minor, refunded_minor,
          event_name, expire_time, hold_ended, ending_reason, end_reason, intent_id, client_secret, last_decline_code,
          intent_attempt, capture_attempt, void_attempt, version, create_time, capture_time, pay_time, failure_count;

-- name: order_record_capture^
-- Records that the whole sum was captured, once.
UPDATE orders
SET captured_minor = total_minor, capture_time = clock_timestamp(), lease_until = clock_timestamp() + make_interval(secs => :lease_seconds)
WHERE event_id = :event_id AND order_id = :order_id AND lease_owner = :lease_owner AND state IN ('AWAITING_PAYMENT', 'CONFIRMING') AND capture_time IS NULL
RETURNING event_id, order_id, hold_id, account_id, state, currency_code, total_minor, captured_minor, refunded_minor,
          event_name, expire_time, hold_ended, ending_reason, end_reason, intent_id, client_secret, last_decline_code,
          intent_attempt, capture_attempt, void_attempt, version, create_time, capture_time, pay_time, failure_count;

-- name: order_mark_paid^
-- CONFIRMING → PAID: the money is captured and the seats are sold. Gives the lease back: nothing is left to do.
UPDATE orders
SET state = 'PAID', pay_time = clock_timestamp(), version = version + 1, lease_owner = NULL, lease_until = NULL
WHERE event_id = :event_id AND order_id = :order_id AND lease_owner = :lease_owner AND state = 'CONFIRMING' AND ending_reason = '' AND captured_minor = total_minor
RETURNING event_id, order_id, hold_id, account_id, state, currency_code, total_minor, captured_minor, refunded_minor,
          event_name, expire_time, hold_ended, ending_reason, end_reason, intent_id, client_secret, last_decline_code,
          intent_attempt, capture_attempt, void_attempt, version, create_time, capture_time, pay_time, failure_count;

-- name: order_end^
-- AWAITING_PAYMENT or CONFIRMING → CANCELLED or EXPIRED: nothing of it is kept. Gives the lease back.
UPDATE orders
SET state = :state, end_reason = ending_reason, version = version + 1, lease_owner = NULL, lease_until = NULL
WHERE event_id = :event_id AND order_id = :order_id AND lease_owner = :lease_owner
  AND state IN ('AWAITING_PAYMENT', 'CONFIRMING') AND ending_reason <> '' AND captured_minor = refunded_minor
RETURNING event_id, order_id, hold_id, account_id, state, currency_code, total_minor, captured_minor, refunded_minor,
          event_name, expire_time, hold_ended, ending_reason, end_reason, intent_id, client_secret, last_decline_code,
          intent_attempt, capture_attempt, void_attempt, version, create_time, capture_time, pay_time, failure_count;

-- name: orders_due
-- Returns open orders that nobody drives and that it is time to look at, the longest due first. By the statement's time:
-- a clock that moves while it runs cannot bound a look into the index.
SELECT event_id, order_id
FROM orders
WHERE state IN ('AWAITING_PAYMENT', 'CONFIRMING') AND next_check_time <= now()
  AND (lease_until IS NULL OR lease_until < clock_timestamp())
ORDER BY next_check_time
LIMIT :batch_max;

-- name: holds_ended!
-- Notes that holds have ended, for those of their orders that await payment, and wakes the reconciler. Locked in the order
-- of their keys: two consumers may hear of the same holds.
WITH ended AS (
    SELECT o.event_id, o.order_id
    FROM unnest(:event_ids::bigint[], :hold_ids::uuid[]) AS e (event_id, hold_id)
    JOIN orders o ON o.event_id = e.event_id AND o.hold_id = e.hold_id
    WHERE o.state = 'AWAITING_PAYMENT'
    ORDER BY o.event_id, o.order_id
    FOR UPDATE OF o
)
UPDATE orders
SET hold_ended = true, next_check_time = clock_timestamp()
FROM ended
WHERE orders.event_id = ended.event_id AND orders.order_id = ended.order_id AND orders.state = 'AWAITING_PAYMENT';

-- name: hold_released!
-- Asks the driver to end an order whose hold its buyer gave back.
UPDATE orders
SET ending_reason = 'BUYER', next_check_time = clock_timestamp()
WHERE event_id = :event_id AND hold_id = :hold_id AND state = 'AWAITING_PAYMENT' AND ending_reason = '';

-- name: hold_extended!
-- Follows a hold that now ends later.
UPDATE orders
SET expire_time = :expire_time, version = version + 1
WHERE event_id = :event_id AND hold_id = :hold_id AND state = 'AWAITING_PAYMENT' AND expire_time < :expire_time;

-- name: orders_of_account
-- Returns a page of an account's orders, newest first, after a place in the list.
SELECT create_time, order_id, event_id
FROM account_orders
WHERE account_id = :account_id AND (create_time, order_id) < (:before_time, :before_order_id)
ORDER BY create_time DESC, order_id DESC
LIMIT :page_size;

-- name: paying_bound!
-- Ends the paying transaction if it is still open after this time, so that the feed may rely on pay_time.
SELECT set_config('transaction_timeout', :timeout_millis, true);

-- name: orders_paid
-- Returns paid orders in the order of payment, after a place in the feed. The newest seconds are left out: a payment
-- that commits late must not appear before the cursor.
SELECT event_id, order_id, hold_id, account_id, state, currency_code, total_minor, captured_minor, refunded_minor,
       event_name, expire_time, hold_ended, ending_reason, end_reason, intent_id, client_secret, last_decline_code,
       intent_attempt, capture_attempt, void_attempt, version, create_time, capture_time, pay_time, failure_count
FROM orders
WHERE state IN ('PAID', 'PARTIALLY_REFUNDED') AND (pay_time, order_id) > (:after_time, :after_order_id)
  AND pay_time < clock_timestamp() - make_interval(secs => :settle_seconds)
ORDER BY pay_time, order_id
LIMIT :page_size;
