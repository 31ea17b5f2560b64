"""From an order to PAID, or to an end with nothing taken."""

import asyncio

from payment_svc.orders.wire import order_for_services
from payment_svc.states import EndReason, OrderState
from tests.integration.payment.conftest import Payment
from tests.integration.payment.neighbours import sign_in
from tests.polling import eventually


async def test_a_confirmed_payment_becomes_a_paid_order_within_a_second(payment: Payment) -> None:
    payment.listen()
    order = await payment.place()
    assert order.state is OrderState.AWAITING_PAYMENT
    assert order.client_secret.startswith(f"{order.intent_id}_secret")
    await payment.stripe.confirm(order)
    paid = await payment.reaches(order, OrderState.PAID, within_seconds=1)
    assert (await payment.stripe.intent(order.intent_id))["amount_received"] == 10_000
    assert payment.inventory.holds[order.hold_id].sold_to == order.order_id
    assert await payment.facts(order) == ["OrderPlaced", "OrderPaid"]
    assert "secret" not in str(order_for_services(await payment.orders.details(paid)))
    await payment.require_books_right(order)


async def test_without_any_webhook_the_reconciler_finishes(payment: Payment) -> None:
    order = await payment.place()
    await payment.stripe.confirm(order)
    assert (await payment.reconcile(order)).state is OrderState.PAID
    await payment.require_books_right(order)


async def test_twenty_calls_at_once_make_one_order_and_one_intent(payment: Payment) -> None:
    """Tried: without the unique index orders_one_live_per_hold there are twenty orders; without the lease in
    order_claim those who wait make payments of their own."""
    order = await payment.place()
    hold_id = payment.inventory.place(payment.catalog.add(), order.account_id)
    orders = await asyncio.gather(
        *[payment.desk.place(hold_id, order.account_id) for _ in range(20)]
    )
    assert len({one.order_id for one in orders}) == 1
    assert {one.intent_id for one in orders} == {orders[0].intent_id}
    assert orders[0].intent_id
    assert len(await payment.stripe.intents_of(orders[0])) == 1


async def test_a_declined_card_is_told_and_another_pays_the_same_intent(payment: Payment) -> None:
    payment.listen()
    order = await payment.place()
    assert (await payment.stripe.confirm(order, "pm_card_visa_chargeDeclined")).status_code == 402

    async def told() -> bool:
        # While the webhook's driver has the order, the reconciler leaves it alone.
        return (await payment.reconcile(order)).last_decline_code == "generic_decline"

    await eventually(told, within_seconds=10, what="the decline on the order")
    assert (await payment.now(order)).state is OrderState.AWAITING_PAYMENT
    await payment.stripe.confirm(order)
    paid = await payment.reaches(order, OrderState.PAID)
    assert (paid.intent_id, paid.last_decline_code) == (order.intent_id, "")


async def test_money_that_comes_late_takes_the_same_seats_again(payment: Payment) -> None:
    order = await payment.place()
    payment.inventory.expire(order.hold_id, seats_gone=False)
    await payment.execute("UPDATE orders SET hold_ended = true")
    await payment.stripe.confirm(order)
    assert (await payment.reconcile(order)).state is OrderState.PAID


async def test_money_that_comes_too_late_is_let_go(payment: Payment) -> None:
    order = await payment.place()
    payment.inventory.expire(order.hold_id, seats_gone=True)
    await payment.stripe.confirm(order)
    ended = await payment.reconcile(order)
    assert (ended.state, ended.end_reason) == (OrderState.EXPIRED, EndReason.SEATS_GONE)
    intent = await payment.stripe.intent(order.intent_id)
    assert (intent["status"], intent["amount_received"]) == ("canceled", 0)
    assert await payment.facts(order) == ["OrderPlaced", "OrderCancelled"]
    await payment.require_books_right(order)


async def test_an_order_ends_with_its_hold_and_its_intent_with_it(payment: Payment) -> None:
    order = await payment.place()
    payment.inventory.expire(order.hold_id, seats_gone=False)
    await payment.execute("UPDATE orders SET hold_ended = true")
    ended = await payment.reconcile(order)
    assert (ended.state, ended.end_reason) == (OrderState.EXPIRED, EndReason.HOLD_EXPIRED)
    assert (await payment.stripe.intent(order.intent_id))["status"] == "canceled"


async def test_an_order_whose_hold_may_have_been_extended_waits_for_word(payment: Payment) -> None:
    order = await payment.place()
    await payment.execute("UPDATE orders SET expire_time = clock_timestamp() - interval '5 s'")
    assert (await payment.reconcile(order)).state is OrderState.AWAITING_PAYMENT
    await payment.execute("UPDATE orders SET expire_time = clock_timestamp() - interval '16 s'")
    assert (await payment.reconcile(order)).state is OrderState.EXPIRED


async def test_a_free_order_is_paid_at_once_without_stripe(payment: Payment) -> None:
    order = await payment.place(price_minor=0)
    assert (order.state, order.intent_id) == (OrderState.PAID, None)
    assert payment.inventory.holds[order.hold_id].sold_to == order.order_id
    assert await payment.fetch("SELECT transfer_id FROM ledger_transfers") == []


async def test_a_method_that_captures_at_once_is_refunded_when_the_seats_are_gone(
    payment: Payment,
) -> None:
    order = await payment.place()
    await payment.stripe.post(
        f"/v1/payment_intents/{order.intent_id}",
        **{"payment_method_options[card][capture_method]": ""},
    )
    payment.inventory.expire(order.hold_id, seats_gone=True)
    await payment.stripe.confirm(order)
    assert (await payment.stripe.intent(order.intent_id))["status"] == "succeeded"
    ended = await payment.reconcile(order)
    assert (ended.state, ended.end_reason) == (OrderState.EXPIRED, EndReason.SEATS_GONE)
    assert [one["amount"] for one in await payment.stripe.refunds_of(order)] == [10_000]
    await payment.require_books_right(order)


async def test_a_payment_of_another_amount_is_refused(payment: Payment) -> None:
    order = await payment.place()
    await payment.stripe.post(f"/v1/payment_intents/{order.intent_id}", amount=100)
    await payment.stripe.confirm(order)
    ended = await payment.reconcile(order)
    assert (ended.state, ended.end_reason) == (OrderState.CANCELLED, EndReason.PAYMENT_FAILED)
    assert (await payment.stripe.intent(order.intent_id))["amount_received"] == 0


async def test_a_cancelled_order_frees_its_seats_and_ends_its_intent(payment: Payment) -> None:
    order = await payment.place()
    sign_in(order.account_id)
    cancelled = await payment.desk.cancel(order.order_id, order.account_id)
    assert (cancelled.state, cancelled.end_reason) == (OrderState.CANCELLED, EndReason.BUYER)
    assert payment.inventory.holds[order.hold_id].hold.state == "RELEASED"
    assert (await payment.stripe.intent(order.intent_id))["status"] == "canceled"
    again = await payment.desk.cancel(order.order_id, order.account_id)
    assert again.version == cancelled.version
