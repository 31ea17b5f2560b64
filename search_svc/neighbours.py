"""What search asks of inventory: the catalogue, and what is left."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any, Protocol

from mesh import ids, timestamps
from mesh.channels import Peers
from protos.inventory.v1 import (
    allocation_pb2,
    allocation_pb2_grpc,
    catalog_pb2,
    catalog_pb2_grpc,
)
from search_svc.index import Counts, Document

CATALOG_PAGE_SIZE = 500


class Inventory(Protocol):
    """Inventory, as search sees it."""

    def catalog(self) -> AsyncIterator[list[Document]]:
        """Yields the whole catalogue, page by page."""

    async def counts(self, event_ids: Sequence[int]) -> list[Counts]:
        """Returns what is left of events."""


class InventoryPeer:
    """Inventory over gRPC."""

    def __init__(self, peers: Peers) -> None:
        self._catalog: Any = peers.stub(catalog_pb2_grpc.CatalogServiceStub, "inventory")
        self._allocation: Any = peers.stub(allocation_pb2_grpc.AllocationServiceStub, "inventory")

    async def catalog(self) -> AsyncIterator[list[Document]]:
        after = ""
        while True:
            reply = await self._catalog.ListCatalog(
                catalog_pb2.ListCatalogRequest(page_size=CATALOG_PAGE_SIZE, after_event_id=after)
            )
            if not reply.events:
                return
            yield [document(facts) for facts in reply.events]
            after = reply.events[-1].event.event_id

    async def counts(self, event_ids: Sequence[int]) -> list[Counts]:
        reply = await self._allocation.CountSeats(
            allocation_pb2.CountSeatsRequest(event_ids=[ids.event_text(i) for i in event_ids])
        )
        return [
            Counts(
                ids.parse_event(event.event_id),
                sum(zone.available for zone in event.zones),
                max((zone.together_max for zone in event.zones), default=0),
            )
            for event in reply.events
        ]


def document(facts: catalog_pb2.EventFacts) -> Document:
    """Returns an event of the catalogue as it is indexed."""
    event = facts.event
    cheapest = min(event.zones, key=lambda zone: zone.price.amount_minor, default=None)
    start_time = timestamps.from_proto(event.start_time)
    if start_time is None:
        raise ValueError(f"{event.event_id} has no start")
    return Document(
        event_id=ids.parse_event(event.event_id),
        version=event.version,
        is_published=event.state == catalog_pb2.Event.PUBLISHED,
        name=event.name,
        artist_name=event.artist_name,
        venue_name=event.venue_name,
        city=event.city,
        country_code=event.country_code,
        latitude=event.latitude,
        longitude=event.longitude,
        time_zone=event.time_zone,
        category=event.category,
        start_time=start_time,
        sale_open_time=timestamps.from_proto(event.sale_open_time),
        requires_admission=event.requires_admission,
        currency_code=cheapest.price.currency_code if cheapest else "",
        price_min_minor=cheapest.price.amount_minor if cheapest else 0,
    )
