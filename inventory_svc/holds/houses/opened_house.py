"""A house in use by a lane: what was read of it, followed by what this process does and by the clock.

All times are seconds of the process's own monotonic clock. How long a hold still lasts comes from the database, as a
span: the two clocks need not agree.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from inventory_svc.holds.houses.best_available import find, nearest
from inventory_svc.holds.houses.house import Corner, House
from inventory_svc.holds.houses.wishes import Offer, Wish
from inventory_svc.holds.party import Asked, Party

WISHES_MAX = 1_000
"""Wordings remembered of what is asked for."""

OFFERS_AT_ONCE_MAX = 16
"""Nearest offers worked out for one batch, at some 3 ms each in a large house that is nearly sold out; whoever wishes
for something else still is told in the next."""

LOST_SECONDS_MIN = 1.0
"""A seat that somebody else turned out to have is left alone for this long, whenever its hold is said to end."""

CORNER_SECONDS = 5.0
"""How long a process that met another one at the same seats looks in a corner of its own first."""

REACH_MIN, REACH_MAX = 1 / 16, 1 / 2
"""How much of the house counts as about as good as its best, while others are met: the more they are in the way, the
more, so that seats are no worse than they must be."""

NEWS_SECONDS_MIN = 1.0
"""A hold that was read and ends sooner may be one of this process's own, thought over already."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Seats that are not free, with what frees them."""

    seat_nos: Sequence[int]
    seconds_left: float | None = None
    """After this the clock frees them; None: only an act does."""


@dataclass(frozen=True, slots=True)
class HouseReading:
    """What an event's seats are at one moment, by whoever keeps them."""

    taken: Sequence[Taken]
    """Every seat that somebody has or that nobody may have; holds that end together best stand together."""
    prices_minor: Mapping[int, int]
    """Today's prices by zone."""
    seats_per_hold: int
    """How many seats a party may have at most, as of today."""
    allotment_nos: Mapping[int, int] = field(default_factory=dict)
    """The seats that only whoever has a code may take, whoever has them now, with the number of their allotment.

    Those that nobody has are not among the taken.
    """


