"""Services that answer as a test tells them, and remember what they were asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from google.api import httpbody_pb2
from google.protobuf.empty_pb2 import Empty
from google.protobuf.message import Message

from mesh import identity
from mesh.errors import NotFound
from protos.inventory.v1 import (
    catalog_pb2,
    catalog_pb2_grpc,
    inventory_pb2,
    inventory_pb2_grpc,
)
from protos.payment.v1 import order_pb2, order_pb2_grpc
from protos.queue.v1 import queue_pb2, queue_pb2_grpc
from protos.ticket.v1 import ticket_pb2, ticket_pb2_grpc

KNOWN_EVENT = "ev_known"
DRAFT = "ev_draft"


class EventNotFound(NotFound):
    """There is no such event."""

    reason = "EVENT_NOT_FOUND"


class Fakes:
    """All of them."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Message, dict[str, str]]] = []
        self.refusal: Exception | None = None
        self.room = queue_pb2.Room(event_id=KNOWN_EVENT, capacity=1)
        self.deltas: asyncio.Queue[inventory_pb2.AvailabilityDelta | None] = asyncio.Queue()
        self.version = 7
        self.streams_open = 0

    def took(self, name: str) -> list[Message]:
        """Returns the requests of an RPC."""
        return [request for asked, request, _ in self.asked if asked == name]

    def metadata(self, name: str) -> dict[str, str]:
        """Returns what came beside the last request of an RPC."""
        return [metadata for asked, _, metadata in self.asked if asked == name][-1]

    def note(self, name: str, request: Message) -> None:
        """Remembers a request, and refuses it where the test said so."""
        keys = ("authorization", "admission-token", "traceparent")
        metadata = {key: identity.metadata_value(key) for key in keys}
        self.asked.append((name, request, metadata))
        if self.refusal:
            raise self.refusal

    def services(self) -> list[tuple[Any, Any, Any]]:
        """Returns (descriptor, register, servicer) of each."""
        inventory = inventory_pb2.DESCRIPTOR.services_by_name["InventoryService"]
        catalog = catalog_pb2.DESCRIPTOR.services_by_name["CatalogService"]
        queue = queue_pb2.DESCRIPTOR.services_by_name["QueueService"]
        sales = order_pb2.DESCRIPTOR.services_by_name["SalesService"]
        tickets = ticket_pb2.DESCRIPTOR.services_by_name["TicketService"]
        return [
            (inventory, inventory_pb2_grpc.add_InventoryServiceServicer_to_server, Inventory(self)),
            (catalog, catalog_pb2_grpc.add_CatalogServiceServicer_to_server, Catalog(self)),
            (queue, queue_pb2_grpc.add_QueueServiceServicer_to_server, Queue(self)),
            (sales, order_pb2_grpc.add_SalesServiceServicer_to_server, Sales(self)),
            (tickets, ticket_pb2_grpc.add_TicketServiceServicer_to_server, Tickets(self)),
        ]


def _see(event_id: str) -> None:
    """A draft is its organiser's; any other event but the known one is nobody's."""
    if event_id == KNOWN_EVENT or (event_id == DRAFT and "organiser" in identity.caller().roles):
        return
    raise EventNotFound


class Inventory(inventory_pb2_grpc.InventoryServiceServicer):
    def __init__(self, fakes: Fakes) -> None:
        self._fakes = fakes

    async def locate(self, method: str, request: Any) -> None:
        _see(request.event_id)

    async def HoldSeats(self, request: Any, context: Any) -> inventory_pb2.Hold:
        self._fakes.note("HoldSeats", request)
        _see(request.event_id)
        return inventory_pb2.Hold(hold_id="hld_1", event_id=request.event_id)

    async def ReleaseHold(self, request: Any, context: Any) -> Empty:
        self._fakes.note("ReleaseHold", request)
        return Empty()

    async def GetSeatMap(self, request: Any, context: Any) -> inventory_pb2.SeatMap:
        self._fakes.note("GetSeatMap", request)
        _see(request.event_id)
        seats = [inventory_pb2.SeatMap.Seat(seat_id=f"s{n}", x=n) for n in range(5000)]
        rows = [inventory_pb2.SeatMap.Row(name="1", seats=seats)]
        sections = [inventory_pb2.SeatMap.Section(section_id="sec1", rows=rows)]
        return inventory_pb2.SeatMap(event_id=request.event_id, sections=sections)

    async def WatchAvailability(self, request: Any, context: Any) -> AsyncIterator[Any]:
        self._fakes.note("WatchAvailability", request)
        _see(request.event_id)
        self._fakes.streams_open += 1
        try:
            version = self._fakes.version
            yield inventory_pb2.AvailabilityDelta(from_version=version, version=version)
            while delta := await self._fakes.deltas.get():
                self._fakes.version = delta.version
                yield delta
        finally:
            self._fakes.streams_open -= 1


class Catalog(catalog_pb2_grpc.CatalogServiceServicer):
    def __init__(self, fakes: Fakes) -> None:
        self._fakes = fakes

    async def CreateVenue(self, request: Any, context: Any) -> catalog_pb2.Venue:
        self._fakes.note("CreateVenue", request)
        return catalog_pb2.Venue(venue_id="ven_1", name=request.name)

    async def PublishEvent(self, request: Any, context: Any) -> catalog_pb2.Event:
        self._fakes.note("PublishEvent", request)
        return catalog_pb2.Event(event_id=request.event_id)


class Queue(queue_pb2_grpc.QueueServiceServicer):
    def __init__(self, fakes: Fakes) -> None:
        self._fakes = fakes

    async def GetRoom(self, request: Any, context: Any) -> queue_pb2.Room:
        self._fakes.note("GetRoom", request)
        return self._fakes.room

    async def Claim(self, request: Any, context: Any) -> queue_pb2.Admission:
        self._fakes.note("Claim", request)
        return queue_pb2.Admission()


class Sales(order_pb2_grpc.SalesServiceServicer):
    def __init__(self, fakes: Fakes) -> None:
        self._fakes = fakes

    async def ExportSales(self, request: Any, context: Any) -> httpbody_pb2.HttpBody:
        self._fakes.note("ExportSales", request)
        return httpbody_pb2.HttpBody(content_type="text/csv; charset=utf-8", data=b"a,b\r\n")


class Tickets(ticket_pb2_grpc.TicketServiceServicer):
    def __init__(self, fakes: Fakes) -> None:
        self._fakes = fakes

    async def RenderTicket(self, request: Any, context: Any) -> httpbody_pb2.HttpBody:
        self._fakes.note("RenderTicket", request)
        return httpbody_pb2.HttpBody(content_type="image/png", data=b"\x89PNG")
