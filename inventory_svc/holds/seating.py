"""Where the seats of an event are: what never changes, kept in memory beside the lane.

Seats are numbered from 0 in the map's order; a seat's number is its place in `seats`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property


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
    def stretches(self) -> tuple[tuple[int, ...], ...]:
        """Runs of neighbouring seats: a row, or a part of it between aisles; each in the order of its seats."""
        rows: defaultdict[int, list[Seat]] = defaultdict(list)
        for seat in self.seats:
            rows[seat.row_no].append(seat)
        found: list[tuple[int, ...]] = []
        for row_no in sorted(rows):
            run: list[Seat] = []
            for seat in sorted(rows[row_no], key=lambda seat: seat.row_seat_no):
                if run and seat.row_seat_no != run[-1].row_seat_no + 1:
                    found.append(tuple(each.seat_no for each in run))
                    run = []
                run.append(seat)
            found.append(tuple(each.seat_no for each in run))
        return tuple(found)

    @cached_property
    def stretch_of(self) -> Sequence[int]:
        """The stretch that a seat is in, by seat number."""
        found = [0] * len(self.seats)
        for index, stretch in enumerate(self.stretches):
            for seat_no in stretch:
                found[seat_no] = index
        return found

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
