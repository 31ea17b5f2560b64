"""Over a real broker: what payment tells twice is issued once, and what a ticket does is told."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from mesh import ids
from mesh.consumer import Consumer
from mesh.outbox import ORDERS_TOPIC, TICKETS_TOPIC, Outbox, OutboxRelay
from mesh.workers import Worker
from protos.mesh.v1 import envelope_pb2
from protos.payment.v1 import events_pb2, order_pb2
from protos.ticket.v1 import events_pb2 as ticket_events_pb2
from tests.integration.ticket.conftest import BoxOffice
from tests.polling import eventually
from tests.unit.ticket.builders import NOW
from ticket_svc.tickets.workers import OrderFacts

Line = order_pb2.Order.Line


@contextlib.asynccontextmanager
async def running(*workers: Worker) -> AsyncIterator[None]:
    """Runs workers, and ends them."""
    stop = asyncio.Event()
    tasks = [asyncio.create_task(worker.run(stop)) for worker in workers]
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(asyncio.gather(*tasks), 20)


def order_paid(box_office: BoxOffice) -> events_pb2.OrderPaid:
    return events_pb2.OrderPaid(
        account_id=ids.text("acc", ids.new_account_id()),
        order=order_pb2.Order(
            order_id=ids.text("ord", ids.new_id(box_office.event.event_id)),
            event_id=box_office.event_text,
            state=order_pb2.Order.PAID,
            lines=[
                Line(
                    line_no=1,
                    kind=Line.FACE,
                    seat_id="s5",
                    quantity=1,
                    description="Section A, row 1, seat 6",
                )
            ],
        ),
    )


async def test_paid_orders_told_twice_become_tickets_once_and_are_told(
    box_office: BoxOffice, broker: str
) -> None:
    told = asyncio.Queue[ticket_events_pb2.TicketIssued]()
    mine = box_office.event_text

    async def listen(_: object, envelope: envelope_pb2.Envelope, fact: object) -> None:
        if envelope.key == mine and isinstance(fact, ticket_events_pb2.TicketIssued):
            told.put_nowait(fact)

    # The broker is shared with other tests, and remembers what they told of events that are not ours.
    facts = OrderFacts(box_office.issuer, box_office.revocations)

    async def ours(
        connection: object, envelope: envelope_pb2.Envelope, fact: events_pb2.OrderPaid
    ) -> None:
        if envelope.key == mine:
            await facts.handle(connection, envelope, fact)

    fact = order_paid(box_office)
    async with box_office.database.transaction() as connection:
        for version in (3, 4):  # two envelopes about one order
            await Outbox(ORDERS_TOPIC).add(
                connection,
                fact,
                key=mine,
                aggregate_id=fact.order.order_id,
                version=version,
                occurred_time=NOW,
            )
    database = box_office.database
    async with running(
        OutboxRelay(database, broker),
        Consumer(f"issuer.{mine}", [ORDERS_TOPIC], database, broker, ours),  # type: ignore[arg-type]
        Consumer(f"listener.{mine}", [TICKETS_TOPIC], database, broker, listen),  # type: ignore[arg-type]
    ):
        issued = await asyncio.wait_for(told.get(), 30)

        async def both_handled() -> bool:
            done = await box_office.value(
                "SELECT count(*) FROM inbox WHERE consumer = $1", f"issuer.{mine}"
            )
            return bool(done >= 2)

        await eventually(both_handled, within_seconds=30, what="both envelopes")
    assert issued.ticket.order_id == fact.order.order_id
    assert await box_office.value("SELECT count(*) FROM tickets") == 1
    assert told.empty()
