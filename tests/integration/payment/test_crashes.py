"""A process killed at every moment of every way an order can go; the next process finishes what it began.

The moments are not listed: each scenario runs with the process dying before, then after, its first
doing, its second, and so on until it lives to the end. A doing is a statement of a store, a call to
Stripe or to a neighbour.

Tried: with a new key for each refund and without the look for the earlier one, the money goes back
twice at "after StripeProcessor.refund"; each of the two alone keeps it from happening. Without the
step PIN the checkout captures money for seats that it cannot sell.
"""

from collections.abc import Awaitable, Callable

import pytest

from mesh import ids
from payment_svc.orders.order import Order
from payment_svc.states import OrderState
from tests.integration.payment.conftest import Payment
from tests.integration.payment.mortal import Killed, Moment
from tests.integration.payment.neighbours import sign_in

MOMENTS_MAX = 60
Prepare = Callable[[Payment], Awaitable[Order]]
Act = Callable[[Payment, Order], Awaitable[object]]
Check = Callable[[Payment, Order], Awaitable[None]]


async def each_moment(payment: Payment, prepare: Prepare, act: Act, check: Check) -> int:
    """Kills the process at each moment of `act`; returns how many moments there were."""
    for number in range(MOMENTS_MAX):
        lived = True
        for when in ("before", "after"):
            order = await prepare(payment)
            moment = Moment(number, when)
            try:
                await act(payment.another_process(moment), order)
            except Killed:
                lived = False
            await payment.another_process().bring_to_an_end()
            try:
                await check(payment, order)
                await payment.require_books_right(order)
            except AssertionError as wrong:
                raise AssertionError(f"killed {moment.place}: {wrong}") from wrong
        if lived:
            return number
    raise AssertionError("the scenario has more moments than any should")


async def authorised(payment: Payment) -> Order:
    order = await payment.place()
    await payment.stripe.confirm(order)
    return order


async def advance(payment: Payment, order: Order) -> None:
    await payment.checkout.advance(order.order_id)


async def test_checkout_survives_a_crash_at_every_moment(payment: Payment) -> None:
    async def check(payment: Payment, order: Order) -> None:
        assert (await payment.now(order)).state is OrderState.PAID
        assert payment.inventory.holds[order.hold_id].sold_to == order.order_id
        assert await payment.facts(order) == ["OrderPlaced", "OrderPaid"]

    assert await each_moment(payment, authorised, advance, check) >= 8


async def test_a_late_payment_for_gone_seats_survives_a_crash_at_every_moment(
    payment: Payment,
) -> None:
    async def prepare(payment: Payment) -> Order:
        order = await authorised(payment)
        payment.inventory.expire(order.hold_id, seats_gone=True)
        return order

    async def check(payment: Payment, order: Order) -> None:
        assert (await payment.now(order)).state is OrderState.EXPIRED
        assert (await payment.stripe.intent(order.intent_id))["status"] == "canceled"
        assert await payment.facts(order) == ["OrderPlaced", "OrderCancelled"]

    assert await each_moment(payment, prepare, advance, check) >= 8


async def test_an_unsold_captured_order_survives_a_crash_at_every_moment(
    payment: Payment,
) -> None:
    async def prepare(payment: Payment) -> Order:
        order = await payment.place()
        await payment.stripe.post(
            f"/v1/payment_intents/{order.intent_id}",
            **{"payment_method_options[card][capture_method]": ""},
        )
        payment.inventory.expire(order.hold_id, seats_gone=True)
        await payment.stripe.confirm(order)
        return order

    async def check(payment: Payment, order: Order) -> None:
        assert (await payment.now(order)).state is OrderState.EXPIRED
        assert [one["amount"] for one in await payment.stripe.refunds_of(order)] == [10_000]

    assert await each_moment(payment, prepare, advance, check) >= 10


