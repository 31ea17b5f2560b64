"""Refunds: what goes back, what is refused, and what becomes of money that does not arrive."""

import asyncio

import pytest

from mesh import ids
from mesh.errors import OnsaleError, Unavailable
from payment_svc.orders.order import Order
from payment_svc.states import OrderState, RefundState, RefundStep
from tests.integration.payment.conftest import Payment
from tests.integration.payment.neighbours import sign_in
from tests.polling import eventually


def tickets_of(payment: Payment, order: Order) -> list[str]:
    kept = payment.tickets.tickets.items()
    return [ids.text("tkt", ticket_id) for ticket_id, one in kept if one.order_id == order.order_id]


async def refused(payment: Payment, order: Order, *tickets: str) -> str:
    with pytest.raises(OnsaleError) as refusal:
        await payment.refund_desk.refund(order, tickets, "")
    return refusal.value.reason


async def test_a_ticket_goes_back_at_its_own_price_and_only_its_seat_returns(
    payment: Payment,
) -> None:
    order = await payment.pay(await payment.place(seats=2, places=3))
    first = tickets_of(payment, order)[0]
    now = await payment.refund_desk.refund(order, [first], "one")
    assert (now.state, now.refunded_minor) == (OrderState.PARTIALLY_REFUNDED, 5_000)
    details = await payment.orders.details(now)
    assert [line.refunded_quantity for line in details.lines] == [1, 0, 0]
    assert [one.state for one in details.refunds] == [RefundState.SUCCEEDED]
    assert list(payment.inventory.holds[order.hold_id].returned.values()) == [["s0"]]
    whole = await payment.refund_desk.refund(now, [], "rest")
    assert (whole.state, whole.refunded_minor) == (OrderState.REFUNDED, 25_000)
    returned = list(payment.inventory.holds[order.hold_id].returned.values())[1]
    assert sorted(returned) == ["p1", "p1", "p1", "s1"]
    await payment.require_books_right(order)


async def test_a_quote_says_what_the_refund_then_gives(payment: Payment) -> None:
    order = await payment.pay(await payment.place(seats=3, price_minor=1234))
    chosen = tickets_of(payment, order)[:2]
    quote = await payment.refund_desk.quote(order, chosen)
    assert (quote.amount.amount_minor, quote.fee.amount_minor) == (2468, 0)
    now = await payment.refund_desk.refund(order, chosen, "quoted")
    assert now.refunded_minor == 2468
    rest = await payment.refund_desk.quote(now, [])
    assert rest.amount.amount_minor == 1234


async def test_what_cannot_go_back_is_refused_with_its_reason(payment: Payment) -> None:
    unpaid = await payment.place()
    assert await refused(payment, unpaid) == "ORDER_NOT_REFUNDABLE"
    order = await payment.pay(await payment.place())
    other = await payment.pay(await payment.place())
    sign_in(order.account_id)
    assert await refused(payment, order, "tkt_nonsense") == "TICKET_NOT_FOUND"
    assert await refused(payment, order, tickets_of(payment, other)[0]) == "TICKET_NOT_FOUND"
    used = tickets_of(payment, order)[0]
    payment.tickets.use(ids.parse("tkt", used))
    assert await refused(payment, order, used) == "TICKET_NOT_ACTIVE"
    assert (await payment.now(order)).refunded_minor == 0
    assert await payment.fetch("SELECT refund_id FROM refunds") == []


async def test_refunds_close_when_the_event_starts(payment: Payment) -> None:
    event_id = payment.catalog.add(starts_in_days=-0.01)
    order = await payment.pay(await payment.place(event_id=event_id))
    assert await refused(payment, order) == "REFUND_CLOSED"


