"""SalesService: an organiser's own events only."""

from __future__ import annotations

from typing import Any

from google.api import httpbody_pb2
from google.protobuf.message import Message

from mesh import identity, ids
from mesh.money import Money
from payment_svc.errors import EventNotFound
from payment_svc.neighbours import Catalog, EventFacts
from payment_svc.refunds.store import RefundStore
from payment_svc.sales.export import ROWS_MAX, to_csv
from payment_svc.sales.store import SalesStore
from protos.payment.v1 import order_pb2, order_pb2_grpc


class SalesHandlers(order_pb2_grpc.SalesServiceServicer):
    """Tells organisers what they sold."""

    def __init__(self, store: SalesStore, refunds: RefundStore, catalog: Catalog) -> None:
        self._store = store
        self._refunds = refunds
        self._catalog = catalog

    async def locate(self, method: str, request: Message) -> None:
        """Raises EventNotFound for another organiser's event."""
        await self._owned(request.event_id)  # type: ignore[attr-defined]

    async def GetSales(self, request: order_pb2.GetSalesRequest, context: Any) -> order_pb2.Sales:
        """Returns the sums of an event."""
        facts = await self._owned(request.event_id)
        sums = await self._store.sums(facts.event_id)
        code = sums.currency_code or facts.currency_code
        return order_pb2.Sales(
            event_id=ids.event_text(facts.event_id),
            order_count=sums.order_count,
            sold_count=sum(zone.sold_count for zone in sums.zones),
            refunded_count=sum(zone.refunded_count for zone in sums.zones),
            gross=Money(sums.gross_minor, code).to_proto(),
            refunded=Money(sums.refunded_minor, code).to_proto(),
            net=Money(sums.gross_minor - sums.refunded_minor, code).to_proto(),
            zones=[
                order_pb2.Sales.ZoneSales(
                    zone_id=zone.zone_id,
                    sold_count=zone.sold_count,
                    refunded_count=zone.refunded_count,
                    net=Money(zone.net_minor, code).to_proto(),
                )
                for zone in sums.zones
            ],
        )

    async def ExportSales(
        self, request: order_pb2.GetSalesRequest, context: Any
    ) -> httpbody_pb2.HttpBody:
        """Returns a line for each order."""
        facts = await self._owned(request.event_id)
        rows = await self._store.order_rows(facts.event_id, ROWS_MAX)
        return httpbody_pb2.HttpBody(content_type="text/csv; charset=utf-8", data=to_csv(rows))

    async def GetCancellation(
        self, request: order_pb2.GetCancellationRequest, context: Any
    ) -> order_pb2.Cancellation:
        """Returns how far the refunds of a cancelled event have come."""
        facts = await self._owned(request.event_id)
        progress = await self._refunds.cancellation(facts.event_id)
        if progress is None:
            # Just cancelled: the refunds begin as soon as the news arrives.
            state = "RUNNING" if facts.is_cancelled else "NONE"
            nothing = Money(0, facts.currency_code).to_proto()
            return order_pb2.Cancellation(
                event_id=ids.event_text(facts.event_id), state=state, refunded=nothing
            )
        return order_pb2.Cancellation(
            event_id=ids.event_text(facts.event_id),
            state=progress.state,
            order_count=progress.open_count + progress.done_count,
            done_count=progress.done_count,
            failed_count=progress.failed_count,
            refunded=Money(
                progress.refunded_minor, progress.currency_code or facts.currency_code
            ).to_proto(),
        )

    async def _owned(self, event_text: str) -> EventFacts:
        event_id = ids.parse_or(EventNotFound(), ids.parse_event, event_text)
        facts = await self._catalog.event_facts(event_id)
        if facts.organiser_id != identity.account():
            raise EventNotFound
        return facts