async def test_placing_survives_a_crash_at_every_moment(payment: Payment) -> None:
    """The buyer asks again after the crash, and pays what the answer says."""

    async def prepare(payment: Payment) -> Order:
        order = await payment.place()
        await payment.desk.cancel(order.order_id, order.account_id)
        return order

    async def act(payment: Payment, order: Order) -> None:
        sign_in(order.account_id)
        hold_id = payment.inventory.place(order.event_id, order.account_id)
        holds[order.order_id] = hold_id
        await payment.desk.place(hold_id, order.account_id)

    async def check(payment: Payment, order: Order) -> None:
        hold_id = holds[order.order_id]
        made = await payment.desk.place(hold_id, order.account_id)
        await payment.stripe.confirm(made)
        paid = await payment.checkout.advance(made.order_id)
        assert paid is not None
        assert paid.state is OrderState.PAID
        assert len(await payment.stripe.intents_of(made)) == 1
        await payment.require_books_right(made)

    holds: dict[object, object] = {}
    assert await each_moment(payment, prepare, act, check) >= 4


async def test_cancelling_survives_a_crash_at_every_moment(payment: Payment) -> None:
    async def prepare(payment: Payment) -> Order:
        return await payment.place()

    async def act(payment: Payment, order: Order) -> None:
        sign_in(order.account_id)
        await payment.desk.cancel(order.order_id, order.account_id)

    async def check(payment: Payment, order: Order) -> None:
        sign_in(order.account_id)
        now = await payment.desk.cancel(order.order_id, order.account_id)
        assert now.state is OrderState.CANCELLED
        assert (await payment.stripe.intent(order.intent_id))["status"] == "canceled"

    assert await each_moment(payment, prepare, act, check) >= 6


@pytest.mark.parametrize("all_of_it", [True, False], ids=["whole order", "one ticket"])
async def test_a_refund_survives_a_crash_at_every_moment(payment: Payment, all_of_it: bool) -> None:
    async def prepare(payment: Payment) -> Order:
        return await payment.pay(await payment.place())

    async def act(payment: Payment, order: Order) -> None:
        sign_in(order.account_id)
        wanted = [] if all_of_it else _tickets(payment, order)[:1]
        await payment.refund_desk.refund(order, wanted, f"refund-{order.order_id}")

    async def check(payment: Payment, order: Order) -> None:
        await act(payment, await payment.now(order))  # the page asks again, same request id
        now = await payment.now(order)
        assert now.state is (OrderState.REFUNDED if all_of_it else OrderState.PARTIALLY_REFUNDED)
        assert now.refunded_minor == (10_000 if all_of_it else 5_000)
        kept = payment.inventory.holds[order.hold_id]
        assert [len(seats) for seats in kept.returned.values()] == [2 if all_of_it else 1]
        assert await payment.facts(order) == ["OrderPlaced", "OrderPaid", "OrderRefunded"]
        assert len(await payment.stripe.refunds_of(order)) == 1

    assert await each_moment(payment, prepare, act, check) >= 12


async def test_the_refunds_of_an_event_survive_a_crash_at_every_moment(payment: Payment) -> None:
    async def prepare(payment: Payment) -> Order:
        order = await payment.pay(await payment.place())
        payment.catalog.cancel(order.event_id)
        await payment.refunds.begin_cancellations([order.event_id])
        return order

    async def act(payment: Payment, order: Order) -> None:
        await payment.cancellations.step()

    async def check(payment: Payment, order: Order) -> None:
        assert (await payment.now(order)).state is OrderState.REFUNDED
        assert len(await payment.stripe.refunds_of(order)) == 1
        progress = await payment.refunds.cancellation(order.event_id)
        assert progress is not None
        assert (progress.state, progress.done_count, progress.refunded_minor) == ("DONE", 1, 10_000)

    assert await each_moment(payment, prepare, act, check) >= 10


def _tickets(payment: Payment, order: Order) -> list[str]:
    return [
        ids.text("tkt", ticket_id)
        for ticket_id, kept in payment.tickets.tickets.items()
        if kept.order_id == order.order_id
    ]