async def test_twenty_refunds_of_one_ticket_at_once_give_it_back_once(payment: Payment) -> None:
    order = await payment.pay(await payment.place())
    ticket = tickets_of(payment, order)[0]
    outcomes = await asyncio.gather(
        *[payment.refund_desk.refund(order, [ticket], f"try {n}") for n in range(20)],
        return_exceptions=True,
    )
    assert sum(not isinstance(outcome, BaseException) for outcome in outcomes) == 1
    reasons = {getattr(outcome, "reason", "") for outcome in outcomes} - {""}
    assert reasons == {"TICKET_NOT_ACTIVE"}
    assert [one["amount"] for one in await payment.stripe.refunds_of(order)] == [5_000]
    await payment.require_books_right(order)


async def test_a_refund_that_stripe_did_not_answer_is_told_as_under_way_and_made_once(
    payment: Payment,
) -> None:
    order = await payment.pay(await payment.place())
    await payment.stripe.fault(action="refuse_500", path="/v1/refunds", method="POST", count=2)
    now = await payment.refund_desk.refund(order, [], "r")
    details = await payment.orders.details(now)
    assert (now.state, details.refunds[0].state) == (OrderState.PAID, RefundState.PENDING)
    for _ in range(2):
        await payment.pass_time()
        await payment.reconciler.look_at_refunds()
    assert (await payment.now(order)).state is OrderState.REFUNDED
    assert len(await payment.stripe.refunds_of(order)) == 1
    await payment.require_books_right(order)


async def test_a_ticket_service_that_is_away_leaves_nothing_half_done(payment: Payment) -> None:
    order = await payment.pay(await payment.place())
    payment.tickets.calls.clear()
    claim = payment.tickets.claim

    async def away(*args: object) -> list[object]:
        raise Unavailable

    payment.tickets.claim = away  # type: ignore[method-assign, assignment]
    assert await refused(payment, order) == "UNAVAILABLE"
    payment.tickets.claim = claim  # type: ignore[method-assign]
    await payment.pass_time()
    await payment.reconciler.look_at_refunds()
    assert (await payment.now(order)).state is OrderState.REFUNDED
    await payment.require_books_right(order)


async def test_a_refund_that_fails_later_is_an_alarm_and_back_in_the_books(
    payment: Payment,
) -> None:
    payment.listen()
    order = await payment.place()
    await payment.stripe.confirm(order, "pm_card_refundFail")
    await payment.reaches(order, OrderState.PAID)
    hold = payment.inventory.holds[order.hold_id].hold
    payment.tickets.issue(order.order_id, order.account_id, hold)
    order = await payment.refund_desk.refund(await payment.now(order), [], "r")
    assert order.state is OrderState.REFUNDED

    async def failed() -> bool:
        details = await payment.orders.details(await payment.now(order))
        return details.refunds[0].state is RefundState.FAILED

    await eventually(failed, within_seconds=8, what="the refund's failure")
    await payment.require_books_right(order)


async def test_a_pending_refund_is_followed_to_its_end(payment: Payment) -> None:
    order = await payment.place()
    await payment.stripe.confirm(order, "pm_card_pendingRefund")
    order = (await payment.checkout.advance(order.order_id)) or order
    hold = payment.inventory.holds[order.hold_id].hold
    payment.tickets.issue(order.order_id, order.account_id, hold)
    order = await payment.refund_desk.refund(order, [], "r")
    assert (await payment.orders.details(order)).refunds[0].state is RefundState.PENDING

    async def succeeded() -> bool:
        await payment.pass_time()
        await payment.reconciler.look_at_refunds()
        details = await payment.orders.details(await payment.now(order))
        return details.refunds[0].state is RefundState.SUCCEEDED

    await eventually(succeeded, within_seconds=8, what="the refund's success")
    await payment.require_books_right(order)


async def test_a_charge_that_the_bank_took_back_is_not_refunded_again(payment: Payment) -> None:
    order = await payment.pay(await payment.place())
    intent = await payment.stripe.intent(order.intent_id)
    await payment.stripe.post(f"/_local/charges/{intent['latest_charge']}/dispute")
    now = await payment.refund_desk.refund(order, [], "r")
    assert now.refunded_minor == 0
    refunds = await payment.fetch("SELECT step, state, problem FROM refunds")
    assert refunds[0]["step"] == RefundStep.FAILED
    assert refunds[0]["problem"] == "charge_disputed"
