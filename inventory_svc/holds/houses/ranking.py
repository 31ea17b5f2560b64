"""The best place of every stretch for one kind of wish, kept in order.

A pick looks again at the stretches that changed since the last one, a few masks each, and takes the first of a heap:
its cost does not grow with the house. Ranks are numbers, smaller is better; what they are made of stands in
best_available.py.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass

from inventory_svc.holds.houses.places import Places
from inventory_svc.holds.seating import Seating

STALE_MAX = 4
"""A heap with more entries for each stretch is made anew: what changed lies in it until it comes to the top."""


@dataclass(frozen=True, slots=True)
class Masks:
    """Which seats count for a wish, by stretch."""

    vacant: list[int]
    """The seats that nobody has; the house's own list, which changes."""
    open: Sequence[int]
    """The seats that this wish may have when nobody has them, in any zone."""
    zones: Sequence[int]
    """The seats in the zones of the wish."""
    allotted: Sequence[int] | None = None
    """The seats of the wish's allotments; None when it has none."""


class Ranking:
    """The best places for one kind of wish."""

    def __init__(
        self,
        seating: Seating,
        places: Places,
        masks: Masks,
        handicaps: Sequence[int] | None = None,
    ) -> None:
        """The seats of a stretch count as worse by its handicap, each."""
        self.changed: set[int] = set()
        """Stretches to look at again before the next answer."""
        self._seating = seating
        self._places = places
        self._masks = masks
        self._handicaps = handicaps
        self._preferences = 1 + sum(stretch.quality_sums[-1] for stretch in seating.stretches)
        if handicaps:
            self._preferences += places.quantity * max(handicaps)
        self._relevant = [
            bool(zones and levels) for zones, levels in zip(masks.zones, places.levels, strict=True)
        ]
        self._ranks = [
            self._look(stretch_no) if relevant else None
            for stretch_no, relevant in enumerate(self._relevant)
        ]
        self._heap: list[int] = []
        self._order_anew()

    def best(self) -> tuple[int, ...] | None:
        """Returns the seats of the best place, in the map's order; None when there is none."""
        if self.changed:
            self._look_again()
        heap, ranks = self._heap, self._ranks
        seat_count = len(self._seating.seats)
        while heap:
            first_seat_no = heap[0] % seat_count
            stretch_no = self._seating.stretch_no_of[first_seat_no]
            if ranks[stretch_no] == heap[0]:
                at = self._seating.bit_of[first_seat_no].bit_length() - 1
                seat_nos = self._seating.stretches[stretch_no].seat_nos
                return tuple(sorted(seat_nos[at : at + self._places.quantity]))
            heapq.heappop(heap)
        return None

    def _look_again(self) -> None:
        ranks, heap = self._ranks, self._heap
        for stretch_no in self.changed:
            if self._relevant[stretch_no]:
                rank = self._look(stretch_no)
                if rank != ranks[stretch_no]:
                    ranks[stretch_no] = rank
                    if rank is not None:
                        heapq.heappush(heap, rank)
        self.changed.clear()
        if len(heap) > STALE_MAX * len(ranks):
            self._order_anew()

    def _order_anew(self) -> None:
        self._heap = [rank for rank in self._ranks if rank is not None]
        heapq.heapify(self._heap)

    def _look(self, stretch_no: int) -> int | None:
        """Returns the rank of a stretch's best place; None when the party fits nowhere in it."""
        masks = self._masks
        free = masks.vacant[stretch_no] & masks.open[stretch_no]
        fits = free & masks.zones[stretch_no]
        for step in self._places.steps:
            fits &= fits >> step
        if not fits:
            return None
        # A run that begins one seat before a place leaves that seat alone; so does one that ends one seat after it.
        left = (free & ~(free << 1)) << 1
        right = (free & ~(free >> 1)) >> self._places.quantity
        for set_aside, level in self._places.levels[stretch_no]:
            at_level = fits & level
            if at_level:
                if masks.allotted is not None:
                    return self._best_allotted(stretch_no, at_level, set_aside, left, right)
                singles = 0
                chosen = at_level & ~(left | right)
                if not chosen:
                    singles = 1
                    chosen = at_level & ~(left & right)
                    if not chosen:
                        singles = 2
                        chosen = at_level
                for at in self._places.orders[stretch_no]:
                    if chosen >> at & 1:
                        return self._rank(stretch_no, at, set_aside, singles)
        return None

    def _best_allotted(
        self, stretch_no: int, at_level: int, set_aside: int, left: int, right: int
    ) -> int:
        """Returns the best rank for a party with a code: of its places that cost the same, the most allotted."""
        quantity = self._places.quantity
        allotted = self._masks.allotted[stretch_no] if self._masks.allotted else 0
        ranks: list[int] = []
        for at in self._places.orders[stretch_no]:
            if at_level >> at & 1:
                public = quantity - (allotted >> at & ((1 << quantity) - 1)).bit_count()
                singles = (left >> at & 1) + (right >> at & 1)
                cost = set_aside * (quantity + 1) + public
                ranks.append(self._rank(stretch_no, at, cost, singles))
        return min(ranks)

    def _rank(self, stretch_no: int, at: int, cost: int, singles: int) -> int:
        """Puts a rank's parts into one number, the weightiest first; the last is the first seat."""
        stretch = self._seating.stretches[stretch_no]
        sums = stretch.quality_sums
        preference = sums[at + self._places.quantity] - sums[at]
        if self._handicaps:
            preference += self._places.quantity * self._handicaps[stretch_no]
        rank = (cost * 3 + singles) * self._preferences + preference
        return rank * len(self._seating.seats) + stretch.seat_nos[at]
