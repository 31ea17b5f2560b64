"""The best seats for a party: pure search over what is free.

Together means neighbours in one row with no aisle between them. Of all places where a party fits together, the one is
taken that, in this order,

1. uses the fewest wheelchair and companion seats, for those who did not ask for one (and for those who did: one
   wheelchair place, then companion seats);
2. leaves the fewest single seats behind;
3. has the best seats, by the map's quality order;
4. comes first in the map.

It ranks and never refuses: a single seat is always found while one is free. A party that is larger than any row of the
house is spread over rows; any other that fits nowhere together is refused with the nearest offer instead.
"""

from __future__ import annotations

import heapq
import random
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from inventory_svc.holds.seating import Seating

SHAPES_REMEMBERED_MAX = 32
"""A shape is a set of zones, a size and a need; buyers of one event ask for few different ones."""

Rank = tuple[int, int, int, int]
"""Set-aside seats used, single seats left, sum of quality, first seat: smaller is better."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a party is looking for."""

    quantity: int
    zone_nos: frozenset[int]
    """The zones that it would sit in: those asked for, within its price."""
    accessible: bool = False


@dataclass(frozen=True, slots=True)
class _Block:
    rank: Rank
    seat_nos: tuple[int, ...]


def _rank_of(block: _Block) -> Rank:
    return block.rank


class House:
    """What is free in an event, with what was found out about it so far.

    The best block of each stretch is remembered until a seat of the stretch changes, so that a search looks at
    stretches, not at seats.
    """

    def __init__(self, seating: Seating) -> None:
        self.seating = seating
        self.change_count = 0
        """Grows with every change of a seat."""
        self._free = bytearray(len(seating.seats))
        self._changes = [0] * len(seating.stretches)
        self._found: OrderedDict[Wish, list[tuple[int, _Block | None]]] = OrderedDict()
        self._longest: dict[frozenset[int], int] = {}
        self._longest_free: dict[frozenset[int], tuple[int, int]] = {}

    def is_free(self, seat_no: int) -> bool:
        """Tells whether a seat is free."""
        return bool(self._free[seat_no])

    def free_seats(self) -> Iterator[int]:
        """The free seats in the map's order."""
        return (seat_no for seat_no, free in enumerate(self._free) if free)

    def set_free(self, seat_nos: Iterable[int]) -> None:
        """Makes seats free."""
        self._set(seat_nos, 1)

    def set_taken(self, seat_nos: Iterable[int]) -> None:
        """Makes seats taken, blocked or whatever else is not free."""
        self._set(seat_nos, 0)

    def reset(self, taken: Iterable[int]) -> None:
        """Makes exactly these seats not free, keeping what is known of the rows that did not change."""
        now = bytearray(b"\x01" * len(self._free))
        for seat_no in taken:
            now[seat_no] = 0
        changed = [no for no, (a, b) in enumerate(zip(self._free, now, strict=True)) if a != b]
        self._set([no for no in changed if now[no]], 1)
        self._set([no for no in changed if not now[no]], 0)

    def _set(self, seat_nos: Iterable[int], free: int) -> None:
        for seat_no in seat_nos:
            if self._free[seat_no] != free:
                self._free[seat_no] = free
                self._changes[self.seating.stretch_of[seat_no]] += 1
                self.change_count += 1

    def together(self, wish: Wish, among: int = 1) -> tuple[int, ...] | None:
        """Returns the best neighbouring seats; None when the party fits nowhere together.

        With `among` above 1, any of that many best places: where several processes sell the same house and find each
        other at the best place, they spread.
        """
        blocks = (block for block in self._best_by_stretch(wish) if block is not None)
        if among == 1:
            best = min(blocks, key=_rank_of, default=None)
        else:
            nearly_best = heapq.nsmallest(among, blocks, key=_rank_of)
            best = random.choice(nearly_best) if nearly_best else None  # noqa: S311 - no secret
        return best.seat_nos if best else None

    def _best_by_stretch(self, wish: Wish) -> Iterator[_Block | None]:
        remembered = self._found.get(wish)
        if remembered is None:
            remembered = self._found[wish] = [(-1, None)] * len(self._changes)
            if len(self._found) > SHAPES_REMEMBERED_MAX:
                self._found.popitem(last=False)
        else:
            self._found.move_to_end(wish)
        for index, changes in enumerate(self._changes):
            seen, block = remembered[index]
            if seen != changes:
                block = self._best_in_stretch(self.seating.stretches[index], wish)
                remembered[index] = (changes, block)
            yield block

    def _best_in_stretch(self, stretch: Sequence[int], wish: Wish) -> _Block | None:
        best: _Block | None = None
        for start, stop in self._runs(stretch):
            for first, last in self._eligible(stretch, start, stop, wish):
                for at in range(first, last - wish.quantity + 1):
                    end = at + wish.quantity
                    rank = self._rank(stretch, start, stop, at, end, wish)
                    if rank is not None and (best is None or rank < best.rank):
                        best = _Block(rank, tuple(sorted(stretch[at:end])))
        return best

    def _runs(self, stretch: Sequence[int]) -> Iterator[tuple[int, int]]:
        """The runs of free seats of a stretch, whatever their zone."""
        start = None
        for at, seat_no in enumerate(stretch):
            if self._free[seat_no]:
                if start is None:
                    start = at
            elif start is not None:
                yield start, at
                start = None
        if start is not None:
            yield start, len(stretch)

    def _eligible(
        self, stretch: Sequence[int], start: int, stop: int, wish: Wish
    ) -> Iterator[tuple[int, int]]:
        """The parts of a free run whose seats are all in the wished zones."""
        seats = self.seating.seats
        first = None
        for at in range(start, stop):
            if seats[stretch[at]].zone_no in wish.zone_nos:
                if first is None:
                    first = at
            elif first is not None:
                yield first, at
                first = None
        if first is not None:
            yield first, stop

    def _rank(
        self, stretch: Sequence[int], start: int, stop: int, at: int, end: int, wish: Wish
    ) -> Rank | None:
        """Ranks the seats from `at` to `end` in the free run from `start` to `stop`; None when they will not do."""
        quality = accessible = companions = 0
        for position in range(at, end):
            seat = self.seating.seats[stretch[position]]
            quality += seat.quality
            accessible += seat.accessible
            companions += seat.companion
        if not wish.accessible:
            set_aside = accessible + companions
        elif accessible:
            # One wheelchair place; each further one, and each seat that is no companion's, is the worse choice.
            set_aside = (accessible - 1) * (end - at) + (end - at - accessible - companions)
        else:
            return None
        singles = (at - start == 1) + (stop - end == 1)
        return set_aside, singles, quality, min(stretch[at], stretch[end - 1])

    def longest(self, zone_nos: frozenset[int]) -> int:
        """Returns how many neighbours the longest row of some zones has, free or not."""
        known = self._longest.get(zone_nos)
        if known is None:
            known = self._longest[zone_nos] = self._longest_run(
                zone_nos, bytes([1]) * len(self._free)
            )
        return known

    def longest_free(self, zone_nos: frozenset[int]) -> int:
        """Returns how many free neighbours there are at most in some zones."""
        change_count, known = self._longest_free.get(zone_nos, (-1, 0))
        if change_count != self.change_count:
            known = self._longest_run(zone_nos, self._free)
            self._longest_free[zone_nos] = (self.change_count, known)
        return known

    def _longest_run(self, zone_nos: frozenset[int], counts: Sequence[int]) -> int:
        longest = 0
        for stretch in self.seating.stretches:
            run = 0
            for seat_no in stretch:
                fits = counts[seat_no] and self.seating.seats[seat_no].zone_no in zone_nos
                run = run + 1 if fits else 0
                longest = max(longest, run)
        return longest

    def spread(self, wish: Wish) -> tuple[int, ...] | None:
        """Returns seats for a party in as few parts as can be had, nobody alone where it can be helped."""
        parts: list[int] = []
        try:
            while len(parts) < wish.quantity:
                part = self._next_part(replace(wish, quantity=wish.quantity - len(parts)), parts)
                if part is None:
                    return None
                parts += part
                self.set_taken(part)
        finally:
            self.set_free(parts)
        return tuple(sorted(parts))

    def _next_part(self, wish: Wish, parts: Sequence[int]) -> tuple[int, ...] | None:
        missing = wish.quantity
        need = wish.accessible and not any(self.seating.seats[no].accessible for no in parts)
        for size in range(min(missing, self.longest_free(wish.zone_nos)), 0, -1):
            leaves_one_alone = missing - size == 1 and size > 2
            if not leaves_one_alone:
                part = self.together(replace(wish, quantity=size, accessible=need))
                if part is not None:
                    return part
        return None


