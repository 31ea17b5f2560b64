"""Whom payment asks: inventory for holds and events, tickets for tickets. Protocols, and the gRPC behind them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID

import grpc

from mesh import ids, money, timestamps
from mesh.channels import Peers, as_caller
from mesh.clock import Clock
from mesh.errors import OnsaleError, RemoteError, Unavailable
from mesh.money import Money
from payment_svc.errors import EventNotFound, HoldNotFound
from protos.inventory.v1 import (
    allocation_pb2,
    allocation_pb2_grpc,
    catalog_pb2,
    catalog_pb2_grpc,
    inventory_pb2,
    inventory_pb2_grpc,
)
from protos.ticket.v1 import ticket_pb2, ticket_pb2_grpc

FACTS_LIFE_SECONDS = 5.0
FACTS_REMEMBERED_MAX = 2_000
CATALOG_PAGE_SIZE = 500
PINS_PAGE_SIZE = 500

_DEFINITE = {
    grpc.StatusCode.FAILED_PRECONDITION,
    grpc.StatusCode.ABORTED,
    grpc.StatusCode.ALREADY_EXISTS,
    grpc.StatusCode.NOT_FOUND,
}
"""A neighbour that answers so has decided."""

_ABSENT = {
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
    grpc.StatusCode.INTERNAL,
    grpc.StatusCode.UNKNOWN,
    grpc.StatusCode.CANCELLED,
}
"""A neighbour that answers so says nothing of what is true: ask again later."""


class SeatsGone(Exception):
    """Inventory will not give an order its seats, now or later."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class HeldPart:
    """A held seat, or places in a pool."""

    seat_id: str
    pool_id: str
    quantity: int
    unit_price: Money
    zone_id: str
    label: str


@dataclass(frozen=True)
class Hold:
    """A hold as its owner sees it."""

    hold_id: UUID
    state: str
    expire_time: datetime
    parts: Sequence[HeldPart]
    currency_code: str


@dataclass(frozen=True)
class ReturnedParts:
    """Sold seats, and places by pool, that go back on sale; at least one."""

    seat_ids: Sequence[str]
    places: Mapping[str, int]


@dataclass(frozen=True)
class Pin:
    """An old pin."""

    hold_id: UUID
    order_id: UUID


@dataclass(frozen=True)
class EventFacts:
    """What payment needs to know of an event."""

    event_id: int
    organiser_id: UUID
    name: str
    is_cancelled: bool
    start_time: datetime
    currency_code: str


@dataclass(frozen=True)
class Ticket:
    """A ticket as its owner's service knows it."""

    ticket_id: UUID
    seat_id: str
    pool_id: str
    zone_id: str
    state: str


class Inventory(Protocol):
    """Keeps the seats."""

    async def get_hold(self, hold_id: UUID) -> Hold:
        """Returns a hold of the current caller. Raises HoldNotFound."""

    async def start_payment(self, hold_id: UUID, order_id: UUID) -> datetime:
        """Gives a live hold time to be paid for by an order; returns when it ends. Raises what inventory refuses."""

    async def release_hold(self, hold_id: UUID) -> None:
        """Gives a hold of the current caller back."""

    async def pin(self, hold_id: UUID, order_id: UUID, deadline_time: datetime) -> None:
        """Pins a hold, taking its seats again where it expired. Raises SeatsGone."""

    async def sell(self, hold_id: UUID, order_id: UUID) -> None:
        """Sells a pinned hold. Raises SeatsGone."""

    async def unpin(self, hold_id: UUID, order_id: UUID) -> None:
        """Gives a hold's seats back and refuses any later pin by the order."""

    async def return_seats(
        self, hold_id: UUID, order_id: UUID, refund_id: UUID, parts: ReturnedParts
    ) -> None:
        """Gives sold seats and places back to the sale, once for each refund."""

    async def list_pins(self, age_seconds_min: int) -> list[Pin]:
        """Returns old pins, oldest first."""


class Catalog(Protocol):
    """Knows the events."""

    async def event_facts(self, event_id: int) -> EventFacts:
        """Returns an event, at most FACTS_LIFE_SECONDS old. Raises EventNotFound."""

    async def list_events(self, after_event_id: int | None) -> list[EventFacts]:
        """Returns a page of all events that were ever published, in id order."""


