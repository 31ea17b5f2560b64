"""What makes tickets appear by themselves: consumers of Kafka, and the floor beneath them.

Kafka may forget. So payment is also asked for paid orders: from a cursor every two seconds, and the last minute again
every so often, because an order with an earlier pay time may commit after a later one was read.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from google.protobuf.message import Message

from mesh import telemetry
from mesh.clock import Clock
from mesh.database import Connection, Database, driver_refusal, load_queries
from mesh.errors import DeadlineExceeded, Unavailable
from mesh.outbox import Outbox
from protos.inventory.v1 import events_pb2 as catalog_events_pb2
from protos.mesh.v1 import envelope_pb2
from protos.payment.v1 import events_pb2
from ticket_svc.neighbours import Orders, PaidPage
from ticket_svc.revocations.revocations import Revocations
from ticket_svc.tickets import messages, store
from ticket_svc.tickets.issue import Issuer
from ticket_svc.tickets.orders import PaidOrder

FEED = "payment.paid_orders"
SWEEP_OVERLAP = timedelta(seconds=60)
"""Longer than any transaction of payment's may stay open, and than clocks differ."""
SWEEP_PAGES_MAX = 500

_queries = load_queries(Path(__file__).with_name("feed.sql"))


class OrderFacts:
    """Handles what payment tells: tickets for paid orders, words for refunded ones."""

    def __init__(self, issuer: Issuer, revocations: Revocations) -> None:
        self._issuer = issuer
        self._revocations = revocations

    async def handle(
        self, connection: Connection, envelope: envelope_pb2.Envelope, fact: Message
    ) -> None:
        """Handles one fact in the inbox's transaction."""
        if isinstance(fact, events_pb2.OrderPaid):
            order = messages.paid_order(fact.order, fact.account_id)
            await self._issuer.issue(connection, [order])
        elif isinstance(fact, events_pb2.OrderRefunded):
            await self._revocations.tell_of_refund(connection, fact)


class CatalogFacts:
    """Handles what the catalogue tells: our copies of events follow."""

    async def handle(
        self, connection: Connection, envelope: envelope_pb2.Envelope, fact: Message
    ) -> None:
        """Handles one fact in the inbox's transaction; events without tickets are not our business."""
        if not isinstance(fact, catalog_events_pb2.EventChanged):
            return
        event = messages.event_of_facts(fact.facts)
        known = await store.read_event(connection, event.event_id)
        if known is not None and known.version < event.version:
            await store.write_event(connection, event)


class PaidOrderFeed:
    """The floor: asks payment for paid orders and issues what is missing."""

    def __init__(self, database: Database, orders: Orders, issuer: Issuer, clock: Clock) -> None:
        self._database = database
        self._orders = orders
        self._issuer = issuer
        self._clock = clock

    async def poll(self) -> bool:
        """Issues the next page of the feed; True when there may be more."""
        async with self._database.connection() as connection:
            cursor = await _queries.mark_cursor(connection, feed=FEED) or ""
        page = await self._orders.paid(cursor, None)
        await self._issue(page)
        if page.cursor == cursor:
            return False
        async with self._database.connection() as connection:
            await _queries.mark_move(connection, feed=FEED, cursor=page.cursor)
        return True

    async def sweep(self) -> bool:
        """Issues whatever of the last minute was missed; remembers up to when everything was surely seen."""
        began = self._clock.now()
        async with self._database.connection() as connection:
            swept_until = await _queries.mark_swept_until(connection, feed=FEED)
        if swept_until is None:  # the feed itself has not been read yet
            return False
        cursor = ""
        for _ in range(SWEEP_PAGES_MAX):
            page = await self._orders.paid(cursor, swept_until)
            await self._issue(page)
            if page.cursor == cursor or not page.orders:
                async with self._database.connection() as connection:
                    await _queries.mark_sweep(
                        connection, feed=FEED, swept_until=began - SWEEP_OVERLAP
                    )
                return False
            cursor = page.cursor
        telemetry.log.warning("too many orders for one sweep; the next one goes on", feed=FEED)
        return False

    async def _issue(self, page: PaidPage) -> None:
        """Issues a page in one commit; order by order when one of them spoils it for the others."""
        try:
            await self._issue_together(page.orders)
        except Exception as error:
            if _is_passing(error):
                raise
            for order in page.orders:
                await self._issue_alone(order)

    async def _issue_together(self, orders: Sequence[PaidOrder]) -> None:
        async with self._database.transaction() as connection:
            issued = await self._issuer.issue(connection, orders)
        if issued:
            Outbox.wake()
            telemetry.log.info("issued what Kafka had not told of yet", tickets=issued)

    async def _issue_alone(self, order: PaidOrder) -> None:
        try:
            await self._issue_together([order])
        except Exception as error:
            if _is_passing(error):
                raise
            # The sweep tries it again for a minute, the audit names it; the others must not wait for it.
            telemetry.ERRORS.labels("paid order feed").inc()
            telemetry.log.error("order not issued", order_id=str(order.order_id), exc_info=error)


def _is_passing(error: Exception) -> bool:
    """Tells whether something is away, which no order is to blame for."""
    return isinstance(error, (Unavailable, DeadlineExceeded)) or bool(driver_refusal(error))
