"""What the line needs of others: inventory's facts, counts and doors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import grpc

from mesh import ids, timestamps
from mesh.channels import Peers
from mesh.errors import RemoteError
from protos.inventory.v1 import (
    allocation_pb2,
    allocation_pb2_grpc,
    catalog_pb2,
    catalog_pb2_grpc,
)


@dataclass(frozen=True)
class ZoneLeft:
    """A price zone and what is free in it."""

    zone_id: str
    price_minor: int
    currency_code: str
    left: int


@dataclass(frozen=True)
class EventFacts:
    """What the line knows of an event."""

    organiser_id: UUID
    is_cancelled: bool
    currency_code: str


class Inventory(Protocol):
    """Inventory, as the line sees it."""

    async def facts(self, event_id: int) -> EventFacts | None:
        """Returns an event's facts; None when there is no such event."""

    async def zones_left(self, event_id: int, currency_code: str) -> list[ZoneLeft]:
        """Returns what is free, by zone."""

    async def require_admission(self, event_id: int, required: bool) -> None:
        """Says whether holds need an admission; returns when inventory has committed it."""

    async def close_admission(self, event_id: int, admission_id: UUID, expires: datetime) -> None:
        """Closes an admission; returns when inventory takes no more holds with it."""


class InventoryPeer:
    """Inventory over gRPC."""

    def __init__(self, peers: Peers) -> None:
        self._catalog: Any = peers.stub(catalog_pb2_grpc.CatalogServiceStub, "inventory")
        self._allocation: Any = peers.stub(allocation_pb2_grpc.AllocationServiceStub, "inventory")

    async def facts(self, event_id: int) -> EventFacts | None:
        request = catalog_pb2.GetEventRequest(event_id=ids.event_text(event_id))
        try:
            reply = await self._catalog.GetEventFacts(request)
        except RemoteError as error:
            if error.code is grpc.StatusCode.NOT_FOUND:
                return None
            raise
        zones = reply.event.zones
        return EventFacts(
            ids.parse("acc", reply.organiser_id),
            reply.event.state == catalog_pb2.Event.CANCELLED,
            zones[0].price.currency_code if zones else "",
        )

    async def zones_left(self, event_id: int, currency_code: str) -> list[ZoneLeft]:
        request = allocation_pb2.CountSeatsRequest(event_ids=[ids.event_text(event_id)])
        reply = await self._allocation.CountSeats(request)
        return [
            ZoneLeft(zone.zone_id, zone.price_minor, currency_code, zone.available)
            for event in reply.events
            for zone in event.zones
        ]

    async def require_admission(self, event_id: int, required: bool) -> None:
        await self._allocation.SetRequiresAdmission(
            allocation_pb2.SetRequiresAdmissionRequest(
                event_id=ids.event_text(event_id), requires_admission=required
            )
        )

    async def close_admission(self, event_id: int, admission_id: UUID, expires: datetime) -> None:
        await self._allocation.CloseAdmission(
            allocation_pb2.CloseAdmissionRequest(
                event_id=ids.event_text(event_id),
                admission_id=ids.text("adm", admission_id),
                expire_time=timestamps.to_proto(expires),
            )
        )