class Tickets(Protocol):
    """Decides what becomes of tickets."""

    async def claim(
        self, refund_id: UUID, order_id: UUID, ticket_ids: Sequence[UUID], account_id: UUID | None
    ) -> list[Ticket]:
        """Takes tickets out of use for a refund; no ids mean all that can be. Raises RemoteError when one cannot."""

    async def revoke(self, refund_id: UUID, order_id: UUID) -> None:
        """Stops a refund's tickets for good."""

    async def list_of_caller(self, order_id: UUID) -> list[Ticket]:
        """Returns the current caller's tickets of an order."""


def is_definite(error: OnsaleError) -> bool:
    """Tells whether a neighbour's error is its decision, not its absence."""
    return isinstance(error, RemoteError) and error.code in _DEFINITE


class GRPCInventory:
    """Inventory over its peer port."""

    def __init__(self, peers: Peers) -> None:
        self._holds: Any = peers.stub(inventory_pb2_grpc.InventoryServiceStub, "inventory")
        self._allocation: Any = peers.stub(allocation_pb2_grpc.AllocationServiceStub, "inventory")

    async def get_hold(self, hold_id: UUID) -> Hold:
        request = inventory_pb2.GetHoldRequest(hold_id=ids.text("hld", hold_id))
        try:
            with as_caller():
                found: inventory_pb2.Hold = await _ask(self._holds.GetHold, request)
        except RemoteError as error:
            if error.code is grpc.StatusCode.NOT_FOUND:
                raise HoldNotFound from None
            raise
        return _hold(found)

    async def release_hold(self, hold_id: UUID) -> None:
        with as_caller():
            await _ask(
                self._holds.ReleaseHold,
                inventory_pb2.ReleaseHoldRequest(hold_id=ids.text("hld", hold_id)),
            )

    async def start_payment(self, hold_id: UUID, order_id: UUID) -> datetime:
        request = allocation_pb2.StartPaymentRequest(
            hold_id=ids.text("hld", hold_id), order_id=ids.text("ord", order_id)
        )
        return _hold(await _ask(self._allocation.StartPayment, request)).expire_time

    async def pin(self, hold_id: UUID, order_id: UUID, deadline_time: datetime) -> None:
        request = allocation_pb2.PinHoldRequest(
            hold_id=ids.text("hld", hold_id),
            order_id=ids.text("ord", order_id),
            deadline_time=timestamps.to_proto(deadline_time),
            retake=True,
        )
        await _decide(self._allocation.PinHold, request)

    async def sell(self, hold_id: UUID, order_id: UUID) -> None:
        request = allocation_pb2.ConfirmHoldRequest(
            hold_id=ids.text("hld", hold_id), order_id=ids.text("ord", order_id)
        )
        await _decide(self._allocation.ConfirmHold, request)

    async def unpin(self, hold_id: UUID, order_id: UUID) -> None:
        await _ask(
            self._allocation.UnpinHold,
            allocation_pb2.UnpinHoldRequest(
                hold_id=ids.text("hld", hold_id), order_id=ids.text("ord", order_id)
            ),
        )

    async def return_seats(
        self, hold_id: UUID, order_id: UUID, refund_id: UUID, parts: ReturnedParts
    ) -> None:
        await _ask(
            self._allocation.ReturnSeats,
            allocation_pb2.ReturnSeatsRequest(
                order_id=ids.text("ord", order_id),
                hold_id=ids.text("hld", hold_id),
                return_id=ids.text("rfd", refund_id),
                seat_ids=parts.seat_ids,
                pools=[
                    inventory_pb2.PoolQuantity(pool_id=pool_id, quantity=quantity)
                    for pool_id, quantity in sorted(parts.places.items())
                ],
            ),
        )

    async def list_pins(self, age_seconds_min: int) -> list[Pin]:
        listed = await _ask(
            self._allocation.ListPins,
            allocation_pb2.ListPinsRequest(
                age_seconds_min=age_seconds_min, page_size=PINS_PAGE_SIZE
            ),
        )
        return [
            Pin(ids.parse("hld", pin.hold_id), ids.parse("ord", pin.order_id))
            for pin in listed.pins
        ]


