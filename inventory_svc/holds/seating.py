"""Where the seats of an event are: what never changes, kept in memory beside the lane.

Seats are numbered from 0 in the map's order; a seat's number is its place in `seats`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate

from mesh import ids

REMEMBERED_SEATS_MIN = 20
"""An event without seats takes memory too, about as much as so many seats do."""


@dataclass(frozen=True, slots=True)
class Seat:
    """What deciding needs to know of a seat."""

    seat_no: int
    section_no: int
    row_no: int
    row_seat_no: int
    """Place in the row: neighbours differ by one, an aisle leaves a number out."""
    quality: int
    """Rank in the event, 0 is the best."""
    zone_no: int
    accessible: bool
    companion: bool

    @property
    def is_set_aside(self) -> bool:
        """True for wheelchair places and the seats beside them."""
        return self.accessible or self.companion


@dataclass(frozen=True, slots=True)
class Pool:
    """Places without a seat."""

    pool_no: int
    name: str
    zone_no: int
    capacity: int
    shard_count: int


@dataclass(frozen=True, slots=True)
class SectionSpan:
    """The seats of a section: a run of seat numbers."""

    section_no: int
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """Neighbouring seats: a row, or a part of it between aisles.

    A mask is a set of its seats: the lowest bit stands for the first of them.
    """

    section_no: int
    row_no: int
    first_row_seat_no: int
    """Place in the row of the first seat."""
    seat_nos: tuple[int, ...]
    """In the order in which they stand, beginning at the end that comes first in the map."""
    quality_sums: tuple[int, ...]
    """The sum of the qualities of as many seats from the first on, by how many; one longer than seat_nos."""
    zone_masks: dict[int, int]
    """Which seats are in a zone, by zone."""
    accessible_mask: int
    companion_mask: int

    def mask_of(self, zone_nos: Collection[int]) -> int:
        """Returns the seats that are in some zones."""
        return sum(mask for zone_no, mask in self.zone_masks.items() if zone_no in zone_nos)


@dataclass(frozen=True)
class Seating:
    """An event's seats and pools."""

    event_id: int
    seats: Sequence[Seat]
    pools: dict[int, Pool]
    zone_names: dict[int, str]
    currency_code: str = ""
    seat_labels: Sequence[str] = field(repr=False, default=())
    """Such as "Section 107, row 12, seat 14", by seat number."""

    @cached_property
    def event_text(self) -> str:
        """The event's id as text."""
        return ids.event_text(self.event_id)

    @property
    def remembered_seats(self) -> int:
        """How many seats it counts as where only so many are remembered."""
        return max(len(self.seats), REMEMBERED_SEATS_MIN)

    def has_seat(self, seat_no: int) -> bool:
        """Tells whether the event has a seat."""
        return 0 <= seat_no < len(self.seats)

    @cached_property
    def _seated_zone_nos(self) -> frozenset[int]:
        return frozenset(seat.zone_no for seat in self.seats)

    def pool_instead(self, zone_nos: frozenset[int]) -> int | None:
        """Returns the first pool of some zones that have no seats; None where they have seats, or no pool either."""
        if not self._seated_zone_nos.isdisjoint(zone_nos):
            return None
        return next((no for no, pool in self.pools.items() if pool.zone_no in zone_nos), None)

    @cached_property
    def stretches(self) -> tuple[Stretch, ...]:
        """All stretches, row by row in the map's order."""
        rows: defaultdict[int, list[Seat]] = defaultdict(list)
        for seat in self.seats:
            rows[seat.row_no].append(seat)
        found: list[Stretch] = []
        for row_no in sorted(rows):
            run: list[Seat] = []
            for seat in sorted(rows[row_no], key=lambda seat: seat.row_seat_no):
                if run and seat.row_seat_no != run[-1].row_seat_no + 1:
                    found.append(_stretch(run))
                    run = []
                run.append(seat)
            found.append(_stretch(run))
        return tuple(found)

    @cached_property
    def stretch_no_of(self) -> Sequence[int]:
        """The number of the stretch that a seat is in, by seat number."""
        found = [0] * len(self.seats)
        for stretch_no, stretch in enumerate(self.stretches):
            for seat_no in stretch.seat_nos:
                found[seat_no] = stretch_no
        return found

    @cached_property
    def bit_of(self) -> Sequence[int]:
        """The bit that stands for a seat in the masks of its stretch, by seat number."""
        found = [0] * len(self.seats)
        for stretch in self.stretches:
            for place, seat_no in enumerate(stretch.seat_nos):
                found[seat_no] = 1 << place
        return found

    @cached_property
    def rows(self) -> tuple[tuple[int, ...], ...]:
        """The rows from the front of the first section on, each as the numbers of its stretches."""
        found: dict[int, list[int]] = {}
        for stretch_no, stretch in enumerate(self.stretches):
            found.setdefault(stretch.row_no, []).append(stretch_no)
        return tuple(tuple(stretch_nos) for stretch_nos in found.values())

    @cached_property
    def sections(self) -> tuple[SectionSpan, ...]:
        """The sections in the map's order."""
        spans: list[SectionSpan] = []
        start = 0
        for seat_no in range(1, len(self.seats) + 1):
            section_no = self.seats[start].section_no
            if seat_no == len(self.seats) or self.seats[seat_no].section_no != section_no:
                spans.append(SectionSpan(section_no, start, seat_no))
                start = seat_no
        return tuple(spans)


def _stretch(run: Sequence[Seat]) -> Stretch:
    if run[0].seat_no > run[-1].seat_no:
        run = run[::-1]
    return Stretch(
        section_no=run[0].section_no,
        row_no=run[0].row_no,
        first_row_seat_no=run[0].row_seat_no,
        seat_nos=tuple(seat.seat_no for seat in run),
        quality_sums=tuple(accumulate((seat.quality for seat in run), initial=0)),
        zone_masks={
            zone_no: _mask([seat.zone_no == zone_no for seat in run])
            for zone_no in dict.fromkeys(seat.zone_no for seat in run)
        },
        accessible_mask=_mask([seat.accessible for seat in run]),
        companion_mask=_mask([seat.companion for seat in run]),
    )


def _mask(is_in: Sequence[bool]) -> int:
    return sum(1 << place for place, counts in enumerate(is_in) if counts)
