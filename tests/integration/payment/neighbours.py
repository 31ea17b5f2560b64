"""Neighbours of the test's own: they keep the rules that their protos state, in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import grpc

from mesh import identity, ids
from mesh.errors import RemoteError, Unavailable
from mesh.identity import Caller
from mesh.money import Money
from payment_svc.errors import EventNotFound, HoldNotFound
from payment_svc.neighbours import (
    EventFacts,
    HeldPart,
    Hold,
    Pin,
    ReturnedParts,
    SeatsGone,
    Ticket,
)


def sign_in(account_id: UUID) -> None:
    """Makes an account the current caller."""
    identity.set_current(Caller(account_id), {})


@dataclass
class KeptHold:
    """A hold in the inventory."""

    hold: Hold
    account_id: UUID
    pinned_by: UUID | None = None
    sold_to: UUID | None = None
    tombstones: set[UUID] = field(default_factory=set)
    seats_gone: bool = False
    returned: dict[UUID, list[str]] = field(default_factory=dict)
    paying_order_id: UUID | None = None
    seconds: float = 600
    """How long the holds of its event last."""


class MemoryInventory:
    """Holds, pins and sales."""

    def __init__(self) -> None:
        self.holds: dict[UUID, KeptHold] = {}
        self.paying_seconds = 300
        self.away = 0
        """How many calls from now on find nobody."""
        self.calls: list[str] = []

    def place(
        self,
        event_id: int,
        account_id: UUID,
        *,
        seats: int = 2,
        places: int = 0,
        price_minor: int = 5000,
        currency_code: str = "EUR",
        seconds: float = 600,
    ) -> UUID:
        """Places a hold."""
        hold_id = ids.new_id(event_id)
        price = Money(price_minor, currency_code)
        parts = [
            HeldPart(f"s{number}", "", 1, price, "z1", f"Row 1, seat {number}")
            for number in range(seats)
        ]
        if places:
            parts.append(HeldPart("", "p1", places, price, "z2", "Floor"))
        expire_time = datetime.now(UTC) + timedelta(seconds=seconds)
        self.holds[hold_id] = KeptHold(
            Hold(hold_id, "HELD", expire_time, parts, currency_code), account_id, seconds=seconds
        )
        return hold_id

    def expire(self, hold_id: UUID, *, seats_gone: bool) -> None:
        """Lets a hold's time run out; others may have its seats by now."""
        kept = self.holds[hold_id]
        kept.hold = replace(kept.hold, state="EXPIRED")
        kept.seats_gone = seats_gone

    def _answer(self, call: str) -> None:
        self.calls.append(call)
        if self.away:
            self.away -= 1
            raise Unavailable

    async def get_hold(self, hold_id: UUID) -> Hold:
        self._answer("get_hold")
        kept = self.holds.get(hold_id)
        if kept is None or kept.account_id != identity.account():
            raise HoldNotFound
        return kept.hold

    async def start_payment(self, hold_id: UUID, order_id: UUID) -> datetime:
        self._answer("start_payment")
        kept = self.holds[hold_id]
        if kept.paying_order_id is None:
            kept.paying_order_id = order_id
            until = datetime.now(UTC) + timedelta(seconds=min(self.paying_seconds, kept.seconds))
            kept.hold = replace(kept.hold, expire_time=max(kept.hold.expire_time, until))
        return kept.hold.expire_time

    async def release_hold(self, hold_id: UUID) -> None:
        self._answer("release_hold")
        kept = self.holds[hold_id]
        if kept.hold.state == "HELD":
            kept.hold = replace(kept.hold, state="RELEASED")

    async def pin(self, hold_id: UUID, order_id: UUID, deadline_time: datetime) -> None:
        self._answer("pin")
        kept = self.holds[hold_id]
        if kept.pinned_by == order_id:
            return
        if order_id in kept.tombstones:
            raise SeatsGone("PIN_CLOSED")
        if kept.pinned_by is not None:
            raise SeatsGone("HOLD_PINNED")
        if kept.hold.state == "RELEASED" or kept.seats_gone:
            raise SeatsGone("HOLD_EXPIRED")
        kept.pinned_by = order_id
        kept.hold = replace(kept.hold, state="PINNED")

    async def sell(self, hold_id: UUID, order_id: UUID) -> None:
        self._answer("sell")
        kept = self.holds[hold_id]
        if kept.pinned_by != order_id:
            raise SeatsGone("HOLD_EXPIRED")
        kept.sold_to = order_id
        kept.hold = replace(kept.hold, state="CONFIRMED")

    async def unpin(self, hold_id: UUID, order_id: UUID) -> None:
        self._answer("unpin")
        kept = self.holds.get(hold_id)
        if kept is None:
            return
        kept.tombstones.add(order_id)
        if kept.pinned_by == order_id and kept.sold_to is None:
            kept.pinned_by = None
            kept.hold = replace(kept.hold, state="RELEASED")

    async def return_seats(
        self, hold_id: UUID, order_id: UUID, refund_id: UUID, parts: ReturnedParts
    ) -> None:
        self._answer("return_seats")
        kept = self.holds[hold_id]
        assert kept.sold_to == order_id
        places = [pool_id for pool_id, quantity in parts.places.items() for _ in range(quantity)]
        kept.returned[refund_id] = [*parts.seat_ids, *places]

    async def list_pins(self, age_seconds_min: int) -> list[Pin]:
        self._answer("list_pins")
        return [
            Pin(hold_id, kept.pinned_by)
            for hold_id, kept in self.holds.items()
            if kept.pinned_by and kept.sold_to is None
        ]