def find(house: House, wish: Wish, among: int = 1) -> tuple[int, ...] | None:
    """Returns the best seats for a party, or one of the best; None when nothing fits."""
    if wish.quantity > 1 and wish.quantity > house.longest(wish.zone_nos):
        return house.spread(wish)
    return house.together(wish, among)


@dataclass(frozen=True, slots=True)
class Offer:
    """The nearest thing to a wish that can be had."""

    quantity: int
    """How many seats; 0 when there is nothing at all."""
    seat_nos: tuple[int, ...] = ()
    together: bool = False
    """True when they are neighbours."""


def nearest(house: House, wish: Wish, prices_minor: dict[int, int]) -> Offer:
    """Returns what comes closest to a wish that nothing fits.

    In this order: the whole party in its zones but apart; the whole party together in another zone, the cheapest first;
    fewer together in its zones; fewer together anywhere.
    """
    apart = house.spread(wish) if wish.zone_nos else None
    if apart:
        return Offer(wish.quantity, apart)
    others = sorted(set(prices_minor) - wish.zone_nos, key=lambda zone_no: prices_minor[zone_no])
    for zone_no in others:
        elsewhere = house.together(replace(wish, zone_nos=frozenset((zone_no,))))
        if elsewhere:
            return Offer(wish.quantity, elsewhere, together=True)
    for zone_nos in (wish.zone_nos, frozenset(prices_minor)):
        most = min(wish.quantity - 1, house.longest_free(zone_nos))
        for quantity in range(most, 0, -1):
            fewer = house.together(replace(wish, quantity=quantity, zone_nos=zone_nos))
            if fewer:
                return Offer(quantity, fewer, together=quantity > 1)
    return Offer(0)
