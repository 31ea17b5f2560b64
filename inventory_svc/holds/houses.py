"""What is free in each event, as a lane sees it before its locks: a guess that costs a round when it is wrong.

A house is read when somebody first asks for the best seats, then follows the lane's own commits and the ends of holds
by the clock. It is read again when it is old, when a guess was wrong, and always before it is said that nothing fits.
"""

from __future__ import annotations

import heapq
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from inventory_svc.holds.best_available import House, Offer, Wish, find, nearest
from inventory_svc.holds.holds import Hold
from inventory_svc.holds.party import Party
from inventory_svc.holds.seating import Seating
from mesh.clock import Clock, SystemClock

AGE_SECONDS_MAX = 2.0
"""Seats that come back elsewhere are seen after this long at the latest."""

AMONG_MAX = 32
"""Of how many of the best places one is tried after lost rounds."""

SEATS_MAX = 1_000_000
"""Seats of all houses in one process; the house least lately asked for goes first."""


@dataclass(frozen=True, slots=True)
class HouseReading:
    """What an event's seats are at one moment, by whoever keeps them."""

    taken: Mapping[int, float | None]
    """The seats that are not free, with when the clock frees them, in seconds since 1970; None: only an act does."""
    prices_minor: Mapping[int, int]
    """Today's prices by zone."""
    allotment_nos: Mapping[int, int] = field(default_factory=dict)
    """The blocked seats that whoever has a code may take, with the number of their allotment."""


ReadHouse = Callable[[Seating], Awaitable[HouseReading]]


@dataclass
class _Open:
    """A house in use."""

    house: House
    read_at: float = float("-inf")
    """By the monotonic clock."""
    ends: list[tuple[float, int]] = field(default_factory=list)
    """When held seats become free, as a heap of (seconds since 1970, seat)."""
    prices_minor: dict[int, int] = field(default_factory=dict)

    offers: dict[Wish, Offer] = field(default_factory=dict)
    """The nearest offers to wishes that nothing fits, as of offers_of."""
    offers_of: int = -1

    def nearest(self, wish: Wish) -> Offer:
        """Returns the nearest offer, worked out once for all who are refused the same before anything changes."""
        if self.offers_of != self.house.change_count:
            self.offers.clear()
        if wish not in self.offers:
            self.offers[wish] = nearest(self.house, wish, self.prices_minor)
        # Looking around takes seats and puts them back; what counts is what was so before and is so after.
        self.offers_of = self.house.change_count
        return self.offers[wish]

    def let_go(self, now: float) -> None:
        """Frees the seats whose holds are over."""
        while self.ends and self.ends[0][0] <= now:
            self.house.set_free([heapq.heappop(self.ends)[1]])


class Picks:
    """The seats that a batch tries for: taken in the house until it is known what became of them."""

    def __init__(self, opened: _Open | None) -> None:
        self._opened = opened
        self._tried: list[int] = []
        self._is_settled = False

    def try_for(self, seat_nos: Sequence[int]) -> None:
        """Keeps others of the batch from picking these."""
        if self._opened:
            house = self._opened.house
            mine = [seat_no for seat_no in seat_nos if house.is_free(seat_no)]
            house.set_taken(mine)
            self._tried += mine

    def try_again(self) -> None:
        """Keeps the same seats again, after the house was read anew."""
        if self._opened:
            self._opened.house.set_taken(self._tried)

    def committed(self, holds: Sequence[Hold]) -> None:
        """Leaves what was held taken until its end, and frees the rest."""
        self._is_settled = True
        if self._opened is None:
            return
        held = {seat.seat_no: hold for hold in holds for seat in hold.seats}
        self._opened.house.set_free([no for no in self._tried if no not in held])
        self._opened.house.set_taken(held)
        for seat_no, hold in held.items():
            heapq.heappush(self._opened.ends, (hold.held_until.timestamp(), seat_no))

    def close(self) -> None:
        """Forgets the picks of a batch that failed: what became of them must be read."""
        if self._opened and not self._is_settled:
            self._opened.read_at = float("-inf")


class Houses:
    """The houses of one process."""

    def __init__(
        self,
        read_house: ReadHouse,
        *,
        clock: Clock | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        age_seconds_max: float = AGE_SECONDS_MAX,
        seats_max: int = SEATS_MAX,
    ) -> None:
        self._read_house = read_house
        self._clock = clock or SystemClock()
        self._monotonic = monotonic
        self._age_seconds_max = age_seconds_max
        self._seats_max = seats_max
        self._seat_count = 0
        self._open: OrderedDict[int, _Open] = OrderedDict()

    @asynccontextmanager
    async def picking(self, seating: Seating, parties: Sequence[Party]) -> AsyncIterator[Picks]:
        """Picks seats for the parties of a batch that want the best; say what was committed before the block ends."""
        picks = await self._pick(seating, parties)
        try:
            yield picks
        finally:
            picks.close()

    async def _pick(self, seating: Seating, parties: Sequence[Party]) -> Picks:
        choosers = [party for party in parties if party.best]
        opened = self._open.get(seating.event_id)
        if not choosers:
            return Picks(opened)
        if opened is None:
            opened = self._remember(seating)
        is_old = self._monotonic() - opened.read_at > self._age_seconds_max
        is_fresh = is_old or any(party.rounds for party in choosers)
        if is_fresh:
            await self._read(seating, opened)
        opened.let_go(self._clock.now().timestamp())
        picks = Picks(opened)
        for party in parties:
            if not party.best:
                picks.try_for(party.seat_nos)
        for party in choosers:
            found = self._find(opened, party)
            if not found and not is_fresh:
                await self._read(seating, opened)
                is_fresh = True
                picks.try_again()
                found = self._find(opened, party)
            if found:
                picks.try_for(party.picked or ())
        return picks

    def _find(self, opened: _Open, party: Party) -> bool:
        """Gives a party its picks, or the nearest offer."""
        if party.best is None:
            return False
        wish = party.best.wish(opened.prices_minor)
        pool_no = opened.house.seating.pool_instead(wish.zone_nos)
        if pool_no is not None and not wish.accessible:
            party.settle_for_places(pool_no)
            return True
        # Whoever lost a round met another process at the best seats: from now on they look in different places.
        party.picked = find(opened.house, wish, min(1 << party.rounds, AMONG_MAX))
        party.offer = None
        if party.picked is None:
            party.offer = opened.nearest(wish)
        return party.picked is not None

    def _remember(self, seating: Seating) -> _Open:
        opened = self._open[seating.event_id] = _Open(House(seating))
        self._seat_count += len(seating.seats)
        while self._seat_count > self._seats_max and len(self._open) > 1:
            _, closed = self._open.popitem(last=False)
            self._seat_count -= len(closed.house.seating.seats)
        return opened

    async def _read(self, seating: Seating, opened: _Open) -> None:
        read_at = self._monotonic()
        reading = await self._read_house(seating)
        opened.house.reset(reading.taken)
        opened.ends = [
            (until, seat_no) for seat_no, until in reading.taken.items() if until is not None
        ]
        heapq.heapify(opened.ends)
        opened.prices_minor = dict(reading.prices_minor)
        opened.read_at = read_at
        self._open.move_to_end(seating.event_id)