class GRPCCatalog:
    """The catalogue over inventory's peer port, with a small memory."""

    def __init__(self, peers: Peers, clock: Clock) -> None:
        self._stub: Any = peers.stub(catalog_pb2_grpc.CatalogServiceStub, "inventory")
        self._clock = clock
        self._known: OrderedDict[int, tuple[datetime, EventFacts]] = OrderedDict()

    async def event_facts(self, event_id: int) -> EventFacts:
        now = self._clock.now()
        known = self._known.get(event_id)
        if known and (now - known[0]).total_seconds() < FACTS_LIFE_SECONDS:
            return known[1]
        request = catalog_pb2.GetEventRequest(event_id=ids.event_text(event_id))
        try:
            facts = _facts(await _ask(self._stub.GetEventFacts, request))
        except RemoteError as error:
            if error.code is grpc.StatusCode.NOT_FOUND:
                raise EventNotFound from None
            raise
        self._known[event_id] = (now, facts)
        self._known.move_to_end(event_id)
        if len(self._known) > FACTS_REMEMBERED_MAX:
            self._known.popitem(last=False)
        return facts

    async def list_events(self, after_event_id: int | None) -> list[EventFacts]:
        after = "" if after_event_id is None else ids.event_text(after_event_id)
        request = catalog_pb2.ListCatalogRequest(page_size=CATALOG_PAGE_SIZE, after_event_id=after)
        return [_facts(found) for found in (await _ask(self._stub.ListCatalog, request)).events]


class GRPCTickets:
    """The ticket service over its peer port."""

    def __init__(self, peers: Peers) -> None:
        self._revocation: Any = peers.stub(ticket_pb2_grpc.RevocationServiceStub, "ticket")
        self._tickets: Any = peers.stub(ticket_pb2_grpc.TicketServiceStub, "ticket")

    async def claim(
        self, refund_id: UUID, order_id: UUID, ticket_ids: Sequence[UUID], account_id: UUID | None
    ) -> list[Ticket]:
        reply = await _ask(
            self._revocation.ClaimTickets,
            ticket_pb2.ClaimTicketsRequest(
                claim_id=ids.text("rfd", refund_id),
                order_id=ids.text("ord", order_id),
                ticket_ids=[ids.text("tkt", ticket_id) for ticket_id in ticket_ids],
                account_id=ids.text("acc", account_id) if account_id else "",
            ),
        )
        return [_ticket(found) for found in reply.tickets]

    async def revoke(self, refund_id: UUID, order_id: UUID) -> None:
        await _ask(
            self._revocation.RevokeTickets,
            ticket_pb2.RevokeTicketsRequest(
                claim_id=ids.text("rfd", refund_id), order_id=ids.text("ord", order_id)
            ),
        )

    async def list_of_caller(self, order_id: UUID) -> list[Ticket]:
        request = ticket_pb2.ListOrderTicketsRequest(order_id=ids.text("ord", order_id))
        with as_caller():
            reply = await _ask(self._tickets.ListOrderTickets, request)
        return [_ticket(found) for found in reply.tickets]


async def _ask(call: Any, request: Any) -> Any:
    """Calls a neighbour. Raises Unavailable when it could not say, RemoteError when it refused."""
    try:
        return await call(request)
    except RemoteError as error:
        if error.code in _ABSENT:
            raise Unavailable(f"{error.reason}: {error.message}") from error
        raise


async def _decide(call: Any, request: Any) -> None:
    """Calls inventory for a decision about seats. Raises SeatsGone when it decided against the order."""
    try:
        await _ask(call, request)
    except OnsaleError as error:
        if is_definite(error):
            raise SeatsGone(error.reason) from None
        raise


def _hold(found: inventory_pb2.Hold) -> Hold:
    seats = [
        HeldPart(seat.seat_id, "", 1, money.from_proto(seat.price), seat.zone_id, seat.label)
        for seat in found.seats
    ]
    places = [
        HeldPart("", p.pool_id, p.quantity, money.from_proto(p.price), p.zone_id, p.label)
        for p in found.pools
    ]
    return Hold(
        hold_id=ids.parse("hld", found.hold_id),
        state=inventory_pb2.Hold.State.Name(found.state),
        expire_time=found.expire_time.ToDatetime(tzinfo=UTC),
        parts=[*seats, *places],
        currency_code=found.total.currency_code,
    )


def _facts(found: catalog_pb2.EventFacts) -> EventFacts:
    event = found.event
    return EventFacts(
        event_id=ids.parse_event(event.event_id),
        organiser_id=ids.parse("acc", found.organiser_id),
        name=event.name,
        is_cancelled=event.state == catalog_pb2.Event.CANCELLED,
        start_time=event.start_time.ToDatetime(tzinfo=UTC),
        currency_code=event.zones[0].price.currency_code if event.zones else "",
    )


def _ticket(found: ticket_pb2.Ticket) -> Ticket:
    return Ticket(
        ticket_id=ids.parse("tkt", found.ticket_id),
        seat_id=found.seat_id,
        pool_id=found.pool_id,
        zone_id=found.zone_id,
        state=ticket_pb2.Ticket.State.Name(found.state),
    )
