"""A cancelled event: every order ends, each refund is made once, and the progress is told."""

import contextlib

import pytest

from mesh import ids
from mesh.errors import Unavailable
from payment_svc.states import EndReason, OrderState
from tests.integration.payment.conftest import Payment
from tests.integration.payment.mortal import Killed, Moment


async def test_every_order_of_a_cancelled_event_ends_and_is_refunded_once(
    payment: Payment,
) -> None:
    event_id = payment.catalog.add()
    paid = [await payment.pay(await payment.place(event_id=event_id)) for _ in range(3)]
    partly = await payment.pay(await payment.place(event_id=event_id))
    first = next(
        ids.text("tkt", ticket_id)
        for ticket_id, kept in payment.tickets.tickets.items()
        if kept.order_id == partly.order_id
    )
    await payment.refund_desk.refund(partly, [first], "by its buyer")
    waiting = await payment.place(event_id=event_id)
    free = await payment.place(event_id=event_id, price_minor=0)
    payment.tickets.issue(
        free.order_id, free.account_id, payment.inventory.holds[free.hold_id].hold
    )
    elsewhere = await payment.pay(await payment.place())
    payment.catalog.cancel(event_id)
    await payment.cancellations.look()
    await payment.bring_to_an_end()
    for order in [*paid, partly]:
        now = await payment.now(order)
        assert (now.state, now.refunded_minor) == (OrderState.REFUNDED, 10_000)
        await payment.require_books_right(order)
    ended = await payment.now(waiting)
    assert (ended.state, ended.end_reason) == (OrderState.CANCELLED, EndReason.EVENT_CANCELLED)
    assert (await payment.now(free)).state is OrderState.REFUNDED
    assert (await payment.now(elsewhere)).state is OrderState.PAID
    progress = await payment.refunds.cancellation(event_id)
    assert progress is not None
    assert (progress.state, progress.done_count, progress.open_count) == ("DONE", 6, 0)
    assert progress.refunded_minor == 3 * 10_000 + 5_000


async def test_refunds_of_an_event_killed_five_times_on_the_way_are_made_once_each(
    payment: Payment,
) -> None:
    event_id = payment.catalog.add()
    orders = [await payment.pay(await payment.place(event_id=event_id)) for _ in range(24)]
    payment.catalog.cancel(event_id)
    await payment.refunds.begin_cancellations([event_id])
    done_counts = []
    for number in (40, 95, 11, 70, 60):
        doomed = payment.another_process(Moment(number, "after"))
        with contextlib.suppress(Killed):
            await doomed.cancellations.step()
        await payment.pass_time()
        progress = await payment.refunds.cancellation(event_id)
        assert progress is not None
        done_counts.append(progress.done_count)
    await payment.bring_to_an_end()
    assert done_counts == sorted(done_counts)
    assert any(0 < count < 24 for count in done_counts)
    for order in orders:
        assert (await payment.now(order)).state is OrderState.REFUNDED
        assert len(await payment.stripe.refunds_of(order)) == 1
        await payment.require_books_right(order)


async def test_money_and_seats_go_back_even_if_tickets_were_never_issued(payment: Payment) -> None:
    order = await payment.place(seats=2, places=1)
    await payment.stripe.confirm(order)
    await payment.checkout.advance(order.order_id)
    payment.catalog.cancel(order.event_id)
    await payment.refunds.begin_cancellations([order.event_id])
    await payment.bring_to_an_end()
    now = await payment.now(order)
    assert (now.state, now.refunded_minor) == (OrderState.REFUNDED, 15_000)
    returned = payment.inventory.holds[order.hold_id].returned
    assert list(returned.values()) == [["s0", "s1", "p1"]]
    await payment.require_books_right(order)


async def test_a_refund_that_its_buyer_began_ends_before_the_rest_goes_back(
    payment: Payment,
) -> None:
    """Tried: without the look for another refund under way all of it goes back, and the buyer's refund then fails."""
    order = await payment.pay(await payment.place())
    first = next(iter(payment.tickets.tickets))
    await payment.stripe.fault(action="refuse_500", path="/v1/refunds", method="POST", count=1)
    await payment.refund_desk.refund(order, [ids.text("tkt", first)], "by its buyer")
    payment.catalog.cancel(order.event_id)
    await payment.refunds.begin_cancellations([order.event_id])
    await payment.cancellations.step()
    assert (await payment.now(order)).refunded_minor == 0
    await payment.bring_to_an_end()
    assert (await payment.now(order)).state is OrderState.REFUNDED
    assert [one["amount"] for one in await payment.stripe.refunds_of(order)] == [5_000, 5_000]
    await payment.require_books_right(order)


async def test_a_refund_that_its_buyer_began_while_the_rest_was_held_up_ends_first_too(
    payment: Payment,
) -> None:
    """Tried: without the look in the claim itself the rest is all of it, and the buyer's refund is refused for good."""
    order = await payment.pay(await payment.place())
    payment.catalog.cancel(order.event_id)
    await payment.refunds.begin_cancellations([order.event_id])
    payment.tickets.away = 1
    await payment.cancellations.step()  # the rest is begun, and the tickets cannot be claimed
    first = next(iter(payment.tickets.tickets))
    await payment.stripe.fault(action="refuse_500", path="/v1/refunds", method="POST", count=1)
    await payment.refund_desk.refund(order, [ids.text("tkt", first)], "by its buyer")
    rest = await payment.fetch("SELECT refund_id FROM refunds WHERE kind = 'EVENT_CANCELLED'")
    with pytest.raises(Unavailable):
        await payment.giving_back.resume(rest[0]["refund_id"])
    await payment.bring_to_an_end()
    assert (await payment.now(order)).state is OrderState.REFUNDED
    assert [one["amount"] for one in await payment.stripe.refunds_of(order)] == [5_000, 5_000]
    await payment.require_books_right(order)
