"""The plan of a venue: sections of rows of seats, and pools of places without a seat."""

from collections.abc import Iterator
from dataclasses import dataclass, field

SEATS_MAX = 150_000
"""More than the largest stadium has: a plan beyond it is a mistake in the file."""

ZONES_MAX = 200
"""As many price zones as an event can price."""

POOL_CAPACITY_MAX = 1_000_000
"""The largest open fields take this many people."""

NAME_CHARACTERS_MAX = 100
"""What a ticket and a seat map have room for."""

Point = tuple[float, float]
"""x to the right and y downwards, in the plan's units."""


@dataclass(frozen=True, slots=True)
class Seat:
    """One seat."""

    number: str
    """As shown to buyers; letters are allowed."""
    x: float
    """To the right, in the plan's units."""
    y: float
    """Downwards, in the plan's units."""
    zone_name: str
    """The price zone."""
    accessible: bool = False
    """A wheelchair place."""
    companion: bool = False
    """The seat beside a wheelchair place."""
    place: int = 0
    """Where it stands in its row: neighbours differ by one, an aisle leaves numbers out. Set by the arrangement."""
    rank: int = 0
    """0 is the best seat of the plan. Set by the arrangement."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of seats, in the order in which they stand."""

    name: str
    seats: tuple[Seat, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A block of rows, front to back."""

    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Pool:
    """Places without a seat."""

    name: str
    zone_name: str
    capacity: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What a venue has to offer."""

    sections: tuple[Section, ...] = ()
    pools: tuple[Pool, ...] = ()
    zone_names: tuple[str, ...] = field(default=())
    """The price zones in use, in the order in which their numbers are given out."""

    def seats(self) -> Iterator[Seat]:
        """All seats in the map's order."""
        for section in self.sections:
            for row in section.rows:
                yield from row.seats

    @property
    def seat_count(self) -> int:
        """How many seats it has."""
        return sum(len(row.seats) for section in self.sections for row in section.rows)

    @property
    def pool_capacity(self) -> int:
        """How many places without a seat it has."""
        return sum(pool.capacity for pool in self.pools)

    @property
    def accessible_count(self) -> int:
        """How many wheelchair and companion seats it has."""
        return sum(seat.accessible or seat.companion for seat in self.seats())
