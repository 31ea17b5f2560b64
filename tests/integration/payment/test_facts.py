"""What payment hears on Kafka: holds that end or last longer, events that are cancelled."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from mesh import ids
from mesh.outbox import CATALOG_TOPIC, HOLDS_TOPIC, Outbox, OutboxRelay
from payment_svc.states import EndReason, OrderState
from payment_svc.workers import HoldFollower, consumers
from protos.inventory.v1 import catalog_pb2, events_pb2, inventory_pb2
from protos.mesh.v1 import envelope_pb2
from tests.integration.payment.conftest import Payment
from tests.integration.payment.neighbours import sign_in
from tests.polling import eventually

STRANGERS = 300


async def test_orders_follow_their_holds_and_events_over_a_real_broker(
    payment: Payment, broker: str
) -> None:
    expired, released = await payment.place(), await payment.place()
    event_id = payment.catalog.add()
    async with payment.database.transaction() as connection:
        for _ in range(STRANGERS):  # holds end by the thousand, and few have an order
            stranger = events_pb2.HoldExpired()
            stranger.hold.hold_id = ids.text("hld", ids.new_id(expired.event_id))
            await _tell(connection, HOLDS_TOPIC, stranger, expired.event_id)
        for order, fact in (
            (expired, events_pb2.HoldExpired()),
            (released, events_pb2.HoldReleased()),
        ):
            fact.hold.hold_id = ids.text("hld", order.hold_id)
            await _tell(connection, HOLDS_TOPIC, fact, order.event_id)
        changed = events_pb2.EventChanged()
        changed.facts.event.event_id = ids.event_text(event_id)
        changed.facts.event.state = catalog_pb2.Event.CANCELLED
        await _tell(connection, CATALOG_TOPIC, changed, event_id)
    workers = [OutboxRelay(payment.database, broker), *consumers(payment.database, broker)]
    tasks = [asyncio.create_task(worker.run(payment.stop)) for worker in workers]
    payment.tasks += tasks

    async def heard() -> bool:
        await payment.reconciler.look_at_orders()
        first, second = await payment.now(expired), await payment.now(released)
        cancelled = await payment.refunds.cancellation(event_id)
        return not first.is_open and not second.is_open and cancelled is not None

    await eventually(heard, within_seconds=20, what="the end of both orders")
    now = await payment.now(expired)
    assert (now.state, now.end_reason) == (OrderState.EXPIRED, EndReason.HOLD_EXPIRED)
    now = await payment.now(released)
    assert (now.state, now.end_reason) == (OrderState.CANCELLED, EndReason.BUYER)


async def test_an_order_lasts_as_long_as_its_extended_hold(payment: Payment) -> None:
    order = await payment.place()
    later = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=30)
    hold = inventory_pb2.Hold(hold_id=ids.text("hld", order.hold_id), extended=True)
    hold.expire_time.FromDatetime(later)
    async with payment.database.transaction() as connection:
        await HoldFollower().handle(
            connection, envelope_pb2.Envelope(version=2), events_pb2.HoldPlaced(hold=hold)
        )
    assert (await payment.now(order)).expire_time == later


async def test_an_order_ends_when_its_hold_does_which_has_time_to_be_paid_for(
    payment: Payment,
) -> None:
    """Tried: with the end that the hold had before, the order is over while its hold is kept."""
    event_id, account_id = payment.catalog.add(), ids.new_account_id()
    sign_in(account_id)
    hold_id = payment.inventory.place(event_id, account_id)
    kept = payment.inventory.holds[hold_id]
    kept.hold = replace(kept.hold, expire_time=datetime.now(UTC) + timedelta(seconds=10))
    order = await payment.desk.place(hold_id, account_id)
    assert kept.paying_order_id == order.order_id
    assert order.expire_time == kept.hold.expire_time > datetime.now(UTC) + timedelta(seconds=200)
    assert (await payment.now(order)).expire_time == order.expire_time


async def _tell(connection: object, topic: str, fact: object, event_id: int) -> None:
    await Outbox(topic).add(
        connection,
        fact,
        key=ids.event_text(event_id),
        aggregate_id="hld_x",
        version=1,
        occurred_time=datetime.now(UTC),
    )
