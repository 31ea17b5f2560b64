"""A hold and its life: who may move it from where to where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class State(StrEnum):
    """Where a hold is in its life; the moves are written beside the column, in the migration."""

    HELD = "HELD"
    PINNED = "PINNED"
    CONFIRMED = "CONFIRMED"
    RELEASED = "RELEASED"
    EXPIRED = "EXPIRED"


class SeatState:
    """A seat's state as its row has it."""

    AVAILABLE = 0
    HELD = 1
    PINNED = 2
    SOLD = 3
    BLOCKED = 4


@dataclass(frozen=True, slots=True)
class HeldSeat:
    """A seat of a hold, as it was when the hold was placed."""

    seat_no: int
    zone_no: int
    price_minor: int
    fence: int


@dataclass(frozen=True, slots=True)
class HeldPlaces:
    """Places of a hold that are counted in one shard."""

    pool_no: int
    shard_no: int
    zone_no: int
    price_minor: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Hold:
    """Seats and places kept for one account."""

    event_id: int
    hold_id: UUID
    account_id: UUID
    admission_id: UUID | None
    state: State
    create_time: datetime
    held_until: datetime
    extended: bool
    currency_code: str
    seats: tuple[HeldSeat, ...]
    places: tuple[HeldPlaces, ...]
    version: int = 1
    code_no: int | None = None
    """The access code that opened an allotment to it."""
    order_id: UUID | None = None
    pin_time: datetime | None = None
    pin_deadline: datetime | None = None

    @property
    def seat_nos(self) -> list[int]:
        """Its seats, in the map's order."""
        return [seat.seat_no for seat in self.seats]

    @property
    def count(self) -> int:
        """Seats and places together."""
        return len(self.seats) + sum(places.quantity for places in self.places)

    @property
    def total_minor(self) -> int:
        """All prices together."""
        return sum(seat.price_minor for seat in self.seats) + sum(
            places.price_minor * places.quantity for places in self.places
        )

    def state_at(self, now: datetime) -> State:
        """Returns its state at a time: a hold is expired from its end on, whoever has noticed."""
        if self.state is State.HELD and self.held_until <= now:
            return State.EXPIRED
        return self.state


ANYBODYS = 0
"""The allotment of a seat whose allotment's time has come, whoever has noticed."""


@dataclass(frozen=True, slots=True)
class SeatRow:
    """A seat as it stands under its lock."""

    seat_no: int
    state: int
    hold_id: UUID | None
    held_until: datetime | None
    fence: int
    allotment_no: int | None = None
    """The allotment that it belongs to; ANYBODYS once that allotment's time has come, None for the public sale."""

    def can_be_taken(self, now: datetime, opened_allotment_no: int | None = None) -> bool:
        """Tells whether it may be taken: free, or held by a hold whose time is over, and not another's allotment.

        Args:
            now: the time.
            opened_allotment_no: the allotment that the taker has a code for; None for the public.
        """
        if self.allotment_no not in (None, ANYBODYS, opened_allotment_no):
            return False
        if self.state == SeatState.HELD:
            return self.held_until is not None and self.held_until <= now
        is_allotted = self.state == SeatState.BLOCKED and self.allotment_no is not None
        return self.state == SeatState.AVAILABLE or is_allotted
