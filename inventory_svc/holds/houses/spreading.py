"""Seats for a party in parts, near each other.

Of all ways to seat a party in parts, those are looked at that, in this order,

1. use no wheelchair and companion seats, if the party fits without (and, for who has a code, only allotted seats);
2. seat the fewest people alone;
3. are nearest: in one section, else in sections that are next to each other in the map; in rows behind one another,
   from the first to the last as few as can be.

In each of the best SPANS_MAX such spans of rows the longest run of free seats is filled first, as far as nobody is left
alone by it; a part goes where it leaves the fewest single seats behind, then as straight behind the first part as can
be, then to the best seats. Of the spans the one is taken that has the fewest parts, then the best seats.

Who needs a wheelchair place gets it first, with as many of the party as fit beside it; the others sit near them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from inventory_svc.holds.houses.house import House, runs
from inventory_svc.holds.houses.wishes import Wish
from inventory_svc.holds.seating import Seating

SPANS_MAX = 16
"""Spans of rows that are looked at closely, of those that are equally near."""

Masks = Sequence[int]
"""Seats that could be had, by stretch."""


def spread(house: House, wish: Wish) -> tuple[int, ...] | None:
    """Returns seats for a party in parts; None when there are not enough of them."""
    if wish.accessible:
        return _around_a_wheelchair_place(house, wish)
    for masks in _choices(house, wish):
        seat_nos = _seat(house, masks, wish.quantity)
        if seat_nos:
            return seat_nos
    return None


def _choices(house: House, wish: Wish) -> list[Masks]:
    """Returns the seats to choose from, the most fitting first."""
    usable = house.usable(wish)
    ordinary = [
        mask & ~(stretch.accessible_mask | stretch.companion_mask)
        for mask, stretch in zip(usable, house.seating.stretches, strict=True)
    ]
    choices: list[Masks] = [ordinary, usable]
    allotted = house.masks(wish).allotted
    if allotted is not None:
        choices.insert(0, [mask & own for mask, own in zip(ordinary, allotted, strict=True)])
    return choices


def _around_a_wheelchair_place(house: House, wish: Wish) -> tuple[int, ...] | None:
    for size in range(min(wish.quantity, house.longest_free(wish)), 0, -1):
        leaves_one_alone = wish.quantity - size == 1 and size > 2
        first = None if leaves_one_alone else house.look_once(replace(wish, quantity=size))
        if first:
            break
    else:
        return None
    if len(first) == wish.quantity:
        return first
    taken = house.masks_of(first)
    row_no = house.seating.seats[first[0]].row_no
    for masks in _choices(house, wish):
        left = [mask & ~gone for mask, gone in zip(masks, taken, strict=True)]
        others = _seat(house, left, wish.quantity - len(first), near_row_no=row_no)
        if others:
            return tuple(sorted(first + others))
    return None


@dataclass(frozen=True, slots=True)
class _Run:
    """Neighbours that could be had."""

    stretch_no: int
    start: int
    stop: int

    @property
    def length(self) -> int:
        return self.stop - self.start


@dataclass(frozen=True, slots=True)
class _Row:
    section_no: int
    row_no: int
    quality: float
    """Of its average seat, free or not."""
    runs: tuple[_Run, ...]


@dataclass(slots=True)
class _Room:
    """How many could sit in some runs."""

    beside: int = 0
    """Seats that have a neighbour."""
    single: int = 0
    """Seats that have none."""
    threes: int = 0
    """Runs of three seats or more: an odd party needs one, or somebody sits alone."""

    def add(self, found: Sequence[_Run], sign: int = 1) -> None:
        for run in found:
            length = run.length
            if length == 1:
                self.single += sign
            else:
                self.beside += sign * length
                self.threes += sign * (length > 2)

    def alone(self, quantity: int) -> int | None:
        """Returns how many of a party would at least sit alone; None when there is no room for all."""
        if quantity <= self.beside:
            return int(quantity % 2 == 1 and (quantity == 1 or not self.threes))
        return quantity - self.beside if quantity <= self.beside + self.single else None


def _room(found: Sequence[_Run]) -> _Room:
    room = _Room()
    room.add(found)
    return room


def _seat(
    house: House, masks: Masks, quantity: int, near_row_no: int | None = None
) -> tuple[int, ...] | None:
    """Seats a party in parts; with `near_row_no`, in a span of rows that has this row in it."""
    rows = _rows(house.seating, masks, near_row_no)
    alone = _room([run for row in rows for run in row.runs]).alone(quantity)
    if alone is None:
        return None
    spans = _nearest_spans(rows, quantity, alone, near_row_no)
    spans.sort(key=lambda span: sum(row.quality for row in span) / len(span))
    seated = [_Arrangement(house, span, quantity, alone) for span in spans[:SPANS_MAX]]
    return min(seated, key=lambda each: (each.parts, each.quality)).seat_nos


def _rows(seating: Seating, masks: Masks, near_row_no: int | None) -> list[_Row]:
    """Returns the rows in which somebody could sit, and the one to sit near, in the map's order."""
    rows: list[_Row] = []
    for stretch_nos in seating.rows:
        first = seating.stretches[stretch_nos[0]]
        found = tuple(
            _Run(stretch_no, start, stop)
            for stretch_no in stretch_nos
            if masks[stretch_no]
            for start, stop in runs(masks[stretch_no])
        )
        if found or first.row_no == near_row_no:
            quality = first.quality_sums[-1] / len(first.seat_nos)
            rows.append(_Row(first.section_no, first.row_no, quality, found))
    return rows


