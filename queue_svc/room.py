"""A room and the rules of its line, without wire or driver."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from queue_svc import draw
from queue_svc.errors import NotYet

CLOCK_SKEW_SECONDS = 5
"""How long after its end an admission still counts: a verifier's clock may be behind by so much."""
RETRY_SECONDS = 1.0


class State(StrEnum):
    """SCHEDULED → OPEN ⇄ PAUSED; OPEN ⇄ SOLD_OUT; any → CLOSED."""

    SCHEDULED = "SCHEDULED"
    OPEN = "OPEN"
    PAUSED = "PAUSED"
    SOLD_OUT = "SOLD_OUT"
    CLOSED = "CLOSED"


@dataclass(frozen=True)
class Room:
    """A room's row."""

    event_id: int
    organiser_id: UUID
    state: State
    capacity: int
    admissions_per_minute_max: int
    """0 where only free slots set the pace."""
    admission_seconds: int
    open_time: datetime
    opened_time: datetime | None
    seed: bytes
    commitment: str
    serving_rank: float
    serving_sequence: int
    next_sequence: int
    draw_count: int
    now: datetime
    """The database's clock when the row was read."""

    @property
    def is_open(self) -> bool:
        """True from the opening on: the draw is over and the seed is public."""
        return self.opened_time is not None


@dataclass(frozen=True)
class PlaceHeld:
    """A place in the line, as its signed token says."""

    account_text: str
    drawn: bool
    sequence: int
    issued: datetime


def is_turn(room: Room, place: PlaceHeld) -> bool:
    """Tells whether the serving marks have reached a place."""
    if not room.is_open:
        return False
    if place.drawn:
        return draw.rank(room.seed, place.account_text) < room.serving_rank
    return room.serving_rank >= 1.0 and place.sequence <= room.serving_sequence


def ahead(room: Room, place: PlaceHeld) -> int:
    """Estimates how many are ahead of a place; before the opening nobody knows, and all who joined are counted."""
    if not room.is_open:
        return room.draw_count
    drawn_waiting = max(1.0 - room.serving_rank, 0.0) * room.draw_count
    if place.drawn:
        rank = draw.rank(room.seed, place.account_text)
        return max(int((rank - room.serving_rank) * room.draw_count), 0)
    return int(drawn_waiting) + max(place.sequence - room.serving_sequence - 1, 0)


def not_yet(room: Room, place: PlaceHeld) -> NotYet:
    """Returns the refusal for a place whose time has not come."""
    wait_seconds = RETRY_SECONDS
    if not room.is_open:
        wait_seconds = max((room.open_time - room.now).total_seconds(), RETRY_SECONDS)
    return NotYet(
        retry_after_seconds=wait_seconds, state=room.state.value, aheadCount=ahead(room, place)
    )
