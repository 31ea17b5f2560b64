"""Allocation over gRPC, on the peer port."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from google.protobuf.empty_pb2 import Empty

from inventory_svc.allocation import store
from inventory_svc.allocation.counting import ZoneCount
from inventory_svc.allocation.counts import Counts
from inventory_svc.allocation.paying import PAYING_SECONDS_DEFAULT, Paying
from inventory_svc.allocation.pins import PinAsked, Pins
from inventory_svc.allocation.returns import ReturnAsked, return_seats
from inventory_svc.catalog import store as catalog_store
from inventory_svc.catalog.events import guarded
from inventory_svc.errors import EventNotFound
from inventory_svc.holds import wire
from inventory_svc.holds.errors import HoldNotFound
from inventory_svc.holds.lookout import Lookout
from inventory_svc.holds.seatings import Seatings
from mesh import ids
from mesh.clock import Clock
from mesh.database import Database
from mesh.errors import InvalidArgument
from mesh.outbox import Outbox
from mesh.timestamps import from_proto, to_proto
from protos.inventory.v1 import allocation_pb2, allocation_pb2_grpc, inventory_pb2

PINS_PAGE_SIZE_DEFAULT = 100


class AllocationHandlers(allocation_pb2_grpc.AllocationServiceServicer):
    """Serves AllocationService."""

    def __init__(
        self,
        database: Database,
        seatings: Seatings,
        lookout: Lookout,
        clock: Clock,
        paying_seconds: int = PAYING_SECONDS_DEFAULT,
    ) -> None:
        self._database = database
        self._seatings = seatings
        self._clock = clock
        self._lookout = lookout
        self._pins = Pins(database, seatings, lookout)
        self._paying = Paying(database, seatings, paying_seconds)
        self._counts = Counts(database)

    async def StartPayment(
        self, request: allocation_pb2.StartPaymentRequest, context: Any
    ) -> inventory_pb2.Hold:
        """Gives a live hold time to be paid for."""
        return await self._paying.start(_hold_id(request), _order_id(request))

    async def PinHold(
        self, request: allocation_pb2.PinHoldRequest, context: Any
    ) -> inventory_pb2.Hold:
        """Pins a live hold for an order."""
        deadline = _time(request, "deadline_time")
        if deadline is None:
            raise InvalidArgument("deadlineTime", "is required")
        return await self._pins.pin(
            PinAsked(_hold_id(request), _order_id(request), deadline, request.retake)
        )

    async def ConfirmHold(
        self, request: allocation_pb2.ConfirmHoldRequest, context: Any
    ) -> inventory_pb2.Hold:
        """Sells the seats of a pinned hold to its order."""
        return await self._pins.confirm(_hold_id(request), _order_id(request))

    async def UnpinHold(self, request: allocation_pb2.UnpinHoldRequest, context: Any) -> Empty:
        """Gives the seats of a pinned hold back."""
        await self._pins.unpin(_hold_id(request), _order_id(request))
        return Empty()

    async def ListPins(
        self, request: allocation_pb2.ListPinsRequest, context: Any
    ) -> allocation_pb2.ListPinsResponse:
        """Lists old pins, oldest first."""
        size = request.page_size or PINS_PAGE_SIZE_DEFAULT
        pins = await self._pins.old(request.age_seconds_min, size)
        return allocation_pb2.ListPinsResponse(
            pins=[
                allocation_pb2.ListPinsResponse.Pin(
                    hold_id=ids.text("hld", pin.hold_id),
                    order_id=ids.text("ord", pin.order_id),
                    pin_time=to_proto(pin.pin_time),
                    deadline_time=to_proto(pin.pin_deadline),
                )
                for pin in pins
            ]
        )

    async def ReturnSeats(self, request: allocation_pb2.ReturnSeatsRequest, context: Any) -> Empty:
        """Returns sold seats and places of an order to the sale."""
        hold_id = _hold_id(request)
        seating = await self._seatings.of_hold(hold_id)
        if not (request.seat_ids or request.pools):
            raise InvalidArgument("seatIds", "name seats or pools")
        await return_seats(
            self._database,
            self._lookout,
            ReturnAsked(
                hold_id,
                _order_id(request),
                request.return_id,
                wire.read_seat_ids(request.seat_ids, seating),
                wire.read_pools(request.pools, seating),
            ),
        )
        return Empty()

    async def CloseAdmission(
        self, request: allocation_pb2.CloseAdmissionRequest, context: Any
    ) -> Empty:
        """Closes an admission."""
        event_id = ids.parse_or(EventNotFound(), ids.parse_event, request.event_id)
        admission_id = ids.parse_or(
            InvalidArgument("admissionId", "is not an admission's id"),
            ids.parse,
            "adm",
            request.admission_id,
        )
        async with self._database.transaction() as connection:
            await store.close_admission(
                connection, event_id, admission_id, _time(request, "expire_time")
            )
        return Empty()

    async def SetRequiresAdmission(
        self, request: allocation_pb2.SetRequiresAdmissionRequest, context: Any
    ) -> Empty:
        """Says whether an event's seats are held only with an admission."""
        event_id = ids.parse_or(EventNotFound(), ids.parse_event, request.event_id)
        now = self._clock.now()
        async with self._database.transaction() as connection:
            await catalog_store.change_event(
                connection,
                event_id,
                lambda event: guarded(event, request.requires_admission, now),
            )
        Outbox.wake()
        return Empty()

    async def CountSeats(
        self, request: allocation_pb2.CountSeatsRequest, context: Any
    ) -> allocation_pb2.CountSeatsResponse:
        """Counts what is left of events."""
        event_ids = [event_id for text in request.event_ids if (event_id := _known(text))]
        counts: dict[int, allocation_pb2.CountSeatsResponse.EventCount] = {}
        for zone in await self._counts.count(event_ids):
            count = counts.setdefault(
                zone.event_id,
                allocation_pb2.CountSeatsResponse.EventCount(
                    event_id=ids.event_text(zone.event_id)
                ),
            )
            count.zones.append(_zone_count(zone))
        return allocation_pb2.CountSeatsResponse(
            events=[counts[event_id] for event_id in event_ids if event_id in counts]
        )


def _zone_count(zone: ZoneCount) -> allocation_pb2.CountSeatsResponse.ZoneCount:
    return allocation_pb2.CountSeatsResponse.ZoneCount(
        zone_id=f"z{zone.zone_no}",
        available=zone.available,
        held=zone.held,
        sold=zone.sold,
        blocked=zone.blocked,
        total=zone.total,
        price_minor=zone.price_minor,
        together_max=zone.together_max,
    )


def _known(event_text: str) -> int | None:
    try:
        return ids.parse_event(event_text)
    except ids.MalformedId:
        return None


def _hold_id(request: Any) -> UUID:
    return ids.parse_or(HoldNotFound(), ids.parse, "hld", request.hold_id)


def _order_id(request: Any) -> UUID:
    wrong = InvalidArgument("orderId", "is not an order's id")
    return ids.parse_or(wrong, ids.parse, "ord", request.order_id)


def _time(request: Any, field: str) -> datetime | None:
    if not request.HasField(field):
        return None
    try:
        return from_proto(getattr(request, field))
    except (ValueError, OverflowError):
        raise InvalidArgument(field, "is not a time") from None