def _nearest_spans(
    rows: Sequence[_Row], quantity: int, alone: int, near_row_no: int | None
) -> list[Sequence[_Row]]:
    """Returns the shortest spans of rows in which a party fits with no more people alone than must be."""
    best: tuple[int, int] | None = None
    spans: list[Sequence[_Row]] = []
    room = _Room()
    first = 0
    has_met_row = near_row_no is None
    for last, row in enumerate(rows):
        room.add(row.runs)
        has_met_row = has_met_row or row.row_no == near_row_no
        if not has_met_row or not _fits(room, quantity, alone):
            continue
        while rows[first].row_no != near_row_no and first < last:
            room.add(rows[first].runs, -1)
            if not _fits(room, quantity, alone):
                room.add(rows[first].runs)
                break
            first += 1
        length = (row.section_no - rows[first].section_no, row.row_no - rows[first].row_no)
        if best is None or length < best:
            best, spans = length, []
        if length == best:
            spans.append(rows[first : last + 1])
    return spans


def _fits(room: _Room, quantity: int, alone: int) -> bool:
    least = room.alone(quantity)
    return least is not None and least <= alone


class _Arrangement:
    """A party in the rows of a span."""

    def __init__(self, house: House, span: Sequence[_Row], quantity: int, alone: int) -> None:
        self.parts = 0
        self.quality = 0
        self._house = house
        self._found: list[int] = []
        self._middle: float | None = None
        left = [run for row in span for run in row.runs]
        while quantity:
            size = _size_of_part(left, quantity, alone)
            longest = max(run.length for run in left)
            needed = size if size == quantity else longest
            run, at = min(
                ((run, at) for run in left if run.length >= needed for at in _starts(run, size)),
                key=lambda place: self._worth(place[0], place[1], size),
            )
            self._take(run, at, size)
            left.remove(run)
            quantity -= size
            alone -= size == 1

    @property
    def seat_nos(self) -> tuple[int, ...]:
        """The seats in the map's order."""
        return tuple(sorted(self._found))

    def _worth(self, run: _Run, at: int, size: int) -> tuple[int, float, int, int]:
        """Returns what a part's place is worth: smaller is better."""
        stretch = self._house.seating.stretches[run.stretch_no]
        singles = (at - run.start == 1) + (run.stop - at - size == 1)
        quality = stretch.quality_sums[at + size] - stretch.quality_sums[at]
        middle = stretch.first_row_seat_no + at + size / 2
        aside = 0.0 if self._middle is None else abs(middle - self._middle)
        return singles, aside, quality, stretch.seat_nos[at]

    def _take(self, run: _Run, at: int, size: int) -> None:
        stretch = self._house.seating.stretches[run.stretch_no]
        self.parts += 1
        self.quality += stretch.quality_sums[at + size] - stretch.quality_sums[at]
        self._found += stretch.seat_nos[at : at + size]
        if self._middle is None:
            self._middle = stretch.first_row_seat_no + at + size / 2


def _starts(run: _Run, size: int) -> range:
    return range(run.start, run.stop - size + 1)


def _size_of_part(left: Sequence[_Run], quantity: int, alone: int) -> int:
    """Returns how many go into the longest run: as many as leave nobody else alone."""
    longest = max(left, key=lambda run: run.length)
    others = _room([run for run in left if run is not longest])
    for size in range(min(quantity, longest.length), 0, -1):
        if size == quantity or _fits(others, quantity - size, alone - (size == 1)):
            return size
    return 1
