"""What is asked of a box office and what comes back, in words that the fake and the real one share."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Want:
    """Seats, places, or the best that there is."""

    seat_nos: tuple[int, ...] = ()
    places: tuple[tuple[int, int], ...] = ()
    """Pool and quantity."""
    best: int = 0
    zone_no: int | None = None
    """With `best`: the only zone that will do."""

    @property
    def count(self) -> int:
        """How many seats and places that is."""
        return self.best or len(self.seat_nos) + sum(quantity for _, quantity in self.places)


class Token(StrEnum):
    """What a buyer shows at the door."""

    NONE = "none"
    VALID = "valid"
    FORGED = "forged"
    EXPIRED = "expired"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Got:
    """A hold, as its buyer is told of it."""

    hold_id: str
    seats: dict[int, int]
    """Fence by seat."""
    places: dict[int, int]
    """Quantity by pool."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A reason, with the facts that come with it."""

    reason: str
    facts: dict[str, object] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Done:
    """It was done, and there is nothing to say of it."""


Answer = Got | Refused | Done


@dataclass(frozen=True, slots=True)
class Call:
    """One buyer's wish to hold something."""

    buyer_no: int
    want: Want
    request_id: str = ""
    token: Token = Token.NONE


@dataclass(frozen=True, slots=True)
class SeatSeen:
    """A seat as it counts: one whose hold is over is free."""

    state: int
    hold_id: str
    fence: int


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything that can be compared."""

    seats: dict[int, SeatSeen]
    free_places: dict[int, int]
    """By pool, with what ran out."""
    hold_states: dict[str, str]


class BoxOffice(Protocol):
    """One event on sale, by whatever means. A limit, a house and pools are those of `event.py`."""

    def place(self, calls: list[Call]) -> list[Answer]:
        """Sends calls at once, in this order."""

    def release(self, buyer_no: int, hold_id: str) -> Answer:
        """Gives a hold back."""

    def extend(self, buyer_no: int, hold_id: str) -> Answer:
        """Makes a hold last its full time again."""

    def pin(self, hold_id: str, order_no: int, retake: bool) -> Answer:
        """Keeps a hold for an order."""

    def confirm(self, hold_id: str, order_no: int) -> Answer:
        """Sells a pinned hold to its order."""

    def unpin(self, hold_id: str, order_no: int) -> Answer:
        """Gives a pinned hold back, and shuts its order out."""

    def take_back(self, hold_id: str, order_no: int, return_id: str, want: Want) -> Answer:
        """Returns sold seats and places to the sale."""

    def cancel(self) -> None:
        """Cancels the event."""

    def require_admission(self, required: bool) -> None:
        """Sets a room before the event, or takes it away."""

    def pass_time(self, seconds: int) -> None:
        """Lets time pass for every hold."""

    def tidy(self) -> None:
        """Runs the expiry worker."""

    def look(self) -> Seen:
        """Returns everything that can be compared."""

    def close(self) -> None:
        """Ends it."""
