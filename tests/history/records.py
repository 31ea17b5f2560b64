"""What is recorded: calls as their callers saw them, and the rows as they stood at the end.

All times are seconds on one clock, that of the callers; the database's times differ from it by at most
`clock_error_seconds`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import StrEnum

SeatFence = tuple[int, int]
"""A seat's number, and its fence."""


class Kind(StrEnum):
    """What was asked."""

    HOLD = "hold"
    GET = "get"
    RELEASE = "release"
    EXTEND = "extend"
    PIN = "pin"
    CONFIRM = "confirm"
    UNPIN = "unpin"
    RETURN = "return"


class Outcome(StrEnum):
    """What became of it, as far as the caller knows."""

    OK = "ok"
    REFUSED = "refused"
    """For good: nothing was done, and the same request will be told the same again."""
    UNKNOWN = "unknown"
    """No answer, or one that says to try again: it may have been done, now or later, or never."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a reply says of a hold."""

    hold_id: str
    state: str
    seats: tuple[SeatFence, ...]
    create_time: float
    expire_time: float


@dataclass(frozen=True, slots=True)
class Call:
    """One call, with its answer if there was one."""

    kind: Kind
    account: str
    invoked: float
    answered: float
    """When the caller stopped waiting, where the outcome is unknown."""
    outcome: Outcome
    request_id: str = ""
    seats_asked: tuple[int, ...] = ()
    quantity: int = 0
    """How many of the best seats; 0 where seats were chosen."""
    hold_id: str = ""
    """The hold that is asked about; a HOLD has none yet."""
    order_id: str = ""
    reason: str = ""
    seats_gone: tuple[int, ...] = ()
    """With SEATS_TAKEN: the seats that could not be had."""
    told: Told | None = None

    @property
    def latest(self) -> float:
        """When it was surely over: what is unknown may happen at any time."""
        return math.inf if self.outcome is Outcome.UNKNOWN else self.answered

    @property
    def body(self) -> tuple[object, ...]:
        """What was asked, without the request id."""
        return self.seats_asked, self.quantity, self.hold_id, self.order_id


@dataclass(frozen=True, slots=True)
class HoldRow:
    """A hold's row at the end."""

    hold_id: str
    account: str
    state: str
    create_time: float
    held_until: float
    extended: bool
    seats: tuple[SeatFence, ...]
    order_id: str = ""
    sold_count: int = 0


AVAILABLE, HELD, PINNED, SOLD = range(4)


@dataclass(frozen=True, slots=True)
class SeatRow:
    """A seat's row at the end."""

    seat_no: int
    state: int
    fence: int
    hold_id: str = ""
    held_until: float = math.inf


@dataclass(slots=True)
class Limits:
    """What one buyer may have at once."""

    seats_per_hold: int
    live_holds: int
    tickets: int


@dataclass(slots=True)
class History:
    """A run, from the first call to the rows that were left."""

    limits: Limits
    calls: list[Call] = field(default_factory=list)
    holds: list[HoldRow] = field(default_factory=list)
    seats: list[SeatRow] = field(default_factory=list)
    read_time: float = math.inf
    """When the rows were read; nobody was calling any more."""
    clock_error_seconds: float = 0.0
    stale_refusal_seconds: float = 0.0
    """For how long a seat may still be refused after it became free: what a cache is allowed."""


@dataclass(frozen=True, slots=True)
class Violation:
    """Something that no honest box office does."""

    rule: str
    what: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.what}"