class OpenedHouse:
    """A house with what follows its seats."""

    def __init__(self, house: House, draw_place: Callable[[], float]) -> None:
        self.house = house
        self.read_at = float("-inf")
        """When the last reading that was taken in began."""
        self.news_at = float("-inf")
        """When others last told of seats that changed hands."""
        self.lost_count = 0
        """Seats that turned out to be somebody else's since then."""
        self.picking: list[Sequence[int]] = []
        """The seats that batches under way try for, a list for each batch."""
        self._ends: list[tuple[float, int, Sequence[int]]] = []
        """When held seats become free, as a heap; the number keeps it from comparing seats."""
        self._end_count = 0
        self._readings = 0
        """How many are under way."""
        self._held_meanwhile: list[tuple[Sequence[int], float]] = []
        """What was committed since the first of them began, with its ends: it may be missing in what they return."""
        self._draw_place = draw_place
        self._corner: Corner | None = None
        """Where to look first; None while nobody else is met."""
        self._met_at = float("-inf")
        self.prices_minor: dict[int, int] = {}
        """Today's, by zone."""
        self._wishes: dict[Asked, Wish] = {}
        self._offers: dict[Wish, Offer] = {}
        self._offers_of = -1
        """The house's change count when they were worked out."""

    def begin_reading(self) -> None:
        """Notes that a reading is under way: what is committed from now on may be missing in it."""
        self._readings += 1

    def end_reading(self, reading: HouseReading | None, began_at: float) -> None:
        """Takes in what was read; None when nothing could be."""
        self._readings -= 1
        if reading is not None:
            self._take_in(reading, began_at)
        if not self._readings:
            self._held_meanwhile.clear()

    def _take_in(self, reading: HouseReading, began_at: float) -> None:
        if self.read_at > float("-inf") and any(map(self._is_news, reading.taken)):
            self.meet_another(began_at)
        read = [(taken.seat_nos, taken.seconds_left) for taken in reading.taken]
        self.house.set_allotments(reading.allotment_nos)
        self.house.reset(
            chain.from_iterable(
                (
                    *(seat_nos for seat_nos, _ in read),
                    *(seat_nos for seat_nos, _ in self._held_meanwhile),
                    *self.picking,
                )
            )
        )
        self._ends.clear()
        for seat_nos, seconds_left in read:
            if seconds_left is not None:
                self._free_at(began_at + seconds_left, seat_nos)
        for seat_nos, free_at in self._held_meanwhile:
            self._free_at(free_at, seat_nos)
        if reading.prices_minor != self.prices_minor:
            self.prices_minor = dict(reading.prices_minor)
            self._wishes.clear()
            self._offers.clear()
        self._seats_per_hold = reading.seats_per_hold
        self.read_at = began_at
        self.lost_count = 0

    def _is_news(self, taken: Taken) -> bool:
        """Tells whether seats are held of which this process does not know; one speaks for those that end with it."""
        left = taken.seconds_left
        return (
            left is not None
            and left > NEWS_SECONDS_MIN
            and bool(taken.seat_nos)
            and self.house.is_vacant(taken.seat_nos[0])
        )

    def _free_at(self, free_at: float, seat_nos: Sequence[int]) -> None:
        self._end_count += 1
        heapq.heappush(self._ends, (free_at, self._end_count, seat_nos))

    def let_go(self, now: float) -> None:
        """Frees the seats whose holds are over, and gives up a corner that nobody else was met from for long."""
        if now - self._met_at > CORNER_SECONDS:
            self._corner = None
        while self._ends and self._ends[0][0] <= now:
            self.house.set_free(heapq.heappop(self._ends)[2])

    def hold(self, seat_nos: Sequence[int], free_at: float) -> None:
        """Notes seats that this process has sold or holds until then."""
        self.house.set_taken(seat_nos)
        self._free_at(free_at, seat_nos)
        if self._readings:
            self._held_meanwhile.append((seat_nos, free_at))

    def lose(self, seat_no: int, free_at: float | None) -> None:
        """Notes a seat that somebody else has, until then if it is held."""
        self.lost_count += 1
        self.house.set_taken((seat_no,))
        if free_at is not None:
            self._free_at(free_at, (seat_no,))

    def meet_another(self, now: float, *, is_in_the_way: bool = False) -> None:
        """Notes that another process sells this house too, and perhaps is in the way."""
        self._met_at = now
        if self._corner is None:
            self._corner = Corner(self._draw_place(), REACH_MIN)
        elif is_in_the_way:
            reach = min(2 * self._corner.reach, REACH_MAX)
            self._corner = Corner(self._draw_place(), reach)

    def pick(self, party: Party) -> bool:
        """Gives a party its picks; returns whether something fits."""
        party.picked = party.offer = None
        if party.best is None:
            return False
        if party.best.quantity > self._seats_per_hold:
            return True  # It will be refused under the locks; looking for its seats would be the dearest of all.
        wish = self._wish(party.best)
        pool_no = self.house.seating.pool_instead(wish.zone_nos)
        if pool_no is not None and not wish.accessible:
            party.settle_for_places(pool_no)
            return True
        party.picked = find(self.house, wish, corner=self._corner)
        return party.picked is not None

    def offer(self, parties: Sequence[Party]) -> None:
        """Gives parties that nothing fits the nearest offer, worked out once for all who are refused the same.

        None yet while others are being placed without whom something would fit: they may get nothing. None yet, too,
        for the last of very many different wishes.
        """
        refused = [
            (party, self._wish(party.best))
            for party in parties
            if party.best and not party.picked and party.best.quantity <= self._seats_per_hold
        ]
        if self._offers_of != self.house.change_count:
            self._offers.clear()
        hopeful = self._hopeful({wish for _, wish in refused})
        to_work_out = OFFERS_AT_ONCE_MAX
        for party, wish in refused:
            if wish in hopeful:
                continue
            if wish not in self._offers:
                if not to_work_out:
                    continue
                to_work_out -= 1
                self._offers[wish] = nearest(self.house, wish, self.prices_minor)
            party.offer = self._offers[wish]
        # Looking around takes seats and puts them back; what counts is what was so before and is so after.
        self._offers_of = self.house.change_count

    def _hopeful(self, wishes: Collection[Wish]) -> set[Wish]:
        """Returns for which wishes something would fit if those under way got nothing of what they try for."""
        tried = list(chain.from_iterable(self.picking))
        if not (tried and wishes):
            return set()
        self.house.set_free(tried)
        try:
            return {wish for wish in wishes if find(self.house, wish) is not None}
        finally:
            self.house.set_taken(tried)

    def _wish(self, asked: Asked) -> Wish:
        wish = self._wishes.get(asked)
        if wish is None:
            if len(self._wishes) >= WISHES_MAX:
                self._wishes.clear()
            wish = self._wishes[asked] = asked.wish(self.prices_minor)
        return wish
