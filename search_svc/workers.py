"""What keeps the index fresh: the consumer, the rebuild, the counts, the trend."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

from google.protobuf.message import Message

from mesh import ids, timestamps
from mesh.clock import Clock
from mesh.database import Connection
from protos.inventory.v1 import events_pb2 as inventory_events
from protos.mesh.v1 import envelope_pb2
from protos.payment.v1 import events_pb2 as payment_events
from protos.payment.v1 import order_pb2
from search_svc import store
from search_svc.index import Index
from search_svc.neighbours import Inventory, document
from search_svc.store import Changes, PostgresIndex

COUNTS_BATCH_MAX = 200
STALE_AGE_SECONDS = 60.0
TREND_LOOK_SECONDS = 5.0

Step = Callable[[], Awaitable[bool]]


class Indexer:
    """Takes in what happened. Whose counts changed is gathered, since a hot event's change with every hold."""

    def __init__(self, own: PostgresIndex, also: Index | None, changed: Callable[[], None]) -> None:
        """`also` is the other backend, where one is chosen."""
        self._own = own
        self._also = also
        self._changed = changed
        self._dirty: set[int] = set()

    async def handle(
        self, connection: Connection, envelope: envelope_pb2.Envelope, payload: Message
    ) -> None:
        """Takes in one fact."""
        if isinstance(payload, inventory_events.EventChanged):
            indexed = document(payload.facts)
            await self._own.put_in(connection, [indexed])
            if self._also:
                await self._also.put([indexed])
        elif isinstance(payload, payment_events.OrderPaid):
            sold = sum(
                line.quantity
                for line in payload.order.lines
                if line.kind == order_pb2.Order.Line.FACE
            )
            when = timestamps.from_proto(envelope.occurred_time)
            if when:
                await store.add_sale(connection, ids.parse_event(envelope.key), when, sold)
        else:
            self._dirty.add(ids.parse_event(envelope.key))

    async def finish(self, connection: Connection) -> None:
        """Says whose counts changed, each event once. After a failure some are said again, which harms nothing."""
        if self._dirty:
            await store.add_dirty(connection, sorted(self._dirty))
            self._dirty.clear()
        self._changed()


def rebuild(inventory: Inventory, indexes: list[Index]) -> Step:
    """Returns the step that reads the whole catalogue again: what Kafka lost is found here."""

    async def step() -> bool:
        async for documents in inventory.catalog():
            for index in indexes:
                await index.put(documents)
        return False

    return step


def recount(inventory: Inventory, changes: Changes, indexes: list[Index]) -> Step:
    """Returns the step that asks for the counts of changed events, and of those not counted for a minute."""

    async def step() -> bool:
        event_ids = await changes.take_dirty(COUNTS_BATCH_MAX)
        is_full = len(event_ids) == COUNTS_BATCH_MAX
        if not event_ids:
            event_ids = await changes.stale(STALE_AGE_SECONDS, COUNTS_BATCH_MAX)
        if not event_ids:
            return False
        try:
            counts = await inventory.counts(event_ids)
        except Exception:
            await changes.put_back(event_ids)
            raise
        for index in indexes:
            await index.count(counts)
        return is_full

    return step


class Trend:
    """Computes the trend every window; more often while there is none, as on a first start before the index is full."""

    def __init__(self, changes: Changes, window_seconds: float, clock: Clock) -> None:
        self._changes = changes
        self._window = timedelta(seconds=window_seconds)
        self._clock = clock
        self._due = clock.now()

    async def step(self) -> bool:
        """Computes the trend when it is due."""
        if self._clock.now() >= self._due or not await self._changes.trend(1):
            await self._changes.compute_trend(self._window.total_seconds())
            self._due = self._clock.now() + self._window
        return False
