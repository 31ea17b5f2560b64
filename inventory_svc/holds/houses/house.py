"""What is free in an event, and the best places in it: seats as masks, rankings that are kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial

from inventory_svc.holds.houses.places import Places
from inventory_svc.holds.houses.ranking import Masks, Ranking
from inventory_svc.holds.houses.wishes import Wish
from inventory_svc.holds.seating import Seating

RANKINGS_MAX = 32
"""Kinds of wishes remembered: a set of zones, a size, a need. Buyers of one event ask for few different ones."""

SIZES_MAX = 32
"""Sizes of parties of which the places are remembered."""

ZONE_SETS_MAX = 64
"""Sets of zones of which the seats are remembered."""

GOLDEN_RATIO = 0.6180339887
"""Its multiples spread evenly over the ring that corners are on, however many stretches there are."""

TAKEN, VACANT = ord("0"), ord("1")

Run = tuple[int, int]
"""Where neighbours begin and end in a stretch."""


@dataclass(frozen=True, slots=True)
class Corner:
    """Where a process looks first while others sell the same house.

    The stretches of a house stand mixed on a ring. Those that come soon after the corner go before others of about the
    same quality, so that who looks from different corners rarely finds the same.
    """

    at: float
    """Between 0 and 1 on the ring."""
    reach: float
    """Seats are of about the same quality when they differ by less than this share of the house."""


@dataclass(frozen=True, slots=True)
class _Zones:
    """The seats of a set of zones."""

    masks: list[int]
    longest: int
    """How many neighbours the longest row has."""


class House:
    """What is free in an event, with what was found out about it so far."""

    def __init__(self, seating: Seating) -> None:
        self.seating = seating
        self.change_count = 0
        """Grows with every change of a seat."""
        self._vacant = [0] * len(seating.stretches)
        self._open = [-1] * len(seating.stretches)
        self._allotment_nos: dict[int, int] = {}
        self._rankings: OrderedDict[tuple[Wish, Corner | None], Ranking] = OrderedDict()
        self._places: OrderedDict[tuple[int, bool], Places] = OrderedDict()
        self._zones = lru_cache(maxsize=ZONE_SETS_MAX)(partial(_zones, seating))
        self._slots = _slots(seating)

    def is_free(self, seat_no: int) -> bool:
        """Tells whether anybody may have a seat."""
        return self.is_vacant(seat_no) and seat_no not in self._allotment_nos

    def is_vacant(self, seat_no: int) -> bool:
        """Tells whether nobody has a seat; it may be allotted."""
        stretch_no = self.seating.stretch_no_of[seat_no]
        return bool(self._vacant[stretch_no] & self.seating.bit_of[seat_no])

    def allotment_no(self, seat_no: int) -> int | None:
        """Returns the allotment that a seat is kept for; None for the public."""
        return self._allotment_nos.get(seat_no)

    def free_seats(self) -> Iterator[int]:
        """The seats that anybody may have, in the map's order."""
        return (seat_no for seat_no in range(len(self.seating.seats)) if self.is_free(seat_no))

    def set_free(self, seat_nos: Iterable[int]) -> None:
        """Makes seats vacant: free to everybody, or to whoever has the code of their allotment."""
        self._set(seat_nos, vacant=True)

    def set_taken(self, seat_nos: Iterable[int]) -> None:
        """Makes seats taken, blocked or whatever else nobody may have."""
        self._set(seat_nos, vacant=False)

    def _set(self, seat_nos: Iterable[int], *, vacant: bool) -> None:
        stretch_no_of, bit_of = self.seating.stretch_no_of, self.seating.bit_of
        changed: set[int] = set()
        for seat_no in seat_nos:
            stretch_no, bit = stretch_no_of[seat_no], bit_of[seat_no]
            if bool(self._vacant[stretch_no] & bit) is not vacant:
                self._vacant[stretch_no] ^= bit
                changed.add(stretch_no)
        self._note(changed)

    def reset(self, taken: Iterable[int]) -> None:
        """Makes exactly these seats not vacant, keeping what is known of the rows that did not change."""
        drawn = bytearray((VACANT,)) * len(self._slots)
        for slot in map(self._slots.__getitem__, taken):
            drawn[slot] = TAKEN
        changed: set[int] = set()
        stop = len(drawn)
        for stretch_no, stretch in enumerate(self.seating.stretches):
            start = stop - len(stretch.seat_nos)
            mask = int(drawn[start:stop], 2)
            stop = start
            if mask != self._vacant[stretch_no]:
                self._vacant[stretch_no] = mask
                changed.add(stretch_no)
        self._note(changed)

    def _note(self, changed: set[int]) -> None:
        if changed:
            self.change_count += 1
            for ranking in self._rankings.values():
                ranking.changed |= changed

    def set_allotments(self, allotment_nos: Mapping[int, int]) -> None:
        """Sets which seats are kept for whoever has a code, with their allotments."""
        if allotment_nos != self._allotment_nos:
            self._allotment_nos = dict(allotment_nos)
            self._open = [~mask for mask in self.masks_of(allotment_nos)]
            self._rankings.clear()
            self.change_count += 1

    def masks_of(self, seat_nos: Iterable[int]) -> list[int]:
        masks = [0] * len(self._vacant)
        for seat_no in seat_nos:
            masks[self.seating.stretch_no_of[seat_no]] |= self.seating.bit_of[seat_no]
        return masks

    def masks(self, wish: Wish) -> Masks:
        """Returns which seats count for a wish."""
        zones = self._zones(wish.zone_nos).masks
        if not wish.allotment_nos:
            return Masks(self._vacant, self._open, zones)
        allotted = self.masks_of(
            seat_no for seat_no, no in self._allotment_nos.items() if no in wish.allotment_nos
        )
        opened = [mask | own for mask, own in zip(self._open, allotted, strict=True)]
        return Masks(self._vacant, opened, zones, allotted)

    def together(self, wish: Wish, *, corner: Corner | None = None) -> tuple[int, ...] | None:
        """Returns the best neighbouring seats; None when the party fits nowhere together.

        With a corner, those that seem best from there, which are about as good.
        """
        kind = (wish, corner)
        ranking = self._rankings.get(kind)
        if ranking is None:
            ranking = self._rankings[kind] = self._rank(wish, corner)
            if len(self._rankings) > RANKINGS_MAX:
                self._rankings.popitem(last=False)
        else:
            self._rankings.move_to_end(kind)
        return ranking.best()

    def look_once(self, wish: Wish) -> tuple[int, ...] | None:
        """Returns the best neighbouring seats, without remembering what was found out: for wishes nobody has."""
        known = self._rankings.get((wish, None))
        return (known or self._rank(wish)).best()

    def _rank(self, wish: Wish, corner: Corner | None = None) -> Ranking:
        kind = (wish.quantity, wish.accessible)
        places = self._places.get(kind)
        if places is None:
            places = self._places[kind] = Places(self.seating, *kind)
            if len(self._places) > SIZES_MAX:
                self._places.popitem(last=False)
        handicaps = None if corner is None else self._handicaps(corner)
        return Ranking(self.seating, places, self.masks(wish), handicaps)

    def _handicaps(self, corner: Corner) -> list[int]:
        """Returns how much worse seats seem from a corner than they are, by stretch."""
        worst = 1 + len(self.seating.seats) * corner.reach
        return [
            int(worst * ((stretch_no * GOLDEN_RATIO - corner.at) % 1.0))
            for stretch_no in range(len(self._vacant))
        ]

    def longest(self, zone_nos: frozenset[int]) -> int:
        """Returns how many neighbours the longest row of some zones has, free or not."""
        return self._zones(zone_nos).longest

    def longest_free(self, wish: Wish) -> int:
        """Returns how many neighbours there are at most that a wish could have."""
        return _longest(self.usable(wish))

    def usable(self, wish: Wish) -> list[int]:
        """Returns the seats that a wish could have, by stretch."""
        masks = self.masks(wish)
        return [
            vacant & opened & zones
            for vacant, opened, zones in zip(masks.vacant, masks.open, masks.zones, strict=True)
        ]


@lru_cache(maxsize=1 << 14)
def runs(mask: int) -> tuple[Run, ...]:
    """Returns the runs of neighbours in a mask."""
    found: list[Run] = []
    start = 0
    while mask:
        skipped = (mask & -mask).bit_length() - 1
        mask >>= skipped
        length = (~mask & (mask + 1)).bit_length() - 1
        mask >>= length
        found.append((start + skipped, start + skipped + length))
        start += skipped + length
    return tuple(found)


def _zones(seating: Seating, zone_nos: frozenset[int]) -> _Zones:
    masks = [stretch.mask_of(zone_nos) for stretch in seating.stretches]
    return _Zones(masks, _longest(masks))


def _longest(masks: Iterable[int]) -> int:
    return max((stop - start for mask in masks for start, stop in runs(mask)), default=0)


def _slots(seating: Seating) -> list[int]:
    """Returns each seat's place in a drawing of the house, in which a stretch reads as a binary number."""
    slots = [0] * len(seating.seats)
    slot = len(seating.seats)
    for stretch in seating.stretches:
        for seat_no in stretch.seat_nos:
            slot -= 1
            slots[seat_no] = slot
    return slots
