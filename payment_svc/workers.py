"""The loops beside the handlers, and what payment hears on Kafka."""

from __future__ import annotations

from datetime import UTC
from uuid import UUID

from google.protobuf.message import Message

from mesh import ids
from mesh.consumer import Consumer
from mesh.database import Connection, Database
from mesh.outbox import CATALOG_TOPIC, HOLDS_TOPIC
from mesh.workers import Every, Worker
from payment_svc.orders.store import note_hold_extended, note_hold_released, note_holds_ended
from payment_svc.reconciling.reconciler import Reconciler
from payment_svc.refunds.cancellations import Cancellations
from payment_svc.refunds.store import note_events_cancelled
from protos.inventory.v1 import catalog_pb2, events_pb2
from protos.mesh.v1 import envelope_pb2

ORDERS_SECONDS = 0.5
REFUNDS_SECONDS = 1.0
PINS_SECONDS = 15.0
PROCESSOR_SECONDS = 60.0
CANCELLATIONS_SECONDS = 1.0
CATALOG_SECONDS = 30.0


def loops(reconciler: Reconciler, cancellations: Cancellations) -> list[Worker]:
    """Returns the loops that bring to an end what was left behind."""
    return [
        Every("orders", ORDERS_SECONDS, reconciler.look_at_orders),
        Every("refunds", REFUNDS_SECONDS, reconciler.look_at_refunds),
        Every("pins", PINS_SECONDS, reconciler.look_at_pins),
        Every("payments of no order", PROCESSOR_SECONDS, reconciler.look_at_processor),
        Every("event cancellations", CANCELLATIONS_SECONDS, cancellations.step),
        Every("cancelled events", CATALOG_SECONDS, cancellations.look),
    ]


def consumers(database: Database, kafka_bootstrap: str) -> list[Worker]:
    """Returns the consumers: how holds ended, and which events were cancelled."""
    holds = HoldFollower()
    return [
        Consumer(
            "payment.holds",
            [HOLDS_TOPIC],
            database,
            kafka_bootstrap,
            holds.handle,
            is_news=is_news,
            finish=holds.finish,
        ),
        Consumer("payment.catalog", [CATALOG_TOPIC], database, kafka_bootstrap, on_event),
    ]


def is_news(envelope: envelope_pb2.Envelope) -> bool:
    """False for a hold that has only just begun, as most facts of a rush tell: no order knows it yet."""
    return envelope.type != events_pb2.HoldPlaced.DESCRIPTOR.name or envelope.version > 1


class HoldFollower:
    """Lets orders follow their holds: they end with them, or last longer with them.

    Holds end by the thousand, and few have an order: what ended together is written together.
    """

    def __init__(self) -> None:
        self._expired: set[UUID] = set()

    async def handle(
        self, connection: Connection, envelope: envelope_pb2.Envelope, payload: Message
    ) -> None:
        """Writes what became of a hold, or gathers it for `finish`."""
        match payload:
            case events_pb2.HoldExpired():
                self._expired.add(ids.parse("hld", payload.hold.hold_id))
            case events_pb2.HoldReleased():
                await note_hold_released(connection, ids.parse("hld", payload.hold.hold_id))
            case events_pb2.HoldPlaced():  # its buyer or its order has moved its end
                await note_hold_extended(
                    connection,
                    ids.parse("hld", payload.hold.hold_id),
                    payload.hold.expire_time.ToDatetime(tzinfo=UTC),
                )

    async def finish(self, connection: Connection) -> None:
        """Writes what was gathered. After a transaction that failed that is more than this one's, and as true."""
        expired, self._expired = self._expired, set()
        await note_holds_ended(connection, expired)


async def on_event(
    connection: Connection, envelope: envelope_pb2.Envelope, payload: Message
) -> None:
    """A cancelled event's orders are refunded."""
    if (
        isinstance(payload, events_pb2.EventChanged)
        and payload.facts.event.state == catalog_pb2.Event.CANCELLED
    ):
        await note_events_cancelled(connection, [ids.parse_event(payload.facts.event.event_id)])
