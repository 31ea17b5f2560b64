"""What is left of events, by zone: counted from the marks of their seats, without asking for each seat by name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from inventory_svc.availability.snapshot import AVAILABLE, BLOCKED, HELD, SOLD

_FREE = bytes([AVAILABLE])


@dataclass(frozen=True, slots=True)
class SeatRun:
    """Neighbouring seats of one zone: from one seat number up to another."""

    zone_no: int
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class ZoneCount:
    """What is left of a zone."""

    event_id: int
    zone_no: int
    price_minor: int
    available: int
    held: int
    sold: int
    blocked: int
    total: int
    together_max: int
    """The most that a party may be to get neighbours."""

    def with_seats(self, seats: ZoneSeats, marks: bytes) -> ZoneCount:
        """Adds the seats of the zone."""
        return replace(
            self,
            available=self.available + seats.count(marks, AVAILABLE),
            held=self.held + seats.count(marks, HELD),
            sold=self.sold + seats.count(marks, SOLD),
            blocked=self.blocked + seats.count(marks, BLOCKED),
            total=self.total + seats.total,
            together_max=max(self.together_max, seats.longest_free(marks)),
        )


@dataclass(slots=True)
class ZoneSeats:
    """Where the seats of a zone are."""

    runs: list[SeatRun] = field(default_factory=list)
    spans: list[tuple[int, int]] = field(default_factory=list)
    """The same seats in as few pieces as can be, whether they are neighbours or not."""

    def add(self, run: SeatRun) -> None:
        """Adds a run that comes after all others in the map's order."""
        self.runs.append(run)
        if self.spans and self.spans[-1][1] == run.start:
            self.spans[-1] = (self.spans[-1][0], run.stop)
        else:
            self.spans.append((run.start, run.stop))

    @property
    def total(self) -> int:
        """How many seats the zone has."""
        return sum(stop - start for start, stop in self.spans)

    def count(self, marks: bytes, mark: int) -> int:
        """Returns how many seats of the zone have a mark."""
        return sum(marks.count(mark, start, stop) for start, stop in self.spans)

    def longest_free(self, marks: bytes) -> int:
        """Returns how many free seats stand side by side at most."""
        longest = 0
        for run in self.runs:
            # Most runs are no longer than what was found already, and cost a comparison.
            while run.stop - run.start > longest:
                if marks.find(_FREE * (longest + 1), run.start, run.stop) < 0:
                    break
                longest += 1
        return longest


def zones_of(runs: Iterable[SeatRun]) -> dict[int, ZoneSeats]:
    """Returns where the seats of each zone are, from the runs of an event in the map's order."""
    zones: dict[int, ZoneSeats] = {}
    for run in runs:
        zones.setdefault(run.zone_no, ZoneSeats()).add(run)
    return zones


def counted(
    places: Sequence[ZoneCount], zones: dict[int, ZoneSeats], marks: bytes
) -> list[ZoneCount]:
    """Returns the counts of an event's zones: of their places, with those of their seats."""
    return [
        place.with_seats(zones[place.zone_no], marks) if place.zone_no in zones else place
        for place in places
    ]