class MemoryCatalog:
    """Events."""

    def __init__(self) -> None:
        self.events: dict[int, EventFacts] = {}

    def add(self, *, organiser_id: UUID | None = None, starts_in_days: float = 14) -> int:
        """Makes an event on sale."""
        event_id = ids.new_event_id()
        self.events[event_id] = EventFacts(
            event_id=event_id,
            organiser_id=organiser_id or ids.new_account_id(),
            name="Northern Lights",
            is_cancelled=False,
            start_time=datetime.now(UTC) + timedelta(days=starts_in_days),
            currency_code="EUR",
        )
        return event_id

    def cancel(self, event_id: int) -> None:
        """Cancels an event."""
        self.events[event_id] = replace(self.events[event_id], is_cancelled=True)

    async def event_facts(self, event_id: int) -> EventFacts:
        if event_id not in self.events:
            raise EventNotFound
        return self.events[event_id]

    async def list_events(self, after_event_id: int | None) -> list[EventFacts]:
        return [
            facts
            for event_id, facts in sorted(self.events.items())
            if event_id > (after_event_id or 0)
        ]


@dataclass
class KeptTicket:
    """A ticket and who claimed it."""

    ticket: Ticket
    order_id: UUID
    account_id: UUID
    claim_id: UUID | None = None


class MemoryTickets:
    """Tickets."""

    def __init__(self) -> None:
        self.tickets: dict[UUID, KeptTicket] = {}
        self.away = 0
        self.calls: list[str] = []

    def issue(self, order_id: UUID, account_id: UUID, hold: Hold) -> list[UUID]:
        """Issues the tickets of a hold that was sold."""
        made = []
        for part in hold.parts:
            for _ in range(part.quantity):
                ticket_id = ids.new_id(ids.event_of(order_id))
                ticket = Ticket(ticket_id, part.seat_id, part.pool_id, part.zone_id, "ACTIVE")
                self.tickets[ticket_id] = KeptTicket(ticket, order_id, account_id)
                made.append(ticket_id)
        return made

    def use(self, ticket_id: UUID) -> None:
        """Lets a ticket's holder in."""
        kept = self.tickets[ticket_id]
        kept.ticket = replace(kept.ticket, state="USED")

    def _answer(self, call: str) -> None:
        self.calls.append(call)
        if self.away:
            self.away -= 1
            raise Unavailable

    async def claim(
        self, refund_id: UUID, order_id: UUID, ticket_ids: Sequence[UUID], account_id: UUID | None
    ) -> list[Ticket]:
        self._answer("claim")
        of_order = [kept for kept in self.tickets.values() if kept.order_id == order_id]
        claimable = {"ACTIVE"} if account_id else {"ACTIVE", "USED", "TRANSFERRING"}
        if ticket_ids:
            chosen = [kept for kept in of_order if kept.ticket.ticket_id in ticket_ids]
        else:
            chosen = [
                kept
                for kept in of_order
                if kept.claim_id == refund_id or kept.ticket.state in claimable
            ]
        for kept in chosen:
            if kept.claim_id != refund_id and kept.ticket.state not in claimable:
                raise RemoteError(grpc.StatusCode.FAILED_PRECONDITION, "TICKET_NOT_ACTIVE", "", {})
        for kept in chosen:
            if kept.claim_id != refund_id:
                kept.claim_id = refund_id
                kept.ticket = replace(kept.ticket, state="REFUNDING")
        return [kept.ticket for kept in chosen]

    async def revoke(self, refund_id: UUID, order_id: UUID) -> None:
        self._answer("revoke")
        for kept in self.tickets.values():
            if kept.claim_id == refund_id:
                kept.ticket = replace(kept.ticket, state="REVOKED")

    async def list_of_caller(self, order_id: UUID) -> list[Ticket]:
        self._answer("list")
        return [
            kept.ticket
            for kept in self.tickets.values()
            if kept.order_id == order_id and kept.account_id == identity.account()
        ]
